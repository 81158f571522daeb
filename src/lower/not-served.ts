import type { Pointer } from "../pointer.js";
import type { DiagnosticSink } from "../diagnostics.js";
import type { Deployment, Stage } from "../ir/deployment.js";
import type { Api } from "../ir/gateway.js";
import type {
  FunctionIntegration,
  HttpIntegration,
  Integration,
  VpcLink,
} from "../ir/integration.js";
import { quote } from "../json.js";
import { child } from "../pointer.js";

/**
 * Reports what is understood and not served yet, so that nothing is missing in silence: integrations that
 * answer 501, and settings without effect. Problems: GG047, GG710, GG712.
 */
export function reportNotServed(
  api: Api,
  { stages }: Pick<Deployment, "stages">,
  sink: DiagnosticSink,
): void {
  for (const { integration } of api.operations) {
    reportIntegration(integration, sink);
    if (api.kind === "http") reportMappings(integration, sink);
    if (integration.kind === "http" && integration.vpcLink !== undefined) {
      reportUnbound(integration.vpcLink, integration.at, stages, sink);
    }
  }
}

/** A VPC link leads into a network that only the settings know here. */
function reportUnbound(
  { connectionId }: VpcLink,
  integration: Pointer,
  stages: readonly Stage[],
  sink: DiagnosticSink,
): void {
  for (const stage of stages) {
    const id = connectionId
      .map((part) => {
        if (part.kind === "text") return part.text;
        if (part.kind === "path") return `{${part.name}}`;
        return stage.variables.find(({ name }) => name === part.name)?.value ?? "";
      })
      .join("");
    if (stage.vpcLinks.some(({ name }) => name === id)) continue;
    const message = `the VPC link ${quote(id)} has no upstream: its routes answer 501 in the stage ${quote(stage.name)}`;
    sink.warning("GG047", child(integration, "connectionId"), message, {
      hint: `set vpcLinks: { ${quote(id)}: { upstream: "http://..." } } in the settings`,
    });
  }
}

function reportMappings(integration: Integration, sink: DiagnosticSink): void {
  if (integration.kind === "none") return;
  for (const key of integration.unreadMappings) {
    const message = "parameter mappings of HTTP APIs have no effect yet";
    sink.warning("GG712", child(integration.at, key), message);
  }
}

function reportIntegration(integration: Integration, sink: DiagnosticSink): void {
  switch (integration.kind) {
    case "none":
    case "mock":
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
        sink.info("GG712", child(integration.at, "responseTransferMode"), unstreamed(integration));
      }
  }
}

function isStreamed(integration: HttpIntegration | FunctionIntegration): boolean {
  return integration.kind === "http" && integration.proxy;
}

function unstreamed({ kind }: HttpIntegration | FunctionIntegration): string {
  return kind === "http"
    ? "an answer that is mapped cannot be streamed: it goes out when it is complete"
    : "the result of a function is not streamed yet: it goes out when it is complete";
}
