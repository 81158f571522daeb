import type { DiagnosticSink } from "../diagnostics.js";
import type { Api, Gateway } from "../ir/gateway.js";
import type { Operation } from "../ir/operation.js";
import { quote } from "../json.js";
import type { LoadedDocument } from "../load/document.js";
import { lowerApiHead } from "./api.js";
import { lowerApiKind } from "./api-kind.js";
import { lowerBasePath } from "./base-path.js";
import { lowerDeployment } from "./deployment.js";
import { checkExtensions } from "./extension-keys.js";
import { lowerGatewayResponses } from "./gateway-response.js";
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
  const schemes = lowerSchemes(context, root);
  const validators = lowerValidators(context, root);
  const operations =
    kind === "websocket"
      ? []
      : lowerPaths({ ...context, root, schemes, validators }, lowerBasePath(document));
  const head = lowerApiHead(context, root);
  const gatewayResponses = kind === "rest" ? lowerGatewayResponses(context, root) : [];
  const models = lowerModels(context, validatedModels(operations));
  const deployment = lowerDeployment(context, operations);
  reportPlaceholders(context);
  const api: Api = {
    at: document.at,
    kind,
    ...head,
    websocket: undefined,
    operations,
    models,
    authorizers: authorizersOf(schemes),
    gatewayResponses,
  };
  if (kind !== "websocket") reportNotServed(api, deployment, sink);
  if (kind === "http") reportQuotas(api, deployment, sink);
  return {
    api,
    deployment,
    source: { file: document.file, digest: document.digest, openapi: document.version.text },
  };
}

function reportKind({ kind, sink, document }: Lowering): void {
  if (kind !== "websocket") return;
  sink.error("GG107", document.at, "WebSocket APIs are not supported yet", {
    hint: "set api: { kind: rest } in the settings if this is a REST API",
  });
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
