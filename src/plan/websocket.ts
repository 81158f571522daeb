import type { Api } from "../ir/gateway.js";
import type { Operation } from "../ir/operation.js";
import type { Model, Schema } from "../ir/schema.js";
import type { WebSocket } from "../ir/websocket.js";
import type { WebSocketRouteTable, WebSocketTable } from "../runtime/contracts.js";
import { camelCase, NameSpace } from "./names.js";
import type { OperationPlan } from "./plan.js";
import type { Selections } from "./selections.js";
import { record, type Planned } from "./tables.js";

/** A message that the server sends on its own. */
export interface PushPlan {
  /** Member of `send`: `userJoined`. */
  readonly name: string;
  readonly description: string | undefined;
  /** Names of models; empty: anything. */
  readonly models: readonly string[];
}

/** What a WebSocket API has beside its routes and integrations, as the run-time reads it. */
export function webSocketTable(
  websocket: WebSocket,
  operations: readonly OperationPlan[],
  selections: Selections,
): Planned<WebSocketTable> {
  const { connection, routeSelection, routes } = websocket;
  const { keepAliveSeconds, ...limits } = connection;
  return {
    routeSelection: selections.table(routeSelection),
    connection: { ...limits, keepAliveSeconds: keepAliveSeconds ?? null },
    routes: record(
      routes.flatMap((route, index) => {
        const operation = operations[index];
        if (operation === undefined) return [];
        const { modelSelection, templateSelection, requestModels, hasRouteResponse } = route;
        const table: Planned<WebSocketRouteTable> = {
          modelSelection: modelSelection === undefined ? null : selections.table(modelSelection),
          models:
            modelSelection === undefined
              ? {}
              : record(requestModels.map(({ key, model }) => [key, model])),
          templateSelection:
            templateSelection === undefined ? null : selections.table(templateSelection),
          hasRouteResponse,
        };
        return [[operation.name, table] as const];
      }),
    ),
  };
}

/** What a typed client of a WebSocket API knows. */
export interface ClientPlan {
  /** Messages that it sends, by route key. */
  readonly messages: readonly ClientMessage[];
  /** Member of a message that holds its route key, filled in by the client; undefined: messages are sent as given. */
  readonly keyMember: string | undefined;
  /** Models of what may come: answers and pushes. */
  readonly incoming: readonly string[];
  /** What tells the incoming messages apart; undefined: nothing does for all of them. */
  readonly tag: ClientTag | undefined;
  readonly connect: Operation | undefined;
}
export interface ClientMessage {
  readonly routeKey: string;
  /** Empty: anything. */
  readonly models: readonly string[];
}
export interface ClientTag {
  readonly member: string;
  readonly values: readonly { readonly value: string; readonly model: string }[];
}

export function planClient(api: Api): ClientPlan | undefined {
  const { websocket, models, operations } = api;
  if (websocket === undefined) return undefined;
  const incoming = new Set([
    ...websocket.routes.flatMap(({ responseModels }) => responseModels.map(({ model }) => model)),
    ...websocket.pushes.flatMap((push) => push.models),
  ]);
  return {
    messages: websocket.routes
      .filter(({ routeKey }) => !routeKey.startsWith("$"))
      .map(({ routeKey, requestModels }) => ({
        routeKey,
        models: [...new Set(requestModels.map(({ model }) => model))],
      })),
    keyMember: keyMemberOf(websocket),
    incoming: [...incoming],
    tag: tagOf(models.filter(({ name }) => incoming.has(name))),
    connect: operations.find(({ routeKey }) => routeKey === "$connect"),
  };
}

/** The member that the selection reads, where it is one at the top of the message. */
function keyMemberOf({ routeSelection: [only, second] }: WebSocket): string | undefined {
  if (only?.kind !== "body" || second !== undefined) return undefined;
  const name = only.jsonPath ?? "";
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name !== "__proto__" ? name : undefined;
}

/** The first member that has a fixed text of its own in each of the models. */
function tagOf(models: readonly Model[]): ClientTag | undefined {
  const [first] = models;
  if (first === undefined) return undefined;
  for (const [member] of fixedTexts(first.schema)) {
    const values = models.flatMap((model) => {
      const value = fixedTexts(model.schema).get(member);
      return value === undefined ? [] : [{ value, model: model.name }];
    });
    const isDistinct = new Set(values.map(({ value }) => value)).size === models.length;
    if (isDistinct) return { member, values };
  }
  return undefined;
}

function fixedTexts({ shape }: Schema): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  if (shape.kind !== "object") return texts;
  for (const { name, required, schema } of shape.properties) {
    if (!required || schema.shape.kind !== "enum" || schema.shape.values.length !== 1) continue;
    const [value] = schema.shape.values;
    if (typeof value === "string") texts.set(name, value);
  }
  return texts;
}

/** The pushes that a document declares. */
export function planPushes(websocket: WebSocket | undefined): readonly PushPlan[] {
  const names = new NameSpace();
  names.reserve(["postToConnection"]);
  return (websocket?.pushes ?? []).map(({ name, description, models }) => ({
    name: names.claim(camelCase(name, "push")),
    description,
    models,
  }));
}
