import type { JsonObject } from "../json.js";
import { isList, isObject } from "../json.js";
import type { LoadedDocument, LoadedSettings } from "../load/document.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";

/** What a document may ask for that REST and HTTP APIs do not have alike, or that both have. */
export type KindFeature =
  /* of REST APIs */
  | "api-keys"
  | "binary-types"
  | "body-templates"
  | "cache"
  | "canary"
  | "client-certificate"
  | "cognito-authorizer"
  | "compression"
  | "content-handling"
  | "documentation"
  | "endpoint-policy"
  | "execution-logs"
  | "gateway-responses"
  | "http-mapped"
  | "lambda-mapped"
  | "mock"
  | "mock-preflight"
  | "passthrough"
  | "private-or-edge"
  | "resource-policy"
  | "rest-mappings"
  | "service-mapped"
  | "service-with-subtype"
  | "streaming"
  | "token-authorizer"
  | "validation"
  | "waf"
  | "xray"
  /* of HTTP APIs */
  | "cors"
  | "default-route"
  | "export-version"
  | "http-mappings"
  | "jwt-authorizer"
  | "payload-1"
  | "payload-2"
  | "private-arn"
  | "response-mappings"
  | "shared-integrations"
  | "simple-authorizer"
  | "subtype"
  | "tags"
  /* of both */
  | "http-proxy"
  | "iam"
  | "lambda-proxy"
  | "private-link"
  | "request-authorizer";

/** One place where a document asks for something. */
export interface FeatureUse {
  readonly feature: KindFeature;
  readonly at: Pointer;
}

const prefix = "x-amazon-apigateway-";

const rootFeatures: Readonly<Record<string, KindFeature>> = {
  [`${prefix}cors`]: "cors",
  [`${prefix}importexport-version`]: "export-version",
  [`${prefix}request-validators`]: "validation",
  [`${prefix}request-validator`]: "validation",
  [`${prefix}gateway-responses`]: "gateway-responses",
  [`${prefix}policy`]: "resource-policy",
  [`${prefix}api-key-source`]: "api-keys",
  [`${prefix}binary-media-types`]: "binary-types",
  [`${prefix}minimum-compression-size`]: "compression",
  [`${prefix}documentation`]: "documentation",
  [`${prefix}security-policy`]: "endpoint-policy",
  [`${prefix}endpoint-access-mode`]: "endpoint-policy",
};

/** Every use, in the order of the document; those of the settings come last. */
export function findKindFeatures({ root, at, settings }: LoadedDocument): readonly FeatureUse[] {
  const components = isObject(root["components"]) ? root["components"] : {};
  const componentsAt = child(at, "components");
  const shared = `${prefix}integrations`;
  return [
    ...entriesOf(root, at).flatMap(([key, , place]) => use(rootFeatures, key, place)),
    ...(shared in components
      ? [{ feature: "shared-integrations", at: child(componentsAt, shared) } as const]
      : []),
    ...tagFeatures(root, at),
    ...entriesOf(root["securityDefinitions"], child(at, "securityDefinitions")).flatMap(scheme),
    ...entriesOf(components["securitySchemes"], child(componentsAt, "securitySchemes")).flatMap(
      scheme,
    ),
    ...entriesOf(root["paths"], child(at, "paths")).flatMap(pathFeatures),
    ...settingsFeatures(settings),
  ];
}

type Entry = readonly [key: string, value: unknown, at: Pointer];

function entriesOf(value: unknown, at: Pointer): readonly Entry[] {
  if (!isObject(value)) return [];
  return Object.entries(value).map(([key, item]) => [key, item, child(at, key)]);
}

function use(
  table: Readonly<Record<string, KindFeature>>,
  key: string,
  at: Pointer,
): readonly FeatureUse[] {
  const feature = Object.hasOwn(table, key) ? table[key] : undefined;
  return feature === undefined ? [] : [{ feature, at }];
}

function tagFeatures(root: JsonObject, at: Pointer): readonly FeatureUse[] {
  const tags = isList(root["tags"]) ? root["tags"] : [];
  return tags.flatMap((tag, index) =>
    isObject(tag) && `${prefix}tag-value` in tag
      ? [{ feature: "tags", at: child(child(at, "tags"), index) } as const]
      : [],
  );
}

const authorizerTypes: Readonly<Record<string, KindFeature>> = {
  token: "token-authorizer",
  cognito_user_pools: "cognito-authorizer",
  jwt: "jwt-authorizer",
  request: "request-authorizer",
};

function scheme([, value, at]: Entry): readonly FeatureUse[] {
  if (!isObject(value)) return [];
  const authorizer = value[`${prefix}authorizer`];
  if (!isObject(authorizer)) return schemeWithout(value, at);
  const type = String(authorizer["type"]).toLowerCase();
  const isNew =
    "authorizerPayloadFormatVersion" in authorizer || authorizer["enableSimpleResponses"] === true;
  const isJwt = type !== "jwt" && "jwtConfiguration" in authorizer;
  return [
    ...use(authorizerTypes, type, at),
    ...(isJwt ? [{ feature: "jwt-authorizer", at } as const] : []),
    ...(isNew ? [{ feature: "simple-authorizer", at } as const] : []),
  ];
}

function schemeWithout(value: JsonObject, at: Pointer): readonly FeatureUse[] {
  const authType = value[`${prefix}authtype`];
  if (String(authType).toLowerCase() === "awssigv4") return [{ feature: "iam", at }];
  const isKey = value["type"] === "apiKey" && value["in"] === "header";
  return isKey && String(value["name"]).toLowerCase() === "x-api-key"
    ? [{ feature: "api-keys", at }]
    : [];
}

function pathFeatures([path, pathItem, at]: Entry): readonly FeatureUse[] {
  const operations = entriesOf(pathItem, at).flatMap(operationFeatures);
  if (path !== "/$default") return operations;
  return [
    { feature: "default-route", at },
    ...operations.filter(({ feature }) => feature !== "default-route"),
  ];
}

function operationFeatures([method, operation, at]: Entry): readonly FeatureUse[] {
  if (!isObject(operation)) return [];
  const auth = operation[`${prefix}auth`];
  const isSigned = isObject(auth) && String(auth["type"]).toUpperCase() === "AWS_IAM";
  const validator = `${prefix}request-validator`;
  const key = `${prefix}integration`;
  const integration = operation[key];
  return [
    ...(operation["isDefaultRoute"] === true ? [{ feature: "default-route", at } as const] : []),
    ...(isSigned ? [{ feature: "iam", at: child(at, `${prefix}auth`) } as const] : []),
    ...(validator in operation
      ? [{ feature: "validation", at: child(at, validator) } as const]
      : []),
    ...(isObject(integration) ? integrationFeatures(integration, child(at, key), method) : []),
  ];
}

/** Members of integrations that only one kind reads. */
const memberFeatures: Readonly<Record<string, KindFeature>> = {
  requestTemplates: "body-templates",
  integrationSubtype: "subtype",
  passthroughBehavior: "passthrough",
  contentHandling: "content-handling",
  cacheKeyParameters: "cache",
};

function integrationFeatures(
  integration: JsonObject,
  at: Pointer,
  method: string,
): readonly FeatureUse[] {
  const type = String(integration["type"]).toLowerCase();
  const isMock = type === "mock";
  const members = entriesOf(integration, at).flatMap(([key, value, place]) => {
    // a mock without a template is none
    if (isMock && (key === "requestTemplates" || key === "passthroughBehavior")) return [];
    // exporters write an empty list
    if (key === "cacheKeyParameters" && isList(value) && value.length === 0) return [];
    return use(memberFeatures, key, place);
  });
  return [
    ...typeFeature(type, integration, at, method),
    ...members,
    ...valueFeatures(integration, at),
  ];
}

function typeFeature(
  type: string,
  integration: JsonObject,
  at: Pointer,
  method: string,
): readonly FeatureUse[] {
  const uri = textOf(integration["uri"]);
  const isFunction = /:lambda:|lambda:path|Lambda|Function/.test(uri);
  switch (type) {
    case "mock":
      return [{ feature: method.toLowerCase() === "options" ? "mock-preflight" : "mock", at }];
    case "http":
      return [{ feature: "http-mapped", at }];
    case "http_proxy":
      return [{ feature: "http-proxy", at }];
    case "aws":
      return [{ feature: isFunction ? "lambda-mapped" : serviceFeature(uri), at }];
    case "aws_proxy":
      return "integrationSubtype" in integration ? [] : [{ feature: "lambda-proxy", at }];
    default:
      return [];
  }
}

/** Actions that an integration subtype calls, too. */
const subtypeActions =
  /:(?:sqs|appconfig):|:events:action\/PutEvents|:kinesis:action\/PutRecord\b|:states:action\/(?:Start(?:Sync)?|Stop)Execution/;

function serviceFeature(uri: string): KindFeature {
  return subtypeActions.test(uri) ? "service-with-subtype" : "service-mapped";
}

/** A text, or what a deployment tool makes one of: its words tell enough. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function valueFeatures(integration: JsonObject, at: Pointer): readonly FeatureUse[] {
  const features: FeatureUse[] = [];
  const add = (feature: KindFeature, key: string): void => {
    features.push({ feature, at: child(at, key) });
  };
  if ("payloadFormatVersion" in integration) {
    const isNew = Number(integration["payloadFormatVersion"]) === 2;
    add(isNew ? "payload-2" : "payload-1", "payloadFormatVersion");
  }
  const mapped = keysOf(integration["requestParameters"]);
  if (mapped.some((key) => /^(?:append|overwrite|remove):/.test(key))) {
    add("http-mappings", "requestParameters");
  }
  if (mapped.some((key) => key.startsWith("integration.request."))) {
    add("rest-mappings", "requestParameters");
  }
  if (keysOf(integration["responseParameters"]).some((key) => /^\d{3}$/.test(key))) {
    add("response-mappings", "responseParameters");
  }
  if (String(integration["connectionType"]).toUpperCase() === "VPC_LINK") {
    const isArn = textOf(integration["uri"]).startsWith("arn:");
    add(isArn ? "private-arn" : "private-link", "connectionType");
  }
  if (String(integration["responseTransferMode"]).toUpperCase() === "STREAM") {
    add("streaming", "responseTransferMode");
  }
  return features;
}

function keysOf(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value) : [];
}

/** What the settings ask for; `*` stands for any name. */
const settingFeatures: readonly (readonly [path: string, feature: KindFeature])[] = [
  ["usagePlans", "api-keys"],
  ["apiKeys", "api-keys"],
  ...["defaults", "stages.*"].flatMap((level): readonly (readonly [string, KindFeature])[] => [
    [`${level}.cache`, "cache"],
    [`${level}.canary`, "canary"],
    [`${level}.logging.execution`, "execution-logs"],
    [`${level}.methodSettings.*.loggingLevel`, "execution-logs"],
    [`${level}.methodSettings.*.cachingEnabled`, "cache"],
    [`${level}.clientCertificateId`, "client-certificate"],
    [`${level}.waf`, "waf"],
    [`${level}.tracing.xray`, "xray"],
  ]),
];

function settingsFeatures(settings: LoadedSettings): readonly FeatureUse[] {
  const found = settingFeatures.flatMap(([path, feature]) =>
    placesOf(settings.value, path.split(".")).map((keys) => ({
      feature,
      at: settings.place(...keys),
    })),
  );
  const api = settings.value["api"];
  const endpoint = isObject(api) ? api["endpointConfiguration"] : undefined;
  const types = isObject(endpoint) && isList(endpoint["types"]) ? endpoint["types"] : [];
  if (!types.some((type) => type === "EDGE" || type === "PRIVATE")) return found;
  const at = settings.place("api", "endpointConfiguration", "types");
  return [...found, { feature: "private-or-edge", at }];
}

/** Keys of every setting of a path that is not switched off. */
function placesOf(
  value: unknown,
  [key, ...rest]: readonly string[],
): readonly (readonly string[])[] {
  if (key === undefined) return isOff(value) ? [] : [[]];
  if (!isObject(value)) return [];
  const names =
    key === "*" ? Object.keys(value) : [key].filter((name) => Object.hasOwn(value, name));
  return names.flatMap((name) => placesOf(value[name], rest).map((keys) => [name, ...keys]));
}

/** `false`, `null`, `OFF` and an empty section ask for nothing. */
export function isOff(value: unknown): boolean {
  const isEmpty = isObject(value) && Object.keys(value).length === 0;
  return value === false || value === null || value === "OFF" || isEmpty;
}
