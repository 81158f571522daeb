import type { ApiKind } from "../ir/gateway.js";
import { isList, isObject, quote } from "../json.js";
import { nearestHint } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import { descend } from "../pointer.js";
import type { Lowering } from "./lowering.js";

type Place =
  | "root"
  | "path item"
  | "operation"
  | "AsyncAPI operation"
  | "security scheme"
  | "server"
  | "tag"
  | "components";

interface Extension {
  readonly places: readonly Place[];
  /** Kinds of API that read it. */
  readonly kinds: readonly ApiKind[];
  /** Set when the gateway does not honour it: what that means for the user. */
  readonly unused?: string;
}

const rest: readonly ApiKind[] = ["rest"];
const both: readonly ApiKind[] = ["rest", "http"];
const all: readonly ApiKind[] = [...both, "websocket"];

/** Where each extension stands and who reads it. Source: openapi-extensions reference, section 1. */
const extensions: Readonly<Record<string, Extension>> = {
  "x-amazon-apigateway-any-method": { places: ["path item"], kinds: both },
  "x-amazon-apigateway-api-key-source": { places: ["root"], kinds: rest },
  "x-amazon-apigateway-auth": { places: ["operation"], kinds: both },
  "x-amazon-apigateway-authorizer": { places: ["security scheme"], kinds: both },
  "x-amazon-apigateway-authtype": { places: ["security scheme"], kinds: both },
  "x-amazon-apigateway-binary-media-types": { places: ["root"], kinds: rest },
  "x-amazon-apigateway-cors": { places: ["root"], kinds: ["http"] },
  "x-amazon-apigateway-documentation": {
    places: ["root"],
    kinds: rest,
    unused: "documentation parts change nothing at run time",
  },
  "x-amazon-apigateway-endpoint-access-mode": {
    places: ["root"],
    kinds: rest,
    unused: "it concerns endpoints on AWS",
  },
  "x-amazon-apigateway-endpoint-configuration": { places: ["root", "server"], kinds: both },
  "x-amazon-apigateway-gateway-responses": { places: ["root"], kinds: rest },
  "x-amazon-apigateway-importexport-version": { places: ["root"], kinds: both },
  "x-amazon-apigateway-integration": { places: ["operation"], kinds: both },
  "x-amazon-apigateway-integrations": { places: ["components"], kinds: both },
  "x-amazon-apigateway-minimum-compression-size": { places: ["root"], kinds: rest },
  "x-amazon-apigateway-policy": { places: ["root"], kinds: rest },
  "x-amazon-apigateway-request-validator": { places: ["root", "operation"], kinds: rest },
  "x-amazon-apigateway-request-validators": { places: ["root"], kinds: rest },
  "x-amazon-apigateway-route-selection-expression": { places: ["root"], kinds: all },
  "x-amazon-apigateway-security-policy": {
    places: ["root"],
    kinds: rest,
    unused: "it concerns endpoints on AWS",
  },
  "x-amazon-apigateway-tag-value": {
    places: ["tag"],
    kinds: ["http"],
    unused: "it tags resources on AWS",
  },
  "x-gateway-authorizer": { places: ["security scheme"], kinds: ["websocket"] },
  "x-gateway-config": { places: ["root"], kinds: all },
  "x-gateway-integration": { places: ["AsyncAPI operation"], kinds: ["websocket"] },
  "x-gateway-route": { places: ["AsyncAPI operation"], kinds: ["websocket"] },
  // that a document is of another kind is said once, elsewhere
  "x-gateway-websocket": { places: ["root"], kinds: all },
  "x-gateway-websocket-routes": { places: ["root"], kinds: all },
  "x-gateway-method-settings": { places: ["operation"], kinds: both, unused: "not supported yet" },
  "x-gateway-backend": { places: ["operation"], kinds: both, unused: "not supported yet" },
  "x-gateway-throttle": { places: ["operation"], kinds: both, unused: "not supported yet" },
};
const names = Object.keys(extensions);

/** What writers of HTTP APIs can do instead. */
const instead: Readonly<Record<string, string>> = {
  "x-amazon-apigateway-api-key-source":
    "HTTP APIs have no API keys: tell callers apart by an authorizer",
  "x-amazon-apigateway-binary-media-types":
    "bodies pass as they are; functions mark theirs by isBase64Encoded",
  "x-amazon-apigateway-gateway-responses": "HTTP APIs have fixed error bodies",
  "x-amazon-apigateway-minimum-compression-size": "let the backend compress",
  "x-amazon-apigateway-policy": "protect the routes by authorizers or IAM, or choose a REST API",
  "x-amazon-apigateway-request-validator": "validate in the function, or choose a REST API",
  "x-amazon-apigateway-request-validators": "validate in the function, or choose a REST API",
};

/** Stands on any object, and is read by lint alone. */
const lintKey = "x-gateway-lint-ignore";

/** Members whose content is data, or an extension's own. */
const dataKeys = new Set(["example", "examples", "default", "enum", "const"]);

/**
 * Looks for `x-amazon-apigateway-*` and `x-gateway-*` keys everywhere. Problems: GG700 not known, GG701 at a
 * place where nobody reads it, GG702 not read by this kind of API, GG703 not honoured.
 */
export function checkExtensions(context: Lowering): void {
  const seen = new Set<object>();
  /** Keys that lead to where the visit is: a pointer is made of them where there is an extension. */
  const keys: string[] = [];
  const visitMember = (key: string, item: unknown): void => {
    keys.push(key);
    visit(item);
    keys.pop();
  };
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (isList(value)) {
      for (const [index, item] of value.entries()) visitMember(String(index), item);
      return;
    }
    if (!isObject(value)) return;
    for (const [key, item] of Object.entries(value)) {
      // the paths of another project
      if (key === "paths" && keys.length === 0 && context.kind === "websocket") continue;
      const isOther = !key.startsWith("x-");
      if (!isOther && isOurs(key)) {
        checkExtension(context, key, placeOf(keys), descend(context.document.at, [...keys, key]));
      }
      const isOperation = key === "x-amazon-apigateway-any-method";
      if ((isOther || isOperation) && !dataKeys.has(key)) visitMember(key, item);
    }
  };
  visit(context.document.root);
}

function isOurs(key: string): boolean {
  return key.startsWith("x-amazon-apigateway") || (key.startsWith("x-gateway-") && key !== lintKey);
}

/** What the members of a section of `components` are. */
const componentPlaces = new Map<string | undefined, Place>([
  ["operations", "AsyncAPI operation"],
  ["pathItems", "path item"],
  ["securitySchemes", "security scheme"],
]);

function placeOf(keys: readonly string[]): Place | undefined {
  const [first, second] = keys;
  switch (`${first} ${keys.length}`) {
    case "undefined 0":
      return "root";
    case "paths 2":
      return "path item";
    case "paths 3":
      return "operation";
    case "operations 2":
      return "AsyncAPI operation";
    case "servers 2":
      return "server";
    case "tags 2":
      return "tag";
    case "securityDefinitions 2":
      return "security scheme";
    case "components 1":
      return "components";
    case "components 3":
      return componentPlaces.get(second);
    default:
      return undefined;
  }
}

function checkExtension(
  context: Lowering,
  key: string,
  place: Place | undefined,
  at: Pointer,
): void {
  const extension = Object.hasOwn(extensions, key) ? extensions[key] : undefined;
  if (!extension) {
    context.sink.error("GG700", at, `there is no extension ${quote(key)}`, nearestHint(key, names));
    return;
  }
  if (place === undefined || !extension.places.includes(place)) {
    const message = `${key} is not read here; it stands in: ${extension.places.join(", ")}`;
    context.sink.error("GG701", at, message);
    return;
  }
  if (!extension.kinds.includes(context.kind)) {
    const hint = context.kind === "http" ? instead[key] : undefined;
    const message = `${key} has no effect in ${kindWords[context.kind]}`;
    context.sink.warning("GG702", at, message, hint === undefined ? {} : { hint });
    return;
  }
  if (extension.unused === "not supported yet") {
    context.sink.warning("GG703", at, `${key} is not supported yet and is ignored`);
  } else if (extension.unused !== undefined) {
    context.sink.info("GG703", at, `${key} is not used: ${extension.unused}`);
  }
}

const kindWords: Readonly<Record<ApiKind, string>> = {
  rest: "REST APIs",
  http: "HTTP APIs",
  websocket: "WebSocket APIs",
};
