import type { Pointer } from "../pointer.js";
import type { DiagnosticSink } from "../diagnostics.js";
import type { Deployment, Stage } from "../ir/deployment.js";
import type { Api } from "../ir/gateway.js";
import type {
  FunctionIntegration,
  HttpIntegration,
  Integration,
  PrivateIntegration,
} from "../ir/integration.js";
import type { UriTemplate } from "../ir/mapping.js";
import { quote } from "../json.js";
import { child } from "../pointer.js";

/**
 * Reports what is understood and not served yet, so that nothing is missing in silence: integrations that
 * answer 501, and settings without effect. Problems: GG047, GG415, GG702, GG710, GG712.
 */
export function reportNotServed(
  api: Api,
  { stages }: Pick<Deployment, "stages">,
  sink: DiagnosticSink,
): void {
  for (const { integration } of api.operations) {
    reportIntegration(integration, sink);
    const link = vpcLinkOf(integration);
    if (link !== undefined) {
      reportUnbound(link.connectionId, link.integration, stages, sink);
    }
    if (integration.kind === "private") reportUnencrypted(integration, stages, sink);
  }
  if (api.kind === "http") reportUnchecked(api, sink);
}

/** Once: it holds for all bodies alike. */
function reportUnchecked({ operations }: Api, sink: DiagnosticSink): void {
  const body = operations.find(({ body: found }) => (found?.content.length ?? 0) > 0)?.body;
  if (body === undefined) return;
  const message = "HTTP APIs do not check bodies: the schemas of requests describe them only";
  sink.info("GG702", body.at, message);
}

interface LinkUse {
  readonly connectionId: UriTemplate;
  readonly integration: Pointer;
}

function vpcLinkOf(integration: Integration): LinkUse | undefined {
  if (integration.kind !== "http" && integration.kind !== "private") return undefined;
  const { vpcLink, at } = integration;
  return vpcLink && { connectionId: vpcLink.connectionId, integration: at };
}

/** A VPC link leads into a network that only the settings know here. */
function reportUnbound(
  connectionId: UriTemplate,
  integration: Pointer,
  stages: readonly Stage[],
  sink: DiagnosticSink,
): void {
  for (const stage of stages) {
    const id = linkId(connectionId, stage);
    if (stage.vpcLinks.some(({ name }) => name === id)) continue;
    const message = `the VPC link ${quote(id)} has no upstream: its routes answer 501 in the stage ${quote(stage.name)}`;
    sink.warning("GG047", child(integration, "connectionId"), message, {
      hint: `set vpcLinks: { ${quote(id)}: { upstream: "http://..." } } in the settings`,
    });
  }
}

function linkId(connectionId: UriTemplate, stage: Stage): string {
  return connectionId
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "path") return `{${part.name}}`;
      return stage.variables.find(({ name }) => name === part.name)?.value ?? "";
    })
    .join("");
}

/** On AWS a server name switches the hop to HTTPS; here the settings say how it is made. */
function reportUnencrypted(
  { vpcLink, serverName, at }: PrivateIntegration,
  stages: readonly Stage[],
  sink: DiagnosticSink,
): void {
  if (serverName === undefined) return;
  for (const stage of stages) {
    const id = linkId(vpcLink.connectionId, stage);
    const bound = stage.vpcLinks.find(({ name }) => name === id);
    if (bound === undefined || bound.upstream.startsWith("https:")) continue;
    const message = `the document asks for HTTPS with the name ${quote(serverName)}, and the upstream of the VPC link ${quote(id)} is plain HTTP`;
    sink.warning("GG415", child(child(at, "tlsConfig"), "serverNameToVerify"), message, {
      hint: `set vpcLinks: { ${quote(id)}: { upstream: "https://..." } } in the settings`,
    });
  }
}

function reportIntegration(integration: Integration, sink: DiagnosticSink): void {
  switch (integration.kind) {
    case "none":
    case "mock":
    case "private":
    case "subtype":
      return;
    case "service":
      if (integration.unserved !== undefined) {
        const message = `${integration.unserved}: the route answers 501`;
        sink.warning("GG710", integration.at, message);
      }
      break;
    case "http":
    case "function":
      if (integration.transfer === "STREAM" && !isStreamed(integration)) {
        const message =
          "an answer that is mapped cannot be streamed: it goes out when it is complete";
        sink.info("GG712", child(integration.at, "responseTransferMode"), message);
      }
  }
}

function isStreamed(integration: HttpIntegration | FunctionIntegration): boolean {
  return integration.proxy;
}
