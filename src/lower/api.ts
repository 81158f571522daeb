import type { Api, Cors, ResourcePolicy } from "../ir/gateway.js";
import type { JsonValue } from "../ir/schema.js";
import { describe, isList, isObject, quote } from "../json.js";
import { child } from "../pointer.js";
import type { Lowering } from "./lowering.js";
import { Members } from "./members.js";
import { checkPolicy } from "./policy.js";

/** The scalars of the root and of `info`. */
export type ApiHead = Pick<
  Api,
  | "name"
  | "version"
  | "description"
  | "cors"
  | "binaryMediaTypes"
  | "minimumCompressionSize"
  | "apiKeySource"
  | "disableExecuteApiEndpoint"
  | "policy"
  | "tags"
>;

const maxPolicyLength = 8192;
const maxCompressionSize = 10_485_760;

/**
 * Lowers what stands at the root beside paths and components; `ownName` is that of the section of a WebSocket
 * API. Problems: GG101, GG103 to GG106.
 */
export function lowerApiHead(context: Lowering, root: Members, ownName?: string): ApiHead {
  const info = root.object("info");
  const api = context.document.settings.value["api"];
  const named =
    ownName ?? (isObject(api) && typeof api["name"] === "string" ? api["name"] : undefined);
  const title = info?.text("title");
  if (title === undefined && named === undefined) {
    context.sink.warning(
      "GG101",
      info?.at ?? root.at,
      'info.title is missing; the API is called "api"',
    );
  }
  const isDisabled = isObject(api) ? api["disableExecuteApiEndpoint"] : undefined;
  return {
    name: named ?? title ?? "api",
    version: info?.text("version") ?? "1.0.0",
    description: info?.text("description"),
    cors: context.kind === "http" ? lowerCors(context, root) : undefined,
    ...lowerRestHead(context, root),
    disableExecuteApiEndpoint: isDisabled === true || lowerEndpoint(context, root),
    tags: lowerTags(context, root),
  };
}

/** What HTTP APIs do not have; that it has no effect there is reported with all extensions. */
function lowerRestHead(
  context: Lowering,
  root: Members,
): Pick<ApiHead, "binaryMediaTypes" | "minimumCompressionSize" | "apiKeySource" | "policy"> {
  if (context.kind === "http") {
    return {
      binaryMediaTypes: [],
      minimumCompressionSize: undefined,
      apiKeySource: "HEADER",
      policy: undefined,
    };
  }
  return {
    binaryMediaTypes: lowerBinaryTypes(context, root),
    minimumCompressionSize: lowerCompression(context, root),
    apiKeySource:
      root.word("x-amazon-apigateway-api-key-source", ["HEADER", "AUTHORIZER"]) ?? "HEADER",
    policy: lowerPolicy(context, root),
  };
}

function lowerBinaryTypes(context: Lowering, root: Members): readonly string[] {
  const key = "x-amazon-apigateway-binary-media-types";
  return (root.texts(key) ?? []).filter((type, index) => {
    if (/^[^\s/]+\/[^\s/]+$/.test(type)) return true;
    context.sink.warning(
      "GG103",
      child(root.place(key), index),
      `${quote(type)} is not a media type`,
    );
    return false;
  });
}

function lowerCompression(context: Lowering, root: Members): number | undefined {
  const key = "x-amazon-apigateway-minimum-compression-size";
  const size = root.number(key);
  if (size === undefined || (Number.isInteger(size) && size >= 0 && size <= maxCompressionSize))
    return size;
  context.sink.error(
    "GG104",
    root.place(key),
    `a size of ${size} is outside 0 to ${maxCompressionSize}`,
  );
  return undefined;
}

/** At the root in 2.0, inside a server in 3.x; both are read. */
function lowerEndpoint(context: Lowering, root: Members): boolean {
  const key = "x-amazon-apigateway-endpoint-configuration";
  // servers of AsyncAPI are something else
  const list = context.document.format === "openapi" ? root.list("servers") : undefined;
  const servers = (list ?? []).flatMap((server, index) =>
    isObject(server)
      ? [new Members(server, child(root.place("servers"), index), context.sink)]
      : [],
  );
  let isDisabled = false;
  for (const holder of [root, ...servers]) {
    const endpoint = holder.object(key);
    if (!endpoint) continue;
    isDisabled ||= endpoint.flag("disableExecuteApiEndpoint") ?? false;
    if (endpoint.has("vpcEndpointIds")) {
      const message = "vpcEndpointIds is not used: it concerns private endpoints on AWS";
      context.sink.info("GG703", endpoint.place("vpcEndpointIds"), message);
    }
  }
  return isDisabled;
}

function lowerPolicy(context: Lowering, root: Members): ResourcePolicy | undefined {
  const key = "x-amazon-apigateway-policy";
  if (!root.has(key)) return undefined;
  const at = root.place(key);
  const document = policyDocument(root.value[key]);
  if (document === undefined) {
    context.sink.error(
      "GG105",
      at,
      `expected a policy document, found ${describe(root.value[key])}`,
    );
    return undefined;
  }
  checkPolicy(document, at, { kind: "resource", code: "GG105" }, context.sink);
  if (JSON.stringify(document).length > maxPolicyLength) {
    context.sink.warning("GG105", at, `the policy has more than ${maxPolicyLength} characters`);
  }
  return { at, document };
}

/** An object, or the JSON text of one. */
function policyDocument(value: unknown): JsonValue | undefined {
  if (isObject(value)) return value as JsonValue;
  if (typeof value !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) ? (parsed as JsonValue) : undefined;
  } catch {
    return undefined;
  }
}

function lowerTags(context: Lowering, root: Members): Api["tags"] {
  return (root.list("tags") ?? []).flatMap((item, index) => {
    const at = child(root.place("tags"), index);
    const tag = isObject(item) ? new Members(item, at, context.sink) : undefined;
    const name = tag?.text("name") ?? (typeof item === "string" ? item : undefined);
    return name === undefined ? [] : [{ name, description: tag?.text("description") }];
  });
}

/** Lowers `x-amazon-apigateway-cors`. Problem: GG106 `*` with credentials. */
function lowerCors(context: Lowering, root: Members): Cors | undefined {
  const cors = root.object("x-amazon-apigateway-cors");
  if (!cors) return undefined;
  const allowCredentials = cors.flag("allowCredentials") ?? false;
  const lists = {
    allowOrigins: listOf(cors, "allowOrigins"),
    allowMethods: listOf(cors, "allowMethods"),
    allowHeaders: listOf(cors, "allowHeaders"),
    exposeHeaders: listOf(cors, "exposeHeaders"),
  };
  if (allowCredentials && Object.values(lists).some((list) => list.includes("*"))) {
    context.sink.error("GG106", cors.at, '"*" is not allowed together with allowCredentials');
  }
  return { at: cors.at, ...lists, allowCredentials, maxAge: cors.number("maxAge") };
}

/** A single text is taken as a list of one, as serverless tools write it. */
function listOf(cors: Members, key: string): readonly string[] {
  const value = cors.value[key];
  if (typeof value === "string") return value.split(",").map((item) => item.trim());
  return isList(value) ? (cors.texts(key) ?? []) : [];
}
