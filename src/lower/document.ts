import type { DiagnosticSink } from "../diagnostics.js";
import type { Api, Gateway } from "../ir/gateway.js";
import type { Operation } from "../ir/operation.js";
import { quote } from "../json.js";
import type { LoadedDocument } from "../load/document.js";
import { child } from "../pointer.js";
import { lowerApiHead } from "./api.js";
import { hasPaths, lowerApiKind } from "./api-kind.js";
import { lowerBasePath } from "./base-path.js";
import { lowerDeployment } from "./deployment.js";
import { checkExtensions } from "./extension-keys.js";
import { lowerGatewayResponses } from "./gateway-response.js";
import type { RouteSettings } from "./limits.js";
import type { Lowering } from "./lowering.js";
import { Needs } from "./lowering.js";
import { Members } from "./members.js";
import { reportQuotas } from "./http-api-quotas.js";
import { lowerModels } from "./model.js";
import { ModelRegistry } from "./model-registry.js";
import { reportNotServed } from "./not-served.js";
import { lowerPaths } from "./paths.js";
import { authorizersOf, lowerSchemes } from "./security.js";
import { withoutRestOnly } from "./rest-only-settings.js";
import { lowerValidators } from "./validator.js";
import { lowerWebSocketApi } from "./websocket/api.js";
import { webSocketPlaces } from "./websocket/source.js";

/**
 * Lowers a document to the IR. All problems go to the sink; the result is for use only when it has no
 * errors. Undefined only after an error.
 */
export function lowerDocument(document: LoadedDocument, sink: DiagnosticSink): Gateway | undefined {
  const kind = lowerApiKind(document);
  const context: Lowering = {
    document:
      kind === "http"
        ? { ...document, settings: withoutRestOnly(document.settings, sink) }
        : document,
    sink,
    kind,
    family: document.version.family,
    models: new ModelRegistry(document, sink),
    needs: new Needs(),
  };
  reportKind(context);
  checkExtensions(context);
  const root = new Members(document.root, document.at, sink);
  const served = kind === "websocket" ? lowerRoutes(context, root) : lowerRequests(context, root);
  if (served === undefined) return undefined;
  const { validated, routeSettings, ...parts } = served;
  const models = lowerModels(context, validated);
  const deployment = lowerDeployment(context, parts.operations, routeSettings);
  reportPlaceholders(context);
  const api: Api = { at: document.at, kind, ...parts, models };
  reportNotServed(api, deployment, sink);
  if (kind === "http") reportQuotas(api, deployment, sink);
  return {
    api,
    deployment,
    source: { file: document.file, digest: document.digest, openapi: document.version.text },
  };
}

/** What is served, and the names of the models that it is checked against. */
interface Served extends Omit<Api, "at" | "kind" | "models"> {
  readonly validated: ReadonlySet<string>;
  readonly routeSettings: readonly RouteSettings[];
}

/** The paths of a REST or HTTP API. */
function lowerRequests(context: Lowering, root: Members): Served {
  const schemes = lowerSchemes(context, root);
  const validators = lowerValidators(context, root);
  const around = { ...context, root, schemes, validators };
  const operations = lowerPaths(around, lowerBasePath(context.document));
  return {
    ...lowerApiHead(context, root),
    websocket: undefined,
    operations,
    authorizers: authorizersOf(schemes),
    gatewayResponses: context.kind === "rest" ? lowerGatewayResponses(context, root) : [],
    validated: validatedModels(operations),
    routeSettings: [],
  };
}

/** The routes of a WebSocket API, which has no policy, no binary types and no compression. */
function lowerRoutes(context: Lowering, root: Members): Served | undefined {
  const lowered = lowerWebSocketApi(context, root);
  if (lowered === undefined) return undefined;
  const { name, description, disableExecuteApiEndpoint, ...routes } = lowered;
  const head = lowerApiHead(context, root, name);
  return {
    ...head,
    description: description ?? head.description,
    disableExecuteApiEndpoint: disableExecuteApiEndpoint || head.disableExecuteApiEndpoint,
    binaryMediaTypes: [],
    minimumCompressionSize: undefined,
    policy: undefined,
    gatewayResponses: [],
    ...routes,
  };
}

/** A project is of one kind; what the document holds for another is told. Problem: GG800. */
function reportKind({ kind, sink, document }: Lowering): void {
  const hint = { hint: "set api: { kind: ... } in the settings for a project of the other kind" };
  if (kind === "websocket") {
    if (!hasPaths(document)) return;
    const at = child(document.at, "paths");
    const message = "the paths are a project of their own: this one has the WebSocket routes alone";
    sink.warning("GG800", at, message, hint);
    return;
  }
  const [at] = webSocketPlaces(document);
  if (at === undefined) return;
  const message = "the WebSocket API is a project of its own: this one has the paths alone";
  if (document.format === "asyncapi") {
    sink.error("GG800", at, "an AsyncAPI document is a WebSocket API, not one with paths", {
      hint: "leave api.kind out of the settings",
    });
  } else sink.warning("GG800", at, message, hint);
}

function validatedModels(operations: readonly Operation[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { validator, body } of operations) {
    if (!validator?.validateBody) continue;
    for (const { model } of body?.content ?? []) if (model !== undefined) names.add(model);
  }
  return names;
}

/** Once per name: a warning when a route cannot work without the value. */
function reportPlaceholders({ document, needs, sink }: Lowering): void {
  for (const { name, at } of document.placeholders) {
    const hint = `set parameters: { ${quote(name)}: ... } in the settings`;
    const needed = needs.placeholders.get(name);
    if (needed === undefined) {
      sink.info(
        "GG030",
        at,
        `the placeholder ${quote(name)} has no value; it is kept as it stands`,
        { hint },
      );
    } else {
      const message = `the placeholder ${quote(name)} has no value; its routes cannot be served without`;
      sink.warning("GG030", needed, message, { hint });
    }
  }
}
