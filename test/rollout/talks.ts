import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";

/** What clients of a WebSocket API saw. */
export interface Heard {
  /** Handshakes that failed. */
  readonly refused: readonly string[];
  /** Codes with which the gateway closed sockets, and how often. */
  readonly codes: ReadonlyMap<number, number>;
  /** Messages that got no answer. */
  readonly unanswered: readonly string[];
  /** All messages. */
  readonly messages: readonly string[];
}

/** Clients that each send a message, wait for its answer, and send the next. */
export interface Talks {
  /** Settles when so many more messages were answered. */
  answered(count: number): Promise<void>;
  end(): Promise<Heard>;
}

/** Longest random wait between two messages of a client. */
const THINK_MS = 40;

export async function startTalks(url: string, clients: number): Promise<Talks> {
  const refused: string[] = [];
  const codes = new Map<number, number>();
  const messages: string[] = [];
  const unanswered = new Set<string>();
  let answers = 0;
  let hasEnded = false;

  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(url);
    await once(socket, "open");
    socket.on("error", () => undefined);
    socket.on("close", (code) => {
      if (!hasEnded) codes.set(code, (codes.get(code) ?? 0) + 1);
    });
    return socket;
  };

  const talk = async (client: number, first: WebSocket): Promise<void> => {
    let socket = first;
    for (let number = 0; !hasEnded; number += 1) {
      const text = JSON.stringify({ action: "say", client, number, waitMs: (number % 4) * 60 });
      messages.push(text);
      unanswered.add(text);
      while (!(await isAnswered(socket, text))) {
        // as docs/websocket-runtime.md asks of clients
        await delay(Math.random() * 100);
        try {
          socket = await open();
        } catch (error) {
          refused.push(String(error));
          return;
        }
      }
      unanswered.delete(text);
      answers += 1;
      await delay(Math.random() * THINK_MS);
    }
    socket.close();
  };

  const sockets = await Promise.all(Array.from({ length: clients }, open));
  const all = sockets.map((socket, client) => talk(client, socket));
  return {
    answered: async (count) => {
      const wanted = answers + count;
      while (answers < wanted && refused.length === 0) await delay(10);
    },
    end: async () => {
      hasEnded = true;
      await Promise.all(all);
      return { refused, codes, unanswered: [...unanswered], messages };
    },
  };
}

/** Sends a message; false: the socket was closed before the answer came. */
function isAnswered(socket: WebSocket, text: string): Promise<boolean> {
  if (socket.readyState !== WebSocket.OPEN) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onClose = (): void => {
      socket.off("message", onMessage);
      resolve(false);
    };
    const onMessage = (data: Buffer): void => {
      socket.off("close", onClose);
      if (data.toString() !== `heard ${text}`) throw new Error(`answered by ${data.toString()}`);
      resolve(true);
    };
    socket.once("message", onMessage);
    socket.once("close", onClose);
    socket.send(text);
  });
}
