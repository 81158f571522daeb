import type { Pointer } from "../pointer.js";

/**
 * `breaking`: a client that was right may fail. `security`: something is less protected, or protected in
 * another way. `behaviour`: the same call may do or answer something else. `safe`: none of these.
 */
export type ChangeSeverity = (typeof changeSeverities)[number];
export const changeSeverities = ["breaking", "security", "behaviour", "safe"] as const;

/** One difference between two gateways. */
export interface Change {
  readonly kind: ChangeKind;
  readonly severity: ChangeSeverity;
  /** What has changed: `POST /pets`, `model Pet`, `stage prod`. */
  readonly subject: string;
  /** One sentence, without the subject. */
  readonly message: string;
  /** Undefined: it is not there on this side. */
  readonly before: Pointer | undefined;
  readonly after: Pointer | undefined;
}

/** Every kind of change with what it means; names are stable. `docs/diff.md` shows the same table. */
export const changeKinds = {
  api: "The kind of API, or something that holds for all of it, changed.",
  "route-added": "A route is new.",
  "route-removed": "A route is gone.",
  "route-moved": "A route has another method or path, found by its operationId.",
  parameter: "A parameter is new, gone, or required otherwise.",
  body: "A request body is new, gone, or required otherwise.",
  response: "A response, its header or its media type is new or gone.",
  schema: "A schema takes or gives other values.",
  checks: "A model is checked otherwise: lengths, ranges, patterns.",
  authorization: "Who may call a route changed.",
  scopes: "The scopes that a route asks for changed.",
  "api-key": "Whether a route asks for an API key changed.",
  validator: "What is validated of a request changed.",
  authorizer: "An authorizer decides otherwise.",
  policy: "The resource policy changed.",
  integration: "A route is answered by something else, or in another way.",
  "mapping-parameter": "A parameter mapping changed.",
  "mapping-template": "A mapping template changed.",
  "integration-response": "An answer of a backend is turned into another one.",
  "cache-key": "The keys of a method's cache changed.",
  cors: "Which pages may call changed.",
  "gateway-response": "An error of the gateway itself looks otherwise.",
  stage: "A stage is new, gone, or set otherwise.",
  "stage-variable": "A stage variable changed.",
  backend: "A backend of the settings changed.",
  throttle: "How many requests are let through changed.",
  quota: "How many requests a usage plan allows changed.",
  "usage-plan": "A usage plan is new, gone, or of other keys and stages.",
  cache: "Caching of a stage or method changed.",
  key: "An API key or caller is new, gone, or switched off.",
  websocket: "Connections, messages or routes of a WebSocket API changed.",
} as const;

export type ChangeKind = keyof typeof changeKinds;
