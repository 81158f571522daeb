import type { Integration, Mapped } from "../ir/integration.js";
import type {
  MappedTextPart,
  MappingTemplate,
  ParameterChange,
  ResponseMapping,
  UriTemplate,
} from "../ir/mapping.js";
import type { Operation } from "../ir/operation.js";
import { quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import type { Change, ChangeKind, ChangeSeverity } from "./change.js";
import { isSame, pairUp } from "./pairs.js";
import { routeName } from "./routes.js";

/** A mapping template that differs; whether its output does can be seen by rendering both. */
export interface TemplateChange {
  readonly change: Change;
  readonly before: { readonly operation: Operation; readonly template: MappingTemplate };
  readonly after: { readonly operation: Operation; readonly template: MappingTemplate };
}

export interface BehaviourChanges {
  readonly changes: readonly Change[];
  readonly templates: readonly TemplateChange[];
}

/** Compares how a route is answered. */
export function compareBehaviour(before: Operation, after: Operation): BehaviourChanges {
  const [old, now] = [before.integration, after.integration];
  const tell = teller(routeName(after));
  if (old.kind === "none" || now.kind === "none" || old.kind !== now.kind) {
    if (old.kind === now.kind) return { changes: [], templates: [] };
    const message = `is answered by ${kinds[now.kind]} instead of ${kinds[old.kind]}`;
    return { changes: [tell("integration", "behaviour", message, old, now)], templates: [] };
  }
  const responses = compareResponses(old, now, tell);
  const templates = [
    ...compareTemplates(old.requestTemplates, now.requestTemplates, "request", tell, [old, now]),
    ...responses.templates,
  ];
  return {
    changes: [
      ...compareTargets(old, now, tell),
      ...compareParameters(old, now, tell),
      ...compareCacheKeys(old, now, tell),
      ...responses.changes,
      ...templates.flatMap((one) => ("change" in one ? [] : [one])),
    ],
    templates: templates.flatMap((one) =>
      "change" in one
        ? [
            {
              change: one.change,
              before: { operation: before, template: one.before },
              after: { operation: after, template: one.after },
            },
          ]
        : [],
    ),
  };
}

type Placed = { readonly at: Pointer };
type Teller = (
  kind: ChangeKind,
  severity: ChangeSeverity,
  message: string,
  before: Placed | undefined,
  after: Placed | undefined,
) => Change;

function teller(subject: string): Teller {
  return (kind, severity, message, before, after) => ({
    kind,
    severity,
    subject,
    message,
    before: before?.at,
    after: after?.at,
  });
}

const kinds: Readonly<Record<Integration["kind"], string>> = {
  function: "a function",
  http: "an HTTP backend",
  mock: "a mock",
  none: "nothing",
  private: "a private host",
  service: "an AWS service",
  subtype: "an action of an AWS service",
};

type Served = Exclude<Integration, { readonly kind: "none" }>;

/** What an integration says of its target, by the words of a report. */
function factsOf(integration: Served): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  const add = (name: string, value: string | number | boolean | undefined): void => {
    facts.set(name, value === undefined ? "none" : String(value));
  };
  add("passthrough behaviour", integration.passthroughBehavior);
  add("payload conversion", integration.contentHandling);
  switch (integration.kind) {
    case "mock":
      return facts;
    case "http":
      add("target", uriText(integration.uri));
      add("kind", integration.proxy ? "http_proxy" : "http");
      add("VPC link", integration.vpcLink && uriText(integration.vpcLink.connectionId));
      add("load balancer", integration.vpcLink?.integrationTarget);
      add("verification of certificates", integration.insecureSkipVerification ? "off" : "on");
      add("transfer", integration.transfer);
      break;
    case "private":
      add("target", uriText(integration.target));
      add("VPC link", uriText(integration.vpcLink.connectionId));
      add("name on the certificate", integration.serverName);
      break;
    case "function":
      add("target", uriText(integration.function));
      add("kind", integration.proxy ? "aws_proxy" : "aws");
      add("payload version", integration.payloadFormat);
      add("role", integration.credentials);
      add("transfer", integration.transfer);
      break;
    case "service":
      add("target", uriText(integration.uri));
      add("role", integration.credentials && uriText(integration.credentials));
      break;
    case "subtype":
      add("target", integration.subtype);
      add("region", integration.region && uriText(integration.region));
      add("role", integration.credentials && uriText(integration.credentials));
      for (const { name, value } of integration.parameters) {
        add(`parameter ${name}`, value.map(partText).join(""));
      }
  }
  if ("method" in integration) add("method", integration.method);
  add("timeout in ms", integration.timeoutMs);
  return facts;
}

function compareTargets(before: Served, after: Served, tell: Teller): readonly Change[] {
  const [old, now] = [factsOf(before), factsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const [from, to] = [old.get(name) ?? "none", now.get(name) ?? "none"];
    if (from === to) return [];
    const isOpened = name === "verification of certificates" && to === "off";
    const message = `its ${name} changed from ${quote(from)} to ${quote(to)}`;
    const severity = isOpened || name === "role" ? "security" : "behaviour";
    return [tell("integration", severity, message, before, after)];
  });
}

function uriText(uri: UriTemplate): string {
  return uri.map((part) => (part.kind === "text" ? part.text : partText(part))).join("");
}

/** An expression as users of REST APIs write it, near enough to be known again. */
function partText(part: MappedTextPart): string {
  switch (part.kind) {
    case "literal":
      return part.text;
    case "context":
      return `$context.${part.name}`;
    case "stageVariable":
      return `\${stageVariables.${part.name}}`;
    case "path":
      return `{${part.name}}`;
    case "header":
    case "queryString":
      return `$request.${part.kind.toLowerCase()}.${part.name}`;
    case "body":
      return ["$request.body", part.jsonPath].filter((text) => text !== undefined).join(".");
    case "responseHeader":
      return `$response.header.${part.name}`;
    case "responseBody":
      return ["$response.body", part.jsonPath].filter((text) => text !== undefined).join(".");
    case "requestPath":
      return "$request.path";
  }
}

interface Mapping {
  readonly at: Pointer;
  /** What it sets. */
  readonly target: string;
  readonly source: string;
}

function compareParameters(before: Mapped, after: Mapped, tell: Teller): readonly Change[] {
  return compareMappings(
    [...requestMappings(before), ...changesOf(before)],
    [...requestMappings(after), ...changesOf(after)],
    "mapping-parameter",
    tell,
  );
}

function requestMappings({ requestParameters }: Mapped): readonly Mapping[] {
  return requestParameters.map(({ at, to, name, from }) => ({
    at,
    target: `${to} ${quote(name)} of the backend's request`,
    source: partText(from),
  }));
}

function changesOf({ changes }: Mapped): readonly Mapping[] {
  const mapping = (one: ParameterChange, whose: string): Mapping => ({
    at: one.at,
    target: `${one.to}${one.name === "" ? "" : ` ${quote(one.name)}`} of ${whose} (${one.action})`,
    source: one.value.map(partText).join(""),
  });
  return [
    ...changes.request.map((one) => mapping(one, "the backend's request")),
    ...changes.responses.flatMap(({ status, changes: list }) =>
      list.map((one) => mapping(one, `the answer ${status}`)),
    ),
  ];
}

function compareMappings(
  before: readonly Mapping[],
  after: readonly Mapping[],
  kind: ChangeKind,
  tell: Teller,
): readonly Change[] {
  const { both, removed, added } = pairUp(before, after, ({ target }) => target);
  return [
    ...removed.map((one) =>
      tell(kind, "behaviour", `the ${one.target} is not set any more`, one, undefined),
    ),
    ...added.map((one) =>
      tell(
        kind,
        "behaviour",
        `the ${one.target} is set to ${quote(one.source)} now`,
        undefined,
        one,
      ),
    ),
    ...both
      .filter(([old, now]) => old.source !== now.source)
      .map(([old, now]) => {
        const message = `the ${now.target} is ${quote(now.source)} instead of ${quote(old.source)}`;
        return tell(kind, "behaviour", message, old, now);
      }),
  ];
}

/** A key that is gone may give one caller another's answer. */
function compareCacheKeys(before: Served, after: Served, tell: Teller): readonly Change[] {
  const [old, now] = [before.cacheKeyParameters, after.cacheKeyParameters];
  const removed = old.filter((key) => !now.includes(key));
  const added = now.filter((key) => !old.includes(key));
  const changes: Change[] = [];
  if (removed.length > 0) {
    const message = `answers are not kept apart by ${removed.map(quote).join(", ")} any more`;
    changes.push(tell("cache-key", "security", message, before, after));
  }
  if (added.length > 0) {
    const message = `answers are kept apart by ${added.map(quote).join(", ")}, too`;
    changes.push(tell("cache-key", "behaviour", message, before, after));
  }
  if (before.cacheNamespace !== after.cacheNamespace) {
    changes.push(tell("cache-key", "behaviour", "its cache namespace changed", before, after));
  }
  return changes;
}

interface TemplatePair {
  readonly change: Change;
  readonly before: MappingTemplate;
  readonly after: MappingTemplate;
}

function compareTemplates(
  before: readonly MappingTemplate[],
  after: readonly MappingTemplate[],
  name: string,
  tell: Teller,
  [old, now]: readonly [Placed, Placed],
): readonly (Change | TemplatePair)[] {
  const { both, removed, added } = pairUp(before, after, ({ mediaType }) => mediaType);
  const kind = "mapping-template";
  return [
    ...removed.map((one) =>
      tell(kind, "behaviour", `the ${name} template for ${one.mediaType} is gone`, one, now),
    ),
    ...added.map((one) =>
      tell(kind, "behaviour", `the ${name} template for ${one.mediaType} is new`, old, one),
    ),
    ...both
      .filter(([left, right]) => left.text !== right.text)
      .map(([left, right]) => ({
        change: tell(
          kind,
          "behaviour",
          `the ${name} template for ${right.mediaType} changed`,
          left,
          right,
        ),
        before: left,
        after: right,
      })),
  ];
}

function compareResponses(
  before: Served,
  after: Served,
  tell: Teller,
): {
  readonly changes: readonly Change[];
  readonly templates: readonly (Change | TemplatePair)[];
} {
  const { both, removed, added } = pairUp(before.responses, after.responses, patternOf);
  const kind = "integration-response";
  const order = (responses: readonly ResponseMapping[]): readonly string[] =>
    responses.map(patternOf).filter((key) => both.some(([old]) => patternOf(old) === key));
  const isReordered = !isSame(order(before.responses), order(after.responses));
  const changes = [
    ...removed.map((one) =>
      tell(
        kind,
        "behaviour",
        `answers that match ${patternName(one)} have no rule any more`,
        one,
        after,
      ),
    ),
    ...added.map((one) =>
      tell(
        kind,
        "behaviour",
        `answers that match ${patternName(one)} become ${one.statusCode} now`,
        before,
        one,
      ),
    ),
    ...(isReordered
      ? [tell(kind, "behaviour", "its responses are tried in another order", before, after)]
      : []),
    ...both.flatMap(([old, now]) => compareResponse(old, now, tell)),
  ];
  const templates = both.flatMap(([old, now]) =>
    compareTemplates(old.templates, now.templates, `${patternName(now)} response`, tell, [
      old,
      now,
    ]),
  );
  return { changes, templates };
}

function patternOf({ pattern }: ResponseMapping): string {
  return pattern ?? "default";
}

function patternName({ pattern }: ResponseMapping): string {
  return pattern === undefined ? "default" : quote(pattern);
}

function compareResponse(
  before: ResponseMapping,
  after: ResponseMapping,
  tell: Teller,
): readonly Change[] {
  const kind = "integration-response";
  const name = patternName(after);
  const headers = (response: ResponseMapping): readonly Mapping[] =>
    response.headers.map((header) => ({
      at: header.at,
      target: `header ${quote(header.name)} of the ${name} response`,
      source: partText(header.from),
    }));
  const status =
    before.statusCode === after.statusCode
      ? []
      : [
          tell(
            kind,
            "breaking",
            `the ${name} response has the status ${after.statusCode} instead of ${before.statusCode}`,
            before,
            after,
          ),
        ];
  const handling =
    before.contentHandling === after.contentHandling
      ? []
      : [tell(kind, "behaviour", `the ${name} response is converted otherwise`, before, after)];
  return [...status, ...handling, ...compareMappings(headers(before), headers(after), kind, tell)];
}
