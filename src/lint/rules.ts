import type { Severity } from "../diagnostics.js";

/** What a specification is meant for: AWS, the generated gateway, or both. */
export type LintTarget = (typeof lintTargets)[number];
export const lintTargets = ["aws", "self", "both"] as const;

export interface LintRule {
  /** Level unless the settings say otherwise. */
  readonly severity: Severity;
  /** `aws`: of no interest for a gateway that runs by itself. */
  readonly target: "aws" | "both";
  /** What a finding says, in general. */
  readonly text: string;
  /** Where it is known from. */
  readonly source: string;
}

/** Sections of the project's reference of the extensions, which names AWS's guides and recorded imports. */
function reference(section: string): string {
  return `extensions reference, section ${section}`;
}

function aws(severity: Severity, text: string, section: string): LintRule {
  return { severity, target: "aws", text, source: reference(section) };
}

function always(severity: Severity, text: string, source: string): LintRule {
  return { severity, target: "both", text, source };
}

const owasp = "OWASP API Security Top 10, 2023";
const own = "this command";

/**
 * Every rule that lint alone knows; what load and lower report keeps its code. Names are stable and never
 * used again for something else. `docs/lint.md` shows the same table.
 */
export const lintRules = {
  "aws-document-size": aws("error", "The document is larger than the 6 MB of an import.", "6.2"),
  "aws-empty-description": aws("error", "A REST API refuses an empty description.", "6.3"),
  "aws-limit": aws("warning", "A REST API on AWS may not have that many.", "6.13"),
  "aws-model-annotation": aws("info", "An import drops an annotation of a schema.", "6.6"),
  "aws-model-empty": aws("info", "A model has neither properties nor items.", "6.6"),
  "aws-model-keyword": aws(
    "warning",
    "A model asks for something that AWS does not check, so that other bodies pass there.",
    "6.6",
  ),
  "aws-model-name": aws("error", "The name of a model is not of letters and digits alone.", "6.6"),
  "aws-model-reference": aws(
    "warning",
    "A reference inside of allOf, oneOf or anyOf can fail the import.",
    "6.6",
  ),
  "aws-openapi-version": aws("error", "AWS does not import this version of OpenAPI.", "6.1"),
  "aws-outside-reference": aws(
    "error",
    "A reference to another file or address fails the import.",
    "6.6",
  ),
  "aws-private-without-policy": aws(
    "warning",
    "A private API without a resource policy answers nobody.",
    "2.3",
  ),
  "aws-reserved-path": aws("warning", "A path is reserved behind a custom domain.", "4"),
  "aws-response-key": aws("info", "A response by class or default makes no method response.", "4"),
  "aws-response-reference": aws(
    "error",
    "An OpenAPI 2.0 document refers to a response of its root.",
    "6.7",
  ),
  "aws-response-schema": aws(
    "warning",
    "The schema of a response is neither an object nor a reference.",
    "4",
  ),
  "aws-root-security": aws(
    "info",
    "Security stands at the root alone, which AWS's guide and its import see differently.",
    "3.4",
  ),
  "aws-security-policy": aws(
    "error",
    "An enhanced security policy and the endpoint access mode need each other.",
    "2.1",
  ),
  "aws-server-override": aws("info", "Servers below the root are ignored.", "4"),
  "api-key-only": always(
    "warning",
    "An API key is the only protection; it meters callers and does not prove who they are.",
    'developer guide, "API keys and usage plans"',
  ),
  "changed-header": always(
    "warning",
    "A header is mapped that the service drops or renames on its way.",
    reference("7"),
  ),
  "cors-credentials-wildcard": always(
    "warning",
    "An answer allows every origin together with credentials, which browsers refuse.",
    "Fetch standard, CORS protocol and credentials",
  ),
  "cors-origin-slash": always(
    "warning",
    "An allowed origin ends with a slash and never matches.",
    reference("2.6"),
  ),
  "default-route-preflight": always(
    "warning",
    "Preflight requests reach a $default route that asks for authorization.",
    reference("2.6"),
  ),
  "errors-without-cors": always(
    "warning",
    "A browser cannot read the gateway's own errors: they carry no CORS header.",
    reference("2.5"),
  ),
  "mixed-protection": always(
    "info",
    "A path has methods that are open beside methods that are protected.",
    `${owasp}: API5`,
  ),
  "no-default-response": always(
    "info",
    "No integration response is the default: what no pattern matches becomes a 500.",
    reference("5.5"),
  ),
  "open-policy": always(
    "warning",
    "A resource policy lets everybody in, without a condition.",
    reference("2.3"),
  ),
  "open-write": always(
    "warning",
    "A method that changes data is open to everybody.",
    `${owasp}: API2`,
  ),
  "plain-http-backend": always(
    "warning",
    "A backend is called without encryption.",
    `${owasp}: API8`,
  ),
  "secret-in-document": always("error", "A secret stands in the document or settings.", "CWE-798"),
  "shared-authorizer-result": always(
    "warning",
    "The kept result of an authorizer is the same for all callers.",
    reference("3.1"),
  ),
  "shared-cached-answer": always(
    "warning",
    "A cached answer of a protected method may reach another caller.",
    reference("5"),
  ),
  "slow-pattern": always(
    "warning",
    "A pattern takes exponential time in engines that backtrack, such as those of AWS and of clients.",
    "CWE-1333",
  ),
  "tls-not-verified": always("warning", "The certificate of a backend is not verified.", "CWE-295"),
  "token-in-document": always(
    "warning",
    "A signed token stands in the document or settings.",
    "CWE-798",
  ),
  "unchecked-parameter": always(
    "info",
    "A parameter's schema is not checked: a validator looks at presence alone.",
    reference("2.4"),
  ),
  "unescaped-form": always(
    "warning",
    "A template puts a value into a form without encoding it.",
    "CWE-74",
  ),
  "unmapped-media-type": always(
    "info",
    "A body of another media type passes a mapped integration as it is.",
    reference("5"),
  ),
  "unused-authorizer": always("info", "An authorizer protects nothing.", reference("6.9")),
  "unused-validator": always("warning", "A request validator checks nothing.", reference("2.4")),
  "unvalidated-body": always(
    "warning",
    "A body has a model and no request validator checks it.",
    reference("2.4"),
  ),
  "ignore-form": always(
    "warning",
    "x-gateway-lint-ignore is not a list of rules with reasons.",
    own,
  ),
  "ignore-unknown-rule": always("warning", "A rule that is ignored does not exist.", own),
  "ignore-without-reason": always(
    "warning",
    "A rule is ignored without a reason; it is reported all the same.",
    own,
  ),
  "unknown-rule": always(
    "warning",
    "The settings give a level to a rule that does not exist.",
    own,
  ),
  "unused-ignore": always("warning", "A rule is ignored where it finds nothing.", own),
} as const satisfies Readonly<Record<string, LintRule>>;

export type LintRuleName = keyof typeof lintRules;

export function isLintRule(name: string): name is LintRuleName {
  return Object.hasOwn(lintRules, name);
}
