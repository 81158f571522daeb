// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { randomUUID } from "node:crypto";
import { BroadcastChannel } from "node:worker_threads";
import { nodeOf } from "../state/connections.js";
import type { Managed, ManagementMethod, SocketCore } from "./socket-part.js";

/**
 * How functions reach the gateway that runs them, in its thread or in a worker: channels by name, with
 * nothing to wire and no port to open. Everybody in the process may use them; so may all code of a
 * process whatever it calls.
 */
const EVERYBODY = "gen-gateway:connections";
const channelOf = (name: string): string => `${EVERYBODY}:${name}`;

/** Asks all gateways of the process who has a connection. */
interface Search {
  readonly answerTo: string;
  readonly node: string;
}
interface Found {
  readonly gateway: string;
  /** It has the connection itself; else it may know who does. */
  readonly owns: boolean;
}
interface ProcessOrder {
  readonly answerTo: string;
  readonly method: ManagementMethod;
  readonly stage: string;
  readonly id: string;
  readonly data: Uint8Array;
}

/** How long is waited for any gateway, and for the one that has the connection itself. */
const SEARCH_MS = 2_000;
const OWNER_MS = 10;
const ORDER_MS = 10_000;

/** Lets the functions of this process manage connections; to be closed. */
export function serveProcess(node: string, manage: SocketCore["manage"]): { close(): void } {
  const gateway = randomUUID();
  const searches = listen<Search>(EVERYBODY, ({ answerTo, node: wanted }) => {
    const found: Found = { gateway, owns: wanted === node };
    post(answerTo, found);
  });
  const orders = listen<ProcessOrder>(channelOf(gateway), (order) => {
    const { answerTo, method, stage, id, data } = order;
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    void manage(method, { stage, id }, bytes).then((managed) => post(answerTo, managed));
  });
  return {
    close: () => {
      searches.close();
      orders.close();
    },
  };
}

/**
 * Manages a connection through a gateway of this process; null: there is none, or it has not answered.
 */
export async function manageInProcess(
  method: ManagementMethod,
  { stage, id }: { readonly stage: string; readonly id: string },
  data: Uint8Array,
): Promise<Managed | null> {
  const gateway = await findGateway(nodeOf(id));
  if (gateway === null) return null;
  return new Promise((resolve) => {
    const answerTo = channelOf(randomUUID());
    const finish = (managed: Managed | null): void => {
      clearTimeout(timer);
      answers.close();
      resolve(managed);
    };
    const timer = setTimeout(() => finish(null), ORDER_MS);
    const answers = listen<Managed>(answerTo, finish);
    const order: ProcessOrder = { answerTo, method, stage, id, data };
    post(channelOf(gateway), order);
  });
}

/** The gateway that has a connection, else any: it may know who has. */
function findGateway(node: string): Promise<string | null> {
  return new Promise((resolve) => {
    const answerTo = channelOf(randomUUID());
    const finish = (gateway: string | null): void => {
      clearTimeout(timer);
      answers.close();
      resolve(gateway);
    };
    let timer = setTimeout(() => finish(null), SEARCH_MS);
    const answers = listen<Found>(answerTo, ({ gateway, owns }) => {
      if (owns) return finish(gateway);
      clearTimeout(timer);
      timer = setTimeout(() => finish(gateway), OWNER_MS);
    });
    const search: Search = { answerTo, node };
    post(EVERYBODY, search);
  });
}

/** What is sent under a name has that name's form: nobody else knows the names. */
function listen<Message>(name: string, onMessage: (message: Message) => void): BroadcastChannel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => onMessage((event as { readonly data: Message }).data);
  // waiting for messages keeps no process alive
  channel.unref();
  return channel;
}

function post(name: string, message: object): void {
  const channel = new BroadcastChannel(name);
  channel.postMessage(message);
  channel.close();
}
