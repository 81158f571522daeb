import type { Response } from "../ir/operation.js";
import type { Shape } from "../ir/schema.js";
import { isList, isObject, member, quote, type JsonObject } from "../json.js";
import { isBareName, modelOfUrl } from "../load/references.js";
import type { Pointer } from "../pointer.js";
import { child, descend } from "../pointer.js";
import { walkDocument } from "./document-walk.js";
import type { LintCheck, LintFinding, LintSubject } from "./finding.js";

const maxBytes = 6 * 1024 * 1024;

/** What an import refuses, drops or reads in another way, beside models. WebSocket APIs have no import. */
export const checkImport: LintCheck = (subject) => {
  if (subject.gateway.api.kind === "websocket") return [];
  return [
    ...version(subject),
    ...size(subject),
    ...references(subject),
    ...overrides(subject),
    ...(subject.gateway.api.kind === "rest" ? restImport(subject) : []),
  ];
};

function restImport(subject: LintSubject): readonly LintFinding[] {
  return [
    ...description(subject),
    ...rootSecurity(subject),
    ...endpointSecurity(subject),
    ...privateApi(subject),
    ...reservedPaths(subject),
    ...responses(subject),
  ];
}

function version({ document: { version: given, at } }: LintSubject): readonly LintFinding[] {
  if (given.family !== "3.1") return [];
  const message = `AWS imports OpenAPI 3.0, not ${given.text}`;
  const hint = 'write "openapi: 3.0.1", and nullable types, const and examples in its way';
  return [{ rule: "aws-openapi-version", at: child(at, "openapi"), message, hint }];
}

/** Measured without white space and with everything in YAML written out: the least that is sent. */
function size({ document: { root, at } }: LintSubject): readonly LintFinding[] {
  const bytes = Buffer.byteLength(JSON.stringify(root));
  if (bytes <= maxBytes) return [];
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  const message = `the document has ${megabytes} MB as JSON without white space; AWS imports 6 MB at most`;
  return [{ rule: "aws-document-size", at, message }];
}

function references({ document }: LintSubject): readonly LintFinding[] {
  const found: LintFinding[] = [];
  walkDocument(
    document.root,
    (keys) => descend(document.at, keys),
    (value, key, at) => {
      if (key !== "$ref" || typeof value !== "string") return;
      if (!value.startsWith("#") && !isBareName(value) && modelOfUrl(value) === undefined) {
        const message = `AWS does not follow ${quote(value)}: an import has one file`;
        const hint = "bundle the document before it is imported";
        found.push({ rule: "aws-outside-reference", at: at(), message, hint });
      } else if (document.version.family === "2.0" && value.startsWith("#/responses/")) {
        const message = `AWS does not follow ${quote(value)} to a response of the root`;
        found.push({
          rule: "aws-response-reference",
          at: at(),
          message,
          hint: "write the response at the operation",
        });
      }
    },
  );
  return found;
}

/** Path items of a document with their places; references among them are not followed. */
function pathItems({
  document: { root, at },
}: LintSubject): readonly (readonly [path: string, item: JsonObject, at: Pointer])[] {
  const { paths } = root;
  if (!isObject(paths)) return [];
  return Object.entries(paths).flatMap(([path, item]) =>
    isObject(item) ? [[path, item, descend(at, ["paths", path])] as const] : [],
  );
}

function overrides(subject: LintSubject): readonly LintFinding[] {
  return pathItems(subject).flatMap(([path, item, at]) => [
    ...ignoredServers(item, at, path),
    ...Object.entries(item).flatMap(([key, operation]) =>
      isObject(operation) ? ignoredServers(operation, child(at, key), `${key} ${path}`) : [],
    ),
  ]);
}

function ignoredServers(holder: JsonObject, at: Pointer, name: string): readonly LintFinding[] {
  if (!isList(holder["servers"])) return [];
  const message = `the servers of ${quote(name)} are ignored: an API has one address`;
  return [{ rule: "aws-server-override", at: child(at, "servers"), message }];
}

function description({ document: { root, at } }: LintSubject): readonly LintFinding[] {
  const { info } = root;
  if (!isObject(info) || info["description"] !== "") return [];
  const place = descend(at, ["info", "description"]);
  const message = "a REST API refuses an empty description";
  return [{ rule: "aws-empty-description", at: place, message, hint: "leave it out" }];
}

function rootSecurity({ document, gateway }: LintSubject): readonly LintFinding[] {
  const at = child(document.at, "security");
  const count = gateway.api.operations.filter(
    ({ authorization }) => authorization.kind !== "none" && authorization.at.startsWith(`${at}/`),
  ).length;
  if (count === 0) return [];
  const message = `${count === 1 ? "an operation takes" : `${count} operations take`} security from the root, which AWS's guide says REST APIs do not use, though imports were seen to`;
  const hint = "write security at each operation, so that both readings give the same";
  return [{ rule: "aws-root-security", at, message, hint }];
}

function endpointSecurity({ document: { root, at } }: LintSubject): readonly LintFinding[] {
  const policyKey = "x-amazon-apigateway-security-policy";
  const modeKey = "x-amazon-apigateway-endpoint-access-mode";
  const policy = member(root, policyKey);
  const isEnhanced = typeof policy === "string" && policy.startsWith("SecurityPolicy_");
  const hasMode = member(root, modeKey) !== undefined;
  if (isEnhanced === hasMode) return [];
  const message = isEnhanced
    ? `the security policy ${quote(policy)} needs ${modeKey}`
    : `${modeKey} goes with an enhanced security policy only`;
  const place = child(at, isEnhanced ? policyKey : modeKey);
  return [{ rule: "aws-security-policy", at: place, message }];
}

function privateApi({ document, gateway }: LintSubject): readonly LintFinding[] {
  if (gateway.api.policy !== undefined) return [];
  const key = "x-amazon-apigateway-endpoint-configuration";
  const { servers } = document.root;
  const holders = [
    [document.root, document.at] as const,
    ...(isList(servers) ? servers : []).map(
      (server, index) => [server, child(child(document.at, "servers"), index)] as const,
    ),
  ];
  return holders.flatMap(([holder, at]): readonly LintFinding[] => {
    const configuration = isObject(holder) ? member(holder, key) : undefined;
    if (!isObject(configuration) || !isList(configuration["vpcEndpointIds"])) return [];
    const place = descend(at, [key, "vpcEndpointIds"]);
    const message = "the API is private and has no resource policy: it answers nobody";
    const hint = "add x-amazon-apigateway-policy with the endpoints that may call";
    return [{ rule: "aws-private-without-policy", at: place, message, hint }];
  });
}

function reservedPaths(subject: LintSubject): readonly LintFinding[] {
  return pathItems(subject)
    .filter(([path]) => path === "/ping" || path === "/sping")
    .map(([path, , at]) => ({
      rule: "aws-reserved-path",
      at,
      message: `${path} is answered by AWS itself where the API has a custom domain`,
      hint: "choose another path, such as /health",
    }));
}

/** Response keys matter where answers are mapped; functions and proxies answer as they like. */
function responses({ gateway }: LintSubject): readonly LintFinding[] {
  return gateway.api.operations.flatMap(({ responses: declared, integration, method, path }) => {
    const isMapped = integration.kind !== "none" && integration.responses.length > 0;
    const name = quote(`${method} ${path}`);
    return declared.flatMap((response) => [
      ...(isMapped ? classResponse(response, name) : []),
      ...inlineSchemas(response, name),
    ]);
  });
}

function classResponse({ status, at }: Response, name: string): readonly LintFinding[] {
  if (/^\d{3}$/.test(status)) return [];
  const message = `the response ${quote(status)} of ${name} makes no method response on AWS`;
  const hint = "name the statuses that the integration answers with";
  return [{ rule: "aws-response-key", at, message, hint }];
}

function inlineSchemas({ status, content }: Response, name: string): readonly LintFinding[] {
  return content
    .filter(({ schema }) => schema !== undefined && !takenShapes.has(schema.shape.kind))
    .map(({ at }) => ({
      rule: "aws-response-schema",
      at,
      message: `the response ${status} of ${name} has an inline schema that is no object`,
      hint: "name it among the schemas and refer to it",
    }));
}

const takenShapes: ReadonlySet<Shape["kind"]> = new Set([
  "object",
  "ref",
  "all",
  "union",
  "unknown",
]);
