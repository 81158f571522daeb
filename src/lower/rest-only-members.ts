import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";

interface RestOnly {
  /** False: nothing that a caller would notice. */
  readonly matters: boolean;
  readonly hint: string;
}

/** Members of integrations that HTTP APIs do not read. Source: openapi-extensions reference, section 5. */
const restOnly: Readonly<Record<string, RestOnly>> = {
  requestTemplates: {
    matters: true,
    hint: "change headers, query and path by requestParameters; bodies pass as they are",
  },
  passthroughBehavior: { matters: false, hint: "remove it" },
  contentHandling: { matters: true, hint: "bodies pass as they are" },
  cacheNamespace: { matters: false, hint: "HTTP APIs have no cache" },
  cacheKeyParameters: { matters: false, hint: "HTTP APIs have no cache" },
  responses: {
    matters: false,
    hint: "change headers and status by responseParameters, by the status of the backend",
  },
  integrationTarget: { matters: true, hint: "name the listener's ARN as uri" },
};

/** Reports what an integration of an HTTP API says in vain. Problem: GG702. */
export function reportRestOnlyMembers({ sink }: Lowering, integration: Members): void {
  for (const [key, { matters, hint }] of Object.entries(restOnly)) {
    if (!integration.has(key)) continue;
    const report = matters ? sink.warning : sink.info;
    report("GG702", integration.place(key), `${key} has no effect in HTTP APIs`, { hint });
  }
  if (integration.text("responseTransferMode")?.toUpperCase() === "STREAM") {
    const message = "HTTP APIs do not stream answers: responseTransferMode has no effect";
    sink.warning("GG702", integration.place("responseTransferMode"), message);
  }
  const tls = integration.object("tlsConfig");
  if (tls?.flag("insecureSkipVerification") === true) {
    const message = "insecureSkipVerification has no effect in HTTP APIs: certificates are checked";
    sink.warning("GG702", tls.place("insecureSkipVerification"), message);
  }
}
