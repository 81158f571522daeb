import type { UriPart, UriTemplate } from "../ir/mapping.js";

const holes = /\$\{stageVariables\.([A-Za-z0-9_]+)\}|\$\{[^{}]*\}|\{([A-Za-z0-9._$-]+)\+?\}/g;

/** Splits a URI or ARN at `${stageVariables.x}` and `{name}`; open placeholders stay text. */
export function parseUriTemplate(text: string): UriTemplate {
  const parts: UriPart[] = [];
  let end = 0;
  for (const match of text.matchAll(holes)) {
    const [whole, stageVariable, path] = match;
    if (stageVariable === undefined && path === undefined) continue;
    if (match.index > end) parts.push({ kind: "text", text: text.slice(end, match.index) });
    if (stageVariable !== undefined) parts.push({ kind: "stageVariable", name: stageVariable });
    else if (path !== undefined) parts.push({ kind: "path", name: path });
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

/** Stage variables that a text names, repeats left out. */
export function stageVariablesOf(template: UriTemplate): readonly string[] {
  const names = template.flatMap((part) => (part.kind === "stageVariable" ? [part.name] : []));
  return [...new Set(names)];
}

/** What the URI of an integration or authorizer with a function says. */
export interface FunctionUri {
  /** ARN or name of the function, alias included. */
  readonly function: UriTemplate;
  readonly streaming: boolean;
}

// A doubled slash behind `path/` is accepted by the service.
const invocation =
  /^arn:[^:]*:apigateway:[^:]*:lambda:path\/+\d{4}-\d\d-\d\d\/functions\/(.+?)\/(response-streaming-)?invocations\/?$/;

/**
 * Reads the URI that invokes a function: the invocation ARN, a plain function ARN, or a placeholder that
 * stands for one of them (`${Orders.Arn}`). Undefined when it names no function.
 */
export function parseFunctionUri(uri: string): FunctionUri | undefined {
  const match = invocation.exec(uri);
  if (match) {
    return { function: withoutPaths(match[1] ?? ""), streaming: match[2] !== undefined };
  }
  if (/^arn:[^:]*:lambda:[^:]*:[^:]*:function:.+$/.test(uri) || /^\$\{[^{}]+\}$/.test(uri)) {
    return { function: withoutPaths(uri), streaming: false };
  }
  return undefined;
}

function withoutPaths(text: string): UriTemplate {
  return parseUriTemplate(text).map((part) =>
    part.kind === "path" ? { kind: "text", text: `{${part.name}}` } : part,
  );
}

/**
 * Name of a function without account, region, alias and version. Stage variables stay as
 * `${stageVariables.x}`; of a placeholder the resource's name is taken: `${Orders.Arn}` is `Orders`.
 */
export function functionNameOf(template: UriTemplate): string {
  const text = template
    .map((part) => {
      if (part.kind === "text") return part.text;
      return part.kind === "path" ? `{${part.name}}` : `\${stageVariables.${part.name}}`;
    })
    .join("");
  const tail = /(?:^|:)function:(.+)$/.exec(text)?.[1] ?? text;
  const name = /^((?:\$\{[^{}]*\}|[^:{}$])+)/.exec(tail)?.[1] ?? tail;
  const placeholder = /^\$\{(?!stageVariables\.)([^{}.]+)(?:\.[^{}]*)?\}$/.exec(name)?.[1];
  return placeholder ?? name;
}

/** An AWS service in an integration URI: `arn:aws:apigateway:eu-west-1:sqs:path/…`. */
export interface ServiceUri {
  readonly partition: string;
  readonly region: string;
  /** What stands in front of the service: `data` of `data.iot`. */
  readonly subdomain: string | undefined;
  readonly service: string;
  /** Name of `action/NAME`; undefined for `path/…`. */
  readonly action: UriTemplate | undefined;
  /** Path and query at the endpoint; begins with a slash, of which there is one. */
  readonly path: UriTemplate;
}

const service =
  /^arn:([^:]*):apigateway:([^:]*):(?:([^:]+)\.)?([^:.]+):(?:action\/([^&?]+)(?:[&?](.*))?|path(?:\/+(.*))?)$/s;

/** Reads the URI of an AWS service: `…:sqs:path/1/jobs`, `…:dynamodb:action/PutItem&Limit=1`. */
export function parseServiceUri(uri: string): ServiceUri | undefined {
  const match = service.exec(uri);
  if (!match) return undefined;
  const [, partition = "", region = "", subdomain, name = "", action, query, path = ""] = match;
  const target = action === undefined ? `/${path}` : query === undefined ? "/" : `/?${query}`;
  return {
    partition,
    region,
    subdomain,
    service: name,
    action: action === undefined ? undefined : parseUriTemplate(action),
    path: parseUriTemplate(target),
  };
}

/**
 * What is wrong with the URI of an HTTP integration; undefined when it is fine. The scheme must be
 * literal; host and path may hold stage variables.
 */
export function httpUriProblem(template: UriTemplate): string | undefined {
  const first = template[0];
  const scheme = first?.kind === "text" ? /^https?:\/\//i.exec(first.text)?.[0] : undefined;
  if (scheme === undefined) return "must begin with http:// or https://";
  const text = template.map((part) => (part.kind === "text" ? part.text : "x")).join("");
  if (/[\s\p{Cc}]/u.test(text)) return "must not hold white space or control characters";
  const filled = text.replaceAll(/\$\{[^{}]*\}/g, "x");
  if (!URL.canParse(filled)) return "is not a valid address";
  const { port, username, password } = new URL(filled);
  if (username !== "" || password !== "") return "must not hold a user name or password";
  const isAllowed = port === "" || port === "80" || port === "443" || Number(port) >= 1024;
  return isAllowed ? undefined : `uses port ${port}; 80, 443 and 1024 to 65535 are allowed`;
}
