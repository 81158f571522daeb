import type { Authorizer } from "../ir/authorizer.js";
import type { MethodSettings, Stage } from "../ir/deployment.js";
import type { Gateway } from "../ir/gateway.js";
import type { Integration, Mapped } from "../ir/integration.js";
import type { MappedText, MappingExpression, UriTemplate } from "../ir/mapping.js";
import type { Operation } from "../ir/operation.js";
import type { Pointer } from "../pointer.js";

/** The way of a request through one route, from the client and back. */
export interface RequestWay {
  readonly operation: Operation;
  readonly boxes: readonly WayBox[];
}

/** One station of the way. */
export interface WayBox {
  readonly name: WayBoxName;
  /** Undefined: the document says nothing about it. */
  readonly at: Pointer | undefined;
  readonly lines: readonly WayLine[];
}

export type WayBoxName =
  | "method request"
  | "authorization"
  | "limits"
  | "integration request"
  | "integration"
  | "integration response"
  | "method response";

export interface WayLine {
  readonly text: string;
  /** Where it is said, if it is said by itself. */
  readonly at: Pointer | undefined;
}

/** What happens to a request of one operation, station by station. */
export function requestWay(gateway: Gateway, operation: Operation): RequestWay {
  return {
    operation,
    boxes: [
      methodRequest(operation),
      authorization(gateway, operation),
      limits(gateway, operation),
      integrationRequest(operation),
      integration(gateway, operation),
      integrationResponse(operation),
      methodResponse(operation),
    ],
  };
}

function line(text: string, at?: Pointer): WayLine {
  return { text, at };
}

function methodRequest(operation: Operation): WayBox {
  const { at, method, path, routeKey, operationId, parameters, body, validator } = operation;
  const name = operationId === undefined ? "" : ` (${operationId})`;
  const checks = validator?.validateParameters === true;
  const required = parameters.filter(
    (parameter) => parameter.required && (checks || parameter.in === "path"),
  );
  const models = (body?.content ?? []).flatMap(({ mediaType, model, at: place }) =>
    model === undefined ? [] : [line(`body of ${mediaType} must fit ${model}`, place)],
  );
  return {
    name: "method request",
    at,
    lines: [
      line(`${routeKey ?? `${method} ${path}`}${name}`),
      ...required.map((parameter) =>
        line(`${parameter.in} ${parameter.name} is required`, parameter.at),
      ),
      ...(validator === undefined
        ? [line("nothing is validated")]
        : [line(`validator ${validator.name}`, validator.at)]),
      ...(validator?.validateBody === true ? models : []),
    ],
  };
}

function authorization({ api }: Gateway, operation: Operation): WayBox {
  const { authorization: asked } = operation;
  const policy = api.policy === undefined ? [] : [line("the API's resource policy", api.policy.at)];
  switch (asked.kind) {
    case "none":
      return {
        name: "authorization",
        at: undefined,
        lines: policy.length > 0 ? policy : [line("open to everybody")],
      };
    case "iam":
      return {
        name: "authorization",
        at: asked.at,
        lines: [line("AWS signature (IAM), and the policies of the signer"), ...policy],
      };
    case "authorizer": {
      const found = api.authorizers.find(({ name }) => name === asked.authorizer);
      const scopes = asked.scopes.length === 0 ? [] : [line(`scopes ${asked.scopes.join(", ")}`)];
      return {
        name: "authorization",
        at: asked.at,
        lines: [
          ...(found === undefined ? [line(asked.authorizer)] : authorizerLines(found)),
          ...scopes,
          ...policy,
        ],
      };
    }
  }
}

function authorizerLines(authorizer: Authorizer): readonly WayLine[] {
  const { at, name } = authorizer;
  const sources = authorizer.identitySources.join(", ");
  switch (authorizer.kind) {
    case "token":
    case "request": {
      const { ttlSeconds = 300 } = authorizer;
      const kept = ttlSeconds === 0 ? "asked every time" : `kept for ${ttlSeconds} s`;
      return [
        line(`Lambda authorizer ${name} (${authorizer.kind.toUpperCase()})`, at),
        line(`asks ${uriText(authorizer.function)}`),
        line(`by ${sources === "" ? "nothing" : sources}, ${kept}`),
      ];
    }
    case "cognito_user_pools":
      return [
        line(`user pool token, ${name}`, at),
        line(`header ${authorizer.header}, pools ${authorizer.providerArns.join(", ")}`),
      ];
    case "jwt":
      return [
        line(`JWT authorizer ${name}`, at),
        line(`issuer ${authorizer.issuer}, audience ${authorizer.audience.join(", ")}`),
      ];
  }
}

function limits({ deployment }: Gateway, operation: Operation): WayBox {
  const key = operation.apiKeyRequired
    ? [line("an API key of a usage plan of the stage", operation.at)]
    : [];
  const stages = deployment.stages.flatMap((stage) => stageLines(stage, operation));
  const plans = operation.apiKeyRequired
    ? deployment.usagePlans.map(({ name, at, throttle, quota }) => {
        const parts = [
          ...(throttle === undefined
            ? []
            : [`${throttle.rateLimit}/s, ${throttle.burstLimit} at once`]),
          ...(quota === undefined ? [] : [`${quota.limit} a ${quota.period.toLowerCase()}`]),
        ];
        return line(`plan ${name}: ${parts.join(", ") || "no limits"}`, at);
      })
    : [];
  const lines = [...key, ...plans, ...stages];
  return {
    name: "limits",
    at: undefined,
    lines: lines.length === 0 ? [line("none")] : lines,
  };
}

function stageLines(stage: Stage, operation: Operation): readonly WayLine[] {
  const own = stage.methods.find(
    ({ method }) => method?.method === operation.method && method.path === operation.path,
  );
  const { methodDefaults: defaults } = stage;
  const from = (set: (settings: MethodSettings) => unknown): Pointer =>
    own !== undefined && set(own) !== undefined ? own.at : defaults.at;
  const throttle = own?.throttle ?? defaults.throttle;
  const isCached =
    stage.cache !== undefined &&
    (own?.cachingEnabled ?? (defaults.cachingEnabled === true && operation.method === "GET"));
  const ttl = own?.cacheTtlSeconds ?? defaults.cacheTtlSeconds ?? stage.cache?.ttlSeconds ?? 300;
  return [
    ...(throttle === undefined
      ? []
      : [
          line(
            `${stage.name}: ${throttle.rateLimit} a second, ${throttle.burstLimit} at once`,
            from((settings) => settings.throttle),
          ),
        ]),
    ...(isCached
      ? [
          line(
            `${stage.name}: answers are kept for ${ttl} s`,
            from((settings) => settings.cachingEnabled),
          ),
        ]
      : []),
  ];
}

function integrationRequest({ integration: found }: Operation): WayBox {
  const name = "integration request";
  if (found.kind === "none") return { name, at: found.at, lines: [line("there is none")] };
  const { at, requestParameters, requestTemplates, changes } = found;
  const mapped = [
    ...requestParameters.map((one) =>
      line(`${one.to} ${one.name} = ${expressionText(one.from)}`, one.at),
    ),
    ...changes.request.map((one) =>
      line(`${one.action} ${one.to} ${one.name} ${mappedText(one.value)}`.trim(), one.at),
    ),
    ...requestTemplates.map((one) =>
      line(`body of ${one.mediaType} by a template of ${count(one.text)}`, one.at),
    ),
  ];
  return { name, at, lines: [...mapped, ...bodyLines(found, mapped.length === 0)] };
}

function bodyLines(found: Exclude<Integration, { kind: "none" }>, isBare: boolean): WayLine[] {
  if (isProxied(found)) return isBare ? [line("the request as it is")] : [];
  const others: Readonly<Record<Mapped["passthroughBehavior"], string>> = {
    WHEN_NO_MATCH: "bodies of other types pass as they are",
    WHEN_NO_TEMPLATES:
      found.requestTemplates.length === 0
        ? "bodies pass as they are"
        : "bodies of other types are refused with 415",
    NEVER: "bodies of other types are refused with 415",
  };
  const handling = found.contentHandling;
  return [
    line(others[found.passthroughBehavior]),
    ...(handling === undefined ? [] : [line(`body: ${handling}`)]),
  ];
}

function isProxied(found: Integration): boolean {
  return (
    ((found.kind === "http" || found.kind === "function") && found.proxy) ||
    found.kind === "private" ||
    found.kind === "subtype"
  );
}

function integration({ deployment }: Gateway, { integration: found }: Operation): WayBox {
  return {
    name: "integration",
    at: found.at,
    lines: [
      ...callLines(found),
      ...variableLines(deployment.stages, found),
      ...backendLines(deployment.stages, found),
    ],
  };
}

function callLines(found: Integration): readonly WayLine[] {
  switch (found.kind) {
    case "none":
      return [line(`not served: ${found.reason}`)];
    case "mock":
      return [line("MOCK: answers by itself")];
    case "http":
      return [
        line(`${found.proxy ? "HTTP_PROXY" : "HTTP"}: ${found.method} ${uriText(found.uri)}`),
        line(`within ${found.timeoutMs} ms`),
        ...(found.vpcLink === undefined
          ? []
          : [line(`through the VPC link ${uriText(found.vpcLink.connectionId)}`)]),
      ];
    case "function":
      return [
        line(`${found.proxy ? "AWS_PROXY" : "AWS"}: function ${uriText(found.function)}`),
        line(`within ${found.timeoutMs} ms`),
      ];
    case "service": {
      const { service, action, path, method } = found;
      const called = action === undefined ? `${method} ${uriText(path)}` : uriText(action);
      return [line(`AWS: ${service}, ${called}`), line(`within ${found.timeoutMs} ms`)];
    }
    case "private":
      return [
        line(`private host ${uriText(found.target)}`),
        line(`through the VPC link ${uriText(found.vpcLink.connectionId)}`),
      ];
    case "subtype":
      return [line(found.subtype), line(`within ${found.timeoutMs} ms`)];
  }
}

/** The variables of stages that lead the call, each with its value. */
function variableLines(stages: readonly Stage[], found: Integration): readonly WayLine[] {
  const names = new Set(
    calledTemplates(found)
      .flat()
      .flatMap((part) => (part.kind === "stageVariable" ? [part.name] : [])),
  );
  if (names.size === 0) return [];
  return stages.flatMap(({ name: stage, variables }) => {
    const values = [...names].map((name) => {
      const value = variables.find((one) => one.name === name)?.value;
      return value === undefined ? `${name} is not set` : `${name} = ${value}`;
    });
    return [line(`${stage}: ${values.join(", ")}`)];
  });
}

function calledTemplates(found: Integration): readonly UriTemplate[] {
  const link = "vpcLink" in found ? found.vpcLink?.connectionId : undefined;
  const through = link === undefined ? [] : [link];
  switch (found.kind) {
    case "http":
      return [found.uri, ...through];
    case "function":
      return [found.function];
    case "service":
      return [found.action ?? found.path];
    case "private":
      return [found.target, ...through];
    case "none":
    case "mock":
    case "subtype":
      return [];
  }
}

/** Backends of the settings whose pattern names the function or host. */
function backendLines(stages: readonly Stage[], found: Integration): readonly WayLine[] {
  const called =
    found.kind === "function"
      ? uriText(found.function)
      : found.kind === "http"
        ? uriText(found.uri)
        : undefined;
  if (called === undefined) return [];
  return stages.flatMap(({ name, backends }) => {
    const backend = backends.find(({ match }) => match.some((pattern) => names(pattern, called)));
    if (backend === undefined) return [];
    return [line(`${name}: backend ${backend.name} (${backend.target.kind})`, backend.at)];
  });
}

function names(pattern: string, called: string): boolean {
  const pieces = pattern.split("*").map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const host = /^https?:\/\/([^/:]+)/.exec(called)?.[1];
  const name = called.split(":function:")[1]?.split(":")[0];
  const whole = new RegExp(`^${pieces.join(".*")}$`);
  return [called, host, name].some((text) => text !== undefined && whole.test(text));
}

function integrationResponse({ integration: found }: Operation): WayBox {
  const name = "integration response";
  if (found.kind === "none") return { name, at: undefined, lines: [line("there is none")] };
  const changed = found.changes.responses.flatMap(({ status, changes }) =>
    changes.map((one) =>
      line(
        `${status}: ${one.action} ${one.to} ${one.name} ${mappedText(one.value)}`.trim(),
        one.at,
      ),
    ),
  );
  if (isProxied(found)) {
    const lines = changed.length === 0 ? [line("the answer as it is")] : changed;
    return { name, at: undefined, lines };
  }
  return {
    name,
    at: found.responses[0]?.at,
    // what is left for all others comes last, wherever it stands
    lines: found.responses.toSorted(defaultLast).flatMap((response) => {
      const when = response.pattern === undefined ? "otherwise" : `when ${response.pattern}`;
      return [
        line(`${when}: ${response.statusCode}`, response.at),
        ...response.headers.map((one) =>
          line(`  header ${one.name} = ${expressionText(one.from)}`, one.at),
        ),
        ...response.templates.map((one) =>
          line(`  body as ${one.mediaType} by a template of ${count(one.text)}`, one.at),
        ),
      ];
    }),
  };
}

function defaultLast(
  one: { readonly pattern: string | undefined },
  other: { readonly pattern: string | undefined },
): number {
  return Number(one.pattern === undefined) - Number(other.pattern === undefined);
}

function methodResponse({ responses }: Operation): WayBox {
  return {
    name: "method response",
    at: responses[0]?.at,
    lines:
      responses.length === 0
        ? [line("none is declared")]
        : responses.map(({ at, status, content, description }) => {
            const types = content.map(({ mediaType }) => mediaType).join(", ");
            const told = [types, description?.split("\n")[0] ?? ""].filter((text) => text !== "");
            return line([status, ...told].join(" · "), at);
          }),
  };
}

function count(text: string): string {
  const lines = text.trim().split("\n").length;
  return lines === 1 ? "1 line" : `${lines} lines`;
}

function uriText(uri: UriTemplate): string {
  return uri
    .map((part) => {
      if (part.kind === "text") return part.text;
      return part.kind === "path" ? `{${part.name}}` : `\${stageVariables.${part.name}}`;
    })
    .join("");
}

function mappedText(text: MappedText): string {
  return text.length === 0
    ? ""
    : `= ${text.map((part) => (part.kind === "requestPath" ? "$request.path" : expressionText(part))).join("")}`;
}

function expressionText(from: MappingExpression): string {
  switch (from.kind) {
    case "literal":
      return `'${from.text}'`;
    case "context":
      return `context.${from.name}`;
    case "stageVariable":
      return `stageVariables.${from.name}`;
    case "path":
      return `path ${from.name}`;
    case "header":
      return `header ${from.name}`;
    case "queryString":
      return `query ${from.name}`;
    case "body":
      return from.jsonPath === undefined ? "body" : `body $.${from.jsonPath}`;
    case "responseHeader":
      return `answer's header ${from.name}`;
    case "responseBody":
      return from.jsonPath === undefined ? "answer's body" : `answer's body $.${from.jsonPath}`;
  }
}
