import type {
  ConnectRoute,
  DefaultRoute,
  DisconnectRoute,
  JoinRoute,
  SayRoute,
} from "../generated/operations.js";
import { parseBody } from "../generated/runtime/functions/proxy-event.js";
import {
  isRoute,
  type WebSocketEvent,
  type WebSocketResult,
} from "../generated/runtime/functions/websocket-event.js";
import type { Joined } from "../generated/models.js";
import { sender } from "../generated/send.js";
import type { StageVariables } from "../generated/stages.js";
import { memoryRooms, type Person, type Rooms } from "../rooms.js";

const table = process.env["ROOMS_TABLE"];
// the SDK is loaded only where there is a table
const rooms: Promise<Rooms> =
  table === undefined
    ? Promise.resolve(memoryRooms())
    : import("../rooms-table.js").then(({ tableRooms }) => tableRooms(table));

const DONE: WebSocketResult = { statusCode: 200 };

/**
 * Lambda function `chat`. It answers for:
 * - Route $connect (connect)
 * - Route $disconnect (disconnect)
 * - Route $default (defaultRoute)
 * - Route join (join)
 * - Route say (say)
 */
export async function handler(
  event: WebSocketEvent<
    ConnectRoute | DisconnectRoute | DefaultRoute | JoinRoute | SayRoute,
    StageVariables
  >,
): Promise<WebSocketResult> {
  const { connectionId } = event.requestContext;
  const { enter, leave, find, people } = await rooms;
  const send = sender(event.requestContext);
  /** Tells everybody in a room but one; who is gone meanwhile is taken out. */
  const tell = async (
    { room, connectionId: but }: Person,
    push: (id: string) => Promise<boolean>,
  ): Promise<void> => {
    const others = (await people(room)).filter((person) => person.connectionId !== but);
    await Promise.all(
      others.map(async (person) => {
        if (!(await push(person.connectionId))) await leave(person.connectionId);
      }),
    );
  };
  const goodbye = (person: Person): Promise<void> =>
    tell(person, (id) => send.left(id, { event: "left", name: person.name }));

  if (isRoute(event, "$connect")) return DONE;
  if (isRoute(event, "$disconnect")) {
    const person = await leave(connectionId);
    if (person !== undefined) await goodbye(person);
    return DONE;
  }
  if (isRoute(event, "join")) {
    const room = parseBody(event)?.room;
    if (typeof room !== "string" || !/^[\w-]{1,20}$/.test(room)) return problem("which room?");
    const person = { connectionId, name: nameOf(event), room };
    const before = await enter(person);
    if (before !== undefined && before.room !== room) await goodbye(before);
    await tell(person, (id) => send.came(id, { event: "came", name: person.name }));
    const names = (await people(room)).map(({ name }) => name);
    const joined: Joined = { event: "joined", room, people: names };
    return { statusCode: 200, body: JSON.stringify(joined) };
  }
  if (isRoute(event, "say")) {
    const text = parseBody(event)?.text;
    const person = await find(connectionId);
    if (person === undefined || typeof text !== "string" || text === "") return DONE;
    const said = { event: "said", name: person.name, text: text.slice(0, 500) } as const;
    // who said it hears it, too, in the order of all others
    await tell({ ...person, connectionId: "" }, (id) => send.said(id, said));
    return DONE;
  }
  return problem('send {"action": "join", "room": "..."} or {"action": "say", "text": "..."}');
}

/** What the authorizer found on the ticket. */
function nameOf({
  requestContext,
}: {
  readonly requestContext: { readonly authorizer?: Readonly<Record<string, unknown>> };
}): string {
  return String(requestContext.authorizer?.["name"] ?? "somebody");
}

function problem(message: string): WebSocketResult {
  return { statusCode: 200, body: JSON.stringify({ message }) };
}
