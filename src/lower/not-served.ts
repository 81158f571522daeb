import type { Pointer } from "../pointer.js";
import type { DiagnosticSink } from "../diagnostics.js";
import type { Api } from "../ir/gateway.js";
import type { Integration } from "../ir/integration.js";
import type { Operation } from "../ir/operation.js";
import { quote } from "../json.js";
import { child } from "../pointer.js";

/**
 * Reports what is understood and not served yet, so that nothing is missing in silence: integrations that
 * answer 501, protections that refuse every request, and settings without effect. Problems: GG710 to GG712.
 */
export function reportNotServed(api: Api, sink: DiagnosticSink): void {
  reportProtections(api, sink);
  for (const { integration } of api.operations) reportIntegration(integration, sink);
  if (api.minimumCompressionSize !== undefined) {
    const at = child(api.at, "x-amazon-apigateway-minimum-compression-size");
    sink.warning("GG712", at, "answers are not compressed yet");
  }
}

interface Protection {
  readonly at: Pointer;
  readonly text: string;
  operations: number;
}

/** One report for each authorizer, for IAM, for API keys and for the policy. */
function reportProtections({ operations, policy }: Api, sink: DiagnosticSink): void {
  const found = new Map<string, Protection>();
  for (const operation of operations) {
    for (const { at, text } of protectionsOf(operation)) {
      const known = found.get(text) ?? { at, text, operations: 0 };
      known.operations++;
      found.set(text, known);
    }
  }
  for (const { at, text, operations: count } of found.values()) {
    const who = count === 1 ? "the operation refuses" : `${count} operations refuse`;
    sink.warning("GG711", at, `${text} is not checked yet: ${who} every request`);
  }
  if (policy !== undefined) {
    const message = "the resource policy is not checked yet: every request is refused";
    sink.warning("GG711", policy.at, message);
  }
}

function protectionsOf({ at, authorization, apiKeyRequired }: Operation): {
  readonly at: Pointer;
  readonly text: string;
}[] {
  const key = apiKeyRequired ? [{ at, text: "the API key" }] : [];
  switch (authorization.kind) {
    case "none":
      return key;
    case "iam":
      return [{ at: authorization.at, text: "the IAM signature" }, ...key];
    case "authorizer": {
      const text = `the authorizer ${quote(authorization.authorizer)}`;
      return [{ at: authorization.at, text }, ...key];
    }
  }
}

function reportIntegration(integration: Integration, sink: DiagnosticSink): void {
  switch (integration.kind) {
    case "none":
    case "mock":
      return;
    case "service": {
      const message = `the AWS service ${quote(integration.service)} is not called yet: the route answers 501`;
      sink.warning("GG710", integration.at, message);
      return;
    }
    case "http":
    case "function":
      if (integration.kind === "http" && integration.vpcLink !== undefined) {
        const message = "VPC links are not supported yet: the route answers 501";
        sink.warning("GG710", integration.at, message);
      }
      if (integration.transfer === "STREAM") {
        const message = "the answer is not streamed to the client yet where it is mapped";
        sink.info("GG712", child(integration.at, "responseTransferMode"), message);
      }
      if (integration.cacheKeyParameters.length > 0) {
        const message = "answers are not cached yet";
        sink.info("GG712", child(integration.at, "cacheKeyParameters"), message);
      }
  }
}
