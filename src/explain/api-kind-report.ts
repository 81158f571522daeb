import { isObject, type JsonObject } from "../json.js";
import type { LoadedDocument } from "../load/document.js";
import { chooseApiKind, kindSigns, type KindChoice } from "../lower/api-kind.js";
import type { FeatureUse, KindFeature } from "../lower/kind-features.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import { featureFacts } from "./features.js";

export type PlainKind = "rest" | "http";

/** Which kind a document needs, and what it would lose and gain as the other. */
export interface ApiKindReport {
  readonly kind: PlainKind;
  readonly by: KindChoice["by"];
  /** What only the chosen kind has or reads. */
  readonly reasons: readonly UsedFeature[];
  /** What only the other kind has, though the document uses it: it has no effect, or is refused. */
  readonly conflicts: readonly LostFeature[];
  /** What both kinds have alike. */
  readonly common: readonly UsedFeature[];
  readonly other: OtherKind;
  readonly limits: readonly LimitRow[];
}

export interface UsedFeature {
  readonly feature: KindFeature;
  readonly name: string;
  readonly places: readonly Pointer[];
}

export interface LostFeature extends UsedFeature {
  /** What to do instead. */
  readonly instead: string;
}

export interface OtherKind {
  readonly kind: PlainKind;
  readonly loses: readonly LostFeature[];
  readonly gains: readonly Gain[];
}

export interface Gain {
  readonly text: string;
  /** Where this document would use it; empty: it is there for the asking. */
  readonly places: readonly Pointer[];
}

/** One limit of both kinds; `here`: how much this document uses, where it can be told. */
export interface LimitRow {
  readonly name: string;
  readonly rest: string;
  readonly http: string;
  readonly here: string | null;
}

/** Of these the document hardly notices the absence. */
const trifles: ReadonlySet<KindFeature> = new Set(["export-version", "passthrough", "payload-1"]);

/** Compares both kinds for one document; undefined for a WebSocket API, which has no choice. */
export function reportApiKind(document: LoadedDocument): ApiKindReport | undefined {
  const { kind, by, uses } = chooseApiKind(document);
  if (kind === "websocket") return undefined;
  const other = kind === "rest" ? "http" : "rest";
  const used = group(uses);
  const lacking = (of: PlainKind): readonly LostFeature[] =>
    used.flatMap((use) => {
      const standing = featureFacts[use.feature][of];
      return standing.has ? [] : [{ ...use, instead: standing.instead }];
    });
  const loses = lacking(other);
  const operations = operationsOf(document);
  return {
    kind,
    by,
    reasons: byWeight(loses, kind).map(({ instead: _instead, ...use }) => use),
    conflicts: lacking(kind).filter(({ feature }) => !trifles.has(feature)),
    common: used.filter(
      ({ feature }) => featureFacts[feature].rest.has && featureFacts[feature].http.has,
    ),
    other: {
      kind: other,
      loses: byWeight(loses, kind).filter(({ feature }) => !trifles.has(feature)),
      gains: other === "http" ? gainsOfHttp(uses) : gainsOfRest(operations),
    },
    limits: limitRows(operations, uses),
  };
}

/** What decides comes first. */
function byWeight(uses: readonly LostFeature[], kind: PlainKind): readonly LostFeature[] {
  const decides = ({ feature }: LostFeature): number => (kindSigns[feature] === kind ? 0 : 1);
  return uses.toSorted((a, b) => decides(a) - decides(b));
}

function group(uses: readonly FeatureUse[]): readonly UsedFeature[] {
  const places = new Map<KindFeature, Pointer[]>();
  for (const { feature, at } of uses) {
    const known = places.get(feature);
    if (known === undefined) places.set(feature, [at]);
    else known.push(at);
  }
  return [...places].map(([feature, found]) => ({
    feature,
    name: featureFacts[feature].name,
    places: found,
  }));
}

function placesOf(uses: readonly FeatureUse[], ...features: readonly KindFeature[]): Pointer[] {
  return uses.filter(({ feature }) => features.includes(feature)).map(({ at }) => at);
}

function gainsOfHttp(uses: readonly FeatureUse[]): readonly Gain[] {
  const preflights = placesOf(uses, "mock-preflight");
  const tokens = placesOf(uses, "cognito-authorizer", "token-authorizer");
  const functions = placesOf(uses, "lambda-proxy", "lambda-mapped");
  return [
    ...(preflights.length === 0
      ? []
      : [
          {
            text: "one CORS setting in the place of routes that answer preflight requests",
            places: preflights,
          },
        ]),
    ...(tokens.length === 0
      ? []
      : [{ text: "JWT authorizers for tokens of any OpenID Connect issuer", places: tokens }]),
    { text: "a $default stage without its name in the path, deployed automatically", places: [] },
    ...(functions.length === 0
      ? []
      : [{ text: "payload 2.0: shorter events, plain results of functions", places: functions }]),
  ];
}

interface FoundOperation {
  readonly at: Pointer;
  readonly path: string;
  readonly method: string;
  readonly operation: JsonObject;
}

const methods = new Set([
  "get",
  "put",
  "post",
  "delete",
  "options",
  "head",
  "patch",
  "x-amazon-apigateway-any-method",
]);

function operationsOf({ root, at }: LoadedDocument): readonly FoundOperation[] {
  const paths = isObject(root["paths"]) ? root["paths"] : {};
  return Object.entries(paths).flatMap(([path, item]) => {
    if (!isObject(item)) return [];
    const itemAt = child(child(at, "paths"), path);
    return Object.entries(item).flatMap(([method, operation]) =>
      methods.has(method) && isObject(operation)
        ? [{ at: child(itemAt, method), path, method, operation }]
        : [],
    );
  });
}

function gainsOfRest(operations: readonly FoundOperation[]): readonly Gain[] {
  const checkable = operations
    .filter(({ operation }) => hasSchema(operation) || requiresParameter(operation))
    .map(({ at }) => at);
  const readable = operations.filter(({ method }) => method === "get").map(({ at }) => at);
  return [
    ...(checkable.length === 0
      ? []
      : [
          {
            text: "requests could be checked against the schemas and required parameters they declare",
            places: checkable,
          },
        ]),
    ...(readable.length === 0
      ? []
      : [{ text: "answers to GET could be cached by the stage", places: readable }]),
    { text: "API keys, usage plans and quotas for single callers", places: [] },
    { text: "resource policies, web ACLs, private and edge endpoints", places: [] },
    { text: "body mapping templates, gateway responses, mocks", places: [] },
    { text: "canaries, execution logs, X-Ray", places: [] },
  ];
}

function hasSchema(operation: JsonObject): boolean {
  const body = operation["requestBody"];
  const content = isObject(body) ? body["content"] : undefined;
  return (
    isObject(content) &&
    Object.values(content).some((media) => isObject(media) && "schema" in media)
  );
}

function requiresParameter(operation: JsonObject): boolean {
  const parameters = operation["parameters"];
  return (
    Array.isArray(parameters) &&
    parameters.some(
      (parameter) =>
        isObject(parameter) && parameter["required"] === true && parameter["in"] !== "path",
    )
  );
}

/** Source: developer guide, quotas of both kinds. */
function limitRows(
  operations: readonly FoundOperation[],
  uses: readonly FeatureUse[],
): readonly LimitRow[] {
  const timeouts = operations.flatMap(({ operation }) => {
    const integration = operation["x-amazon-apigateway-integration"];
    const timeout = isObject(integration) ? Number(integration["timeoutInMillis"]) : Number.NaN;
    return Number.isFinite(timeout) ? [timeout] : [];
  });
  const longest = timeouts.length === 0 ? null : `${Math.max(...timeouts) / 1000} s`;
  const authorizers = placesOf(
    uses,
    "jwt-authorizer",
    "token-authorizer",
    "cognito-authorizer",
    "request-authorizer",
  ).length;
  return [
    { name: "integration timeout", rest: "29 s, raised on request", http: "30 s", here: longest },
    {
      name: "routes",
      rest: "300 resources",
      http: "300 routes",
      here: `${counted(resourceCount(operations), "resource")}, ${counted(operations.length, "route")}`,
    },
    { name: "authorizers", rest: "10", http: "10", here: String(authorizers) },
    { name: "request and answer", rest: "10 MB", http: "10 MB", here: null },
    {
      name: "header values",
      rest: "10,240 bytes",
      http: "10,240 with request line",
      here: null,
    },
  ];
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** A REST API counts every segment of every path, and the root. */
function resourceCount(operations: readonly FoundOperation[]): number {
  const resources = new Set(["/"]);
  for (const { path } of operations) {
    const segments = path.split("/").filter((segment) => segment !== "");
    segments.forEach((_segment, index) => {
      resources.add(`/${segments.slice(0, index + 1).join("/")}`);
    });
  }
  return resources.size;
}
