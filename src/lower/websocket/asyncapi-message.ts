import type { SelectionExpression } from "../../ir/websocket.js";
import { isList, isObject, member, quote } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { child, parsePointer } from "../../pointer.js";
import { followReference } from "../follow-reference.js";
import type { Lowering } from "../lowering.js";
import type { Members } from "../members.js";
import { registerModel } from "./named-parts.js";

/** A message of an AsyncAPI document. */
export interface AsyncMessage {
  readonly at: Pointer;
  readonly name: string;
  /** Name of the model of its payload; undefined: it is not JSON, or says nothing of it. */
  readonly model: string | undefined;
  /** What the payload holds where the selection looks, if that is fixed. */
  readonly routeKey: string | undefined;
}

const unusedKeys = ["headers", "correlationId", "traits", "bindings"];

/**
 * The messages of an operation or reply: those that it lists, else all of its channel. Problems: GG811 what no
 * frame carries.
 */
export function readMessages(
  context: Lowering,
  holder: Members,
  channel: Members | undefined,
  selection: SelectionExpression,
): readonly AsyncMessage[] {
  const own = holder.list("messages");
  const messages =
    own === undefined
      ? messagesOf(context, channel)
      : own.flatMap(
          (item, index) =>
            followReference(context, item, child(holder.place("messages"), index)) ?? [],
        );
  return messages.map((message) => readMessage(context, message, selection));
}

function messagesOf(context: Lowering, channel: Members | undefined): readonly Members[] {
  const holder = channel?.object("messages");
  return (holder?.entries() ?? []).flatMap(([name, value]) => {
    const at = holder?.place(name);
    return at === undefined ? [] : (followReference(context, value, at) ?? []);
  });
}

function readMessage(
  context: Lowering,
  message: Members,
  selection: SelectionExpression,
): AsyncMessage {
  for (const key of unusedKeys) {
    if (!message.has(key)) continue;
    context.sink.info("GG811", message.place(key), `${key} of a message has no place in a frame`);
  }
  const name = message.text("name") ?? parsePointer(message.at).keys.at(-1) ?? "message";
  const payload = payloadOf(context, message);
  return {
    at: message.at,
    name,
    model: payload && registerModel(context, name, payload.value, payload.at),
    routeKey: payload && fixedValue(context, payload, selection),
  };
}

interface Payload {
  readonly value: unknown;
  readonly at: Pointer;
}

const jsonSchemaFormat = /^application\/(?:vnd\.aai\.asyncapi|schema)(?:[+;]|$)/;

/** The schema of a payload of JSON; other formats are told and left out. */
function payloadOf(context: Lowering, message: Members): Payload | undefined {
  const { document, sink } = context;
  const type = message.text("contentType") ?? document.root["defaultContentType"];
  if (typeof type === "string" && !/[/+]json\b/i.test(type)) {
    const at = message.has("contentType") ? message.place("contentType") : message.at;
    sink.info("GG811", at, `a payload of ${quote(type)} has no type here, only one of JSON`);
    return undefined;
  }
  const value = message.value["payload"];
  if (value === undefined) return undefined;
  const at = message.place("payload");
  if (!isObject(value) || typeof value["schemaFormat"] !== "string") return { value, at };
  if (jsonSchemaFormat.test(value["schemaFormat"])) {
    return { value: value["schema"], at: child(at, "schema") };
  }
  const format = quote(value["schemaFormat"]);
  sink.warning("GG811", child(at, "schemaFormat"), `schemas of the format ${format} are not read`);
  return undefined;
}

/** The `const` of the member that the selection reads, where it reads one by plain names. */
function fixedValue(
  context: Lowering,
  payload: Payload,
  [only, second]: SelectionExpression,
): string | undefined {
  if (only?.kind !== "body" || second !== undefined || only.jsonPath === undefined)
    return undefined;
  let schema: Payload | undefined = followed(context, payload);
  for (const name of only.jsonPath.split(".")) {
    if (!isObject(schema?.value)) return undefined;
    const properties = schema.value["properties"];
    if (!isObject(properties) || !Object.hasOwn(properties, name)) return undefined;
    const at = child(child(schema.at, "properties"), name);
    schema = followed(context, { value: member(properties, name), at });
  }
  if (!isObject(schema?.value)) return undefined;
  const values = schema.value["enum"];
  const fixed = schema.value["const"] ?? (isList(values) && values.length === 1 ? values[0] : null);
  return typeof fixed === "string" ? fixed : undefined;
}

function followed(context: Lowering, { value, at }: Payload): Payload | undefined {
  if (!isObject(value)) return undefined;
  const target = followReference(context, value, at);
  return target && { value: target.value, at: target.at };
}
