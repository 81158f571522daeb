import type { Push, RouteModel, SelectionExpression } from "../../ir/websocket.js";
import { isList, isObject, quote } from "../../json.js";
import { parseSelection } from "../../language/selection-expression.js";
import { nearestHint } from "../../nearest.js";
import { followReference } from "../follow-reference.js";
import type { Lowering } from "../lowering.js";
import { Members } from "../members.js";
import { withConnect } from "./asyncapi-connect.js";
import { readMessages, type AsyncMessage } from "./asyncapi-message.js";
import { stageSegment } from "./asyncapi-stage.js";
import { readSecurity } from "./asyncapi-security.js";
import type { DeclaredApi, DeclaredRoute } from "./declared.js";
import { NamedParts } from "./named-parts.js";
import { declareHead, declareRoutes, reportEndpoint, type SectionHead } from "./section.js";

const sectionKey = "x-gateway-websocket";
const defaultSelection = "$request.body.action";

const rootKeys = [
  "asyncapi",
  "id",
  "info",
  "servers",
  "defaultContentType",
  "channels",
  "operations",
  "components",
];

/** What the parts of an AsyncAPI document are read with. */
interface AsyncContext {
  readonly context: Lowering;
  readonly parts: NamedParts;
  readonly selection: SelectionExpression;
  readonly channel: Members;
}

/**
 * Reads an AsyncAPI 3 document: the operations of one channel that receive are routes, those that send are
 * pushes. The extension `x-gateway-websocket` may hold everything else that a WebSocket API has. Problems:
 * GG801 several channels, GG810 structure, GG811 what is not used.
 */
export function declareAsyncApi(context: Lowering, root: Members): DeclaredApi | undefined {
  checkRoot(context, root);
  const section = root.object(sectionKey) ?? new Members({}, root.at, context.sink);
  const head = declareHead(section);
  reportEndpoint(context, section);
  const parts = new NamedParts(context, section);
  const operations = readOperations(context, root);
  const channel = chooseChannel(context, root, operations);
  if (channel === undefined) return undefined;
  const selection = selectionOf(context, head, root);
  const around: AsyncContext = { context, parts, selection: selection.expression, channel };
  const own = operations.filter((operation) => operation.channel?.at === channel.at);
  const received = own.filter(({ action }) => action === "receive");
  const holders = [...readServers(context, root), ...received.map(({ members }) => members)];
  const security = readSecurity(context, holders, parts);
  const routes = [
    ...declareRoutes(context, section, parts),
    ...received.flatMap((operation) => declareOperation(around, operation)),
  ];
  const declared = withConnect(context, channel, routes, security);
  parts.reportUnused();
  return {
    at: channel.at,
    ...head,
    routeSelection: selection.declared,
    authorizers: security.authorizers,
    routes: declared,
    pushes: [
      ...own
        .filter(({ action }) => action === "send")
        .map((operation) => readPush(around, operation)),
      ...parts.pushes(declared),
    ],
  };
}

function checkRoot({ sink }: Lowering, root: Members): void {
  for (const [key] of root.entries()) {
    if (rootKeys.includes(key) || key.startsWith("x-")) continue;
    const message = `AsyncAPI 3 has no member ${quote(key)} here`;
    sink.warning("GG810", root.place(key), message, nearestHint(key, rootKeys));
  }
  for (const key of ["channels", "operations"]) {
    if (isObject(root.value[key])) continue;
    sink.error("GG810", root.has(key) ? root.place(key) : root.at, `the document has no ${key}`);
  }
}

interface AsyncOperation {
  readonly name: string;
  readonly members: Members;
  readonly action: "receive" | "send";
  readonly channel: Members | undefined;
}

function readOperations(context: Lowering, root: Members): readonly AsyncOperation[] {
  const holder = root.object("operations");
  return (holder?.entries() ?? []).flatMap(([name, value]) => {
    const members = followReference(context, value, holder?.place(name) ?? root.at);
    const operation = members && readOperation(context, name, members);
    return operation === undefined ? [] : [operation];
  });
}

function readOperation(
  context: Lowering,
  name: string,
  members: Members,
): AsyncOperation | undefined {
  const { sink } = context;
  const action = members.text("action");
  if (action !== "receive" && action !== "send") {
    const at = members.has("action") ? members.place("action") : members.at;
    sink.error("GG810", at, `the operation ${quote(name)} needs the action "receive" or "send"`);
    return undefined;
  }
  const channel = followReference(context, members.value["channel"], members.place("channel"));
  if (channel === undefined) {
    const at = members.has("channel") ? members.place("channel") : members.at;
    sink.error("GG810", at, `the operation ${quote(name)} needs a channel`, {
      hint: 'add channel: { $ref: "#/channels/NAME" }',
    });
  }
  reportUnused(context, members, ["traits", "bindings"]);
  return { name, members, action, channel };
}

function reportUnused(
  { sink }: Pick<Lowering, "sink">,
  members: Members,
  keys: readonly string[],
): void {
  for (const key of keys) {
    if (members.has(key)) sink.info("GG811", members.place(key), `${key} is not used`);
  }
}

/** The one channel that operations use, or the one that the settings name. */
function chooseChannel(
  context: Lowering,
  root: Members,
  operations: readonly AsyncOperation[],
): Members | undefined {
  const holder = root.object("channels");
  const channels = new Map<string, Members>();
  for (const [name, value] of holder?.entries() ?? []) {
    const channel = followReference(context, value, holder?.place(name) ?? root.at);
    if (channel !== undefined) channels.set(name, channel);
  }
  const used = [...channels].filter(([, { at }]) =>
    operations.some(({ channel }) => channel?.at === at),
  );
  const [only, second] = used;
  if (only !== undefined && second === undefined) return readChannel(context, only[1]);
  if (holder === undefined) return undefined;
  if (only === undefined) {
    context.sink.error(
      "GG810",
      holder.at,
      "no operation uses a channel; there is nothing to serve",
    );
    return undefined;
  }
  return chooseByName(context, holder, used);
}

function chooseByName(
  context: Lowering,
  holder: Members,
  used: readonly (readonly [string, Members])[],
): Members | undefined {
  const api = context.document.settings.value["api"];
  const wanted = isObject(api) ? api["name"] : undefined;
  const chosen = used.find(([name]) => name === wanted)?.[1];
  if (chosen !== undefined) return readChannel(context, chosen);
  const names = used.map(([name]) => quote(name)).join(", ");
  const message = `each channel is a WebSocket API of its own, a project is one of them: ${names}`;
  context.sink.error("GG801", holder.at, message, {
    hint: `name it by api: { name: ${quote(used[0]?.[0] ?? "")} } in the settings`,
  });
  return undefined;
}

function readChannel(context: Lowering, channel: Members): Members {
  reportUnused(context, channel, ["parameters"]);
  return channel;
}

/** Servers of WebSockets; the others are told. */
function readServers(context: Lowering, root: Members): readonly Members[] {
  const holder = root.object("servers");
  return (holder?.entries() ?? []).flatMap(([name, value]) => {
    const server = followReference(context, value, holder?.place(name) ?? root.at);
    if (server === undefined) return [];
    const protocol = server.text("protocol") ?? "";
    if (/^wss?$/i.test(protocol)) {
      checkServerPath(context, server);
      return [server];
    }
    const message = `the server ${quote(name)} speaks ${quote(protocol)} and not ws or wss: it is left out`;
    context.sink.info("GG811", server.at, message);
    return [];
  });
}

/** A path names a stage; anything else in it is not served. */
function checkServerPath({ document, sink }: Lowering, server: Members): void {
  reportUnused({ sink }, server, ["variables"]);
  const path = server.text("pathname") ?? "/";
  const stages = document.settings.value["stages"];
  const stage = path === "/" ? undefined : stageSegment(path);
  const isKnown = stage !== undefined && (!isObject(stages) || Object.hasOwn(stages, stage));
  if (path === "/" || isKnown) return;
  const message = `the path ${quote(path)} of the server names no stage`;
  sink.info("GG811", server.place("pathname"), message, {
    hint: "stages are set by stages: { NAME: {} } in the settings",
  });
}

interface Selection {
  readonly declared: SectionHead["routeSelection"];
  readonly expression: SelectionExpression;
}

/** By the member `action` unless the extension says otherwise. Problems are reported where it is lowered. */
function selectionOf(context: Lowering, { routeSelection }: SectionHead, root: Members): Selection {
  if (routeSelection === undefined) {
    const message = `no routeSelectionExpression is given: messages are told apart by ${defaultSelection}`;
    context.sink.info("GG802", root.at, message, {
      hint: `set ${sectionKey}: { routeSelectionExpression: ... }`,
    });
  }
  const declared = routeSelection ?? { text: defaultSelection, at: root.at };
  return { declared, expression: parseSelection(declared.text, "request").expression ?? [] };
}

/** One route for each value that its messages hold where the selection looks. */
function declareOperation(
  around: AsyncContext,
  { name, members }: AsyncOperation,
): readonly DeclaredRoute[] {
  const { context, channel, selection } = around;
  const messages = readMessages(context, members, channel, selection);
  const given = members.text("x-gateway-route");
  const byKey = new Map<string, AsyncMessage[]>();
  for (const message of messages) {
    const key = given ?? message.routeKey ?? name;
    byKey.set(key, [...(byKey.get(key) ?? []), message]);
  }
  if (byKey.size === 0) byKey.set(given ?? name, []);
  return [...byKey].map(([key, own]) => ({
    ...declareRoute(around, members, own),
    key,
    operationName: byKey.size === 1 ? name : undefined,
  }));
}

function declareRoute(
  around: AsyncContext,
  operation: Members,
  messages: readonly AsyncMessage[],
): Omit<DeclaredRoute, "key" | "operationName"> {
  const { context, parts, channel, selection } = around;
  const reply = followReference(context, operation.value["reply"], operation.place("reply"));
  const replyChannel =
    reply && followReference(context, reply.value["channel"], reply.place("channel"));
  // without messages of its own a reply may be any message of a channel that it names
  const answers =
    reply && (isList(reply.value["messages"]) || replyChannel !== undefined)
      ? readMessages(context, reply, replyChannel ?? channel, selection)
      : [];
  return {
    at: operation.at,
    summary: operation.text("summary") ?? operation.text("title"),
    description: operation.text("description"),
    authorization: { kind: "none" },
    apiKeyAt: undefined,
    parameters: [],
    modelSelection: undefined,
    requestModels: modelsOf(messages),
    integration: parts.integration(operation, "x-gateway-integration"),
    responseAt: reply && operation.place("reply"),
    responseModels: modelsOf(answers),
    settings: undefined,
  };
}

function modelsOf(messages: readonly AsyncMessage[]): readonly RouteModel[] {
  return messages.flatMap(({ at, name, model }) =>
    model === undefined ? [] : [{ at, key: name, model }],
  );
}

function readPush({ context, channel, selection }: AsyncContext, operation: AsyncOperation): Push {
  const { name, members } = operation;
  const messages = readMessages(context, members, channel, selection);
  return {
    at: members.at,
    name,
    description: members.text("summary") ?? members.text("description"),
    models: modelsOf(messages).map(({ model }) => model),
  };
}
