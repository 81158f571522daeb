// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ServiceSubtype } from "../contracts.js";
import { errors } from "../errors/gateway-error.js";
import { isRecord } from "../json-record.js";

/** An action's parameters by their own names; one without a value is not there. */
export type ActionParameters = ReadonlyMap<string, string>;

/** What is sent to a service for one action. */
export interface ActionRequest {
  readonly method: "GET" | "POST";
  /** Percent-encoded, without the query. */
  readonly path: string;
  /** Name, value, ... decoded. */
  readonly query: readonly string[];
  /** Name, value, ... */
  readonly headers: readonly string[];
  readonly body: string;
}

/** One action that HTTP APIs call by the subtype of an integration. */
export interface ServiceAction {
  /** As ARNs name it. */
  readonly service: string;
  readonly action: string;
  /** Throws a 400 where a value is not of the form that the action takes. */
  request(parameters: ActionParameters): ActionRequest;
}

/** Source: the services' API references. SQS is called by its query protocol, since it answers XML. */
export function serviceAction(subtype: ServiceSubtype): ServiceAction {
  switch (subtype) {
    case "EventBridge-PutEvents":
      return json("events", "PutEvents", "AWSEvents", "1.1", (values) => ({
        Entries: [members(values, { Time: epochSeconds, Resources: textList })],
      }));
    case "Kinesis-PutRecord":
      return json("kinesis", "PutRecord", "Kinesis_20131202", "1.1", (values) =>
        members(values, { Data: base64 }),
      );
    case "StepFunctions-StartExecution":
      return stepFunctions("StartExecution");
    case "StepFunctions-StartSyncExecution":
      return stepFunctions("StartSyncExecution");
    case "StepFunctions-StopExecution":
      return stepFunctions("StopExecution");
    case "SQS-SendMessage":
      return queue("SendMessage");
    case "SQS-ReceiveMessage":
      return queue("ReceiveMessage");
    case "SQS-DeleteMessage":
      return queue("DeleteMessage");
    case "SQS-PurgeQueue":
      return queue("PurgeQueue");
    case "AppConfig-GetConfiguration":
      return { service: "appconfig", action: "GetConfiguration", request: configurationRequest };
  }
}

type Members = Readonly<Record<string, unknown>>;

function json(
  service: string,
  action: string,
  target: string,
  version: "1.0" | "1.1",
  body: (values: ActionParameters) => Members,
): ServiceAction {
  const headers = [
    "Content-Type",
    `application/x-amz-json-${version}`,
    "X-Amz-Target",
    `${target}.${action}`,
  ];
  return {
    service,
    action,
    request: (values) => ({
      method: "POST",
      path: "/",
      query: [],
      headers,
      body: JSON.stringify(body(values)),
    }),
  };
}

type Conversion = (value: string, name: string) => unknown;

function members(
  values: ActionParameters,
  conversions: Readonly<Record<string, Conversion>>,
): Members {
  return Object.fromEntries(
    [...values].map(([name, value]) => {
      const convert = Object.hasOwn(conversions, name) ? conversions[name] : undefined;
      return [name, convert === undefined ? value : convert(value, name)];
    }),
  );
}

/** The action's members begin with a small letter there. */
function stepFunctions(action: string): ServiceAction {
  return json("states", action, "AWSStepFunctions", "1.0", (values) =>
    Object.fromEntries(
      [...values].map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
    ),
  );
}

/** Seconds since 1970, as AWS JSON has times; also from a date in text. */
function epochSeconds(value: string, name: string): number {
  const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Date.parse(value) / 1000;
  if (Number.isNaN(number)) throw wrongValue(name, "a time");
  return number;
}

/** The record is what the mapping gives; AWS JSON carries bytes as base64 (assumed). */
function base64(value: string): string {
  return Buffer.from(value, "utf8").toString("base64");
}

/** A JSON list, or texts between commas (assumed). */
function textList(value: string): readonly string[] {
  const parsed = value.trim().startsWith("[") ? parseJson(value) : undefined;
  if (Array.isArray(parsed)) return parsed.map(String);
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Parameters of the query protocol whose name is another there. */
const queueLists: Readonly<Record<string, string>> = {
  AttributeNames: "AttributeName",
  MessageAttributeNames: "MessageAttributeName",
};
const queueMaps: Readonly<Record<string, string>> = {
  MessageAttributes: "MessageAttribute",
  MessageSystemAttributes: "MessageSystemAttribute",
};

function queue(action: string): ServiceAction {
  return {
    service: "sqs",
    action,
    request: (values) => {
      const form = new URLSearchParams({ Action: action, Version: "2012-11-05" });
      for (const [name, value] of values) addQueueParameter(form, name, value);
      return {
        method: "POST",
        path: "/",
        query: [],
        headers: ["Content-Type", "application/x-www-form-urlencoded"],
        body: form.toString(),
      };
    },
  };
}

function addQueueParameter(form: URLSearchParams, name: string, value: string): void {
  const list = Object.hasOwn(queueLists, name) ? queueLists[name] : undefined;
  const map = Object.hasOwn(queueMaps, name) ? queueMaps[name] : undefined;
  if (list !== undefined) {
    textList(value).forEach((item, index) => form.append(`${list}.${index + 1}`, item));
  } else if (map !== undefined) {
    for (const [key, item] of attributePairs(value, name)) form.append(`${map}.${key}`, item);
  } else form.append(name, value);
}

/** `{"size": {"DataType": "Number", "StringValue": "3"}}` as `1.Name`, `1.Value.DataType`, ... */
function attributePairs(
  value: string,
  name: string,
): readonly (readonly [key: string, value: string])[] {
  const attributes = parseJson(value);
  if (!isRecord(attributes)) throw wrongValue(name, "an object of attributes");
  return Object.entries(attributes).flatMap(([attribute, content], index) => {
    if (!isRecord(content)) throw wrongValue(name, "an object of attributes");
    const parts = Object.entries(content).map(
      ([part, text]) => [`${index + 1}.Value.${part}`, String(text)] as const,
    );
    return [[`${index + 1}.Name`, attribute] as const, ...parts];
  });
}

function configurationRequest(values: ActionParameters): ActionRequest {
  const segment = (name: string): string => {
    const value = values.get(name) ?? "";
    // servers take these for steps through the path
    if (value === "." || value === "..") throw wrongValue(name, "a name");
    return encodeURIComponent(value);
  };
  const version = values.get("ClientConfigurationVersion");
  return {
    method: "GET",
    path: `/applications/${segment("Application")}/environments/${segment("Environment")}/configurations/${segment("Configuration")}`,
    query: [
      "client_id",
      values.get("ClientId") ?? "",
      ...(version === undefined ? [] : ["client_configuration_version", version]),
    ],
    headers: [],
    body: "",
  };
}

function wrongValue(name: string, expected: string): Error {
  return errors.badRequest(`The value of the parameter ${name} is not ${expected}`);
}
