import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "undici";

/** One request of a load, and whether an answer is the whole right one. */
export interface LoadRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  readonly isAnswer: (status: number, text: string) => boolean;
}

export interface LoadOptions {
  readonly origin: string;
  /** Clients that keep their connection, and clients that open one for each request. */
  readonly kept: number;
  readonly fresh: number;
  /** `number` is another one for each request. */
  readonly request: (number: number) => LoadRequest;
  /** Longest wait of a client between two requests. */
  readonly thinkMs: number;
}

/** What became of the requests so far. */
export interface Tally {
  /** Answered in whole and rightly. */
  answered: number;
  /** Of these, answers that told their client to close the connection. */
  closing: number;
  /** The connection was refused: nothing was sent. */
  refused: number;
  /** Sent, and not answered in whole. */
  readonly lost: string[];
  /** Answered by something else. */
  readonly wrong: string[];
}

export interface Load {
  readonly tally: Tally;
  /** Lets each client end its request; settles when all have. */
  end(): Promise<Tally>;
}

const REQUEST_MS = 30_000;
/** Where nobody listens a client tries again after a while. */
const AGAIN_MS = 20;

/** Requests from many clients side by side, until it is ended. No client sends anything twice. */
export function startLoad(options: LoadOptions): Load {
  const tally: Tally = { answered: 0, closing: 0, refused: 0, lost: [], wrong: [] };
  let next = 0;
  let hasEnded = false;

  const work = async (isFresh: boolean): Promise<void> => {
    const client = new Client(options.origin, {
      headersTimeout: REQUEST_MS,
      bodyTimeout: REQUEST_MS,
    });
    while (!hasEnded) {
      const outcome = await send(client, options.request(next++), isFresh, tally);
      await delay(outcome === "refused" ? AGAIN_MS : Math.random() * options.thinkMs);
    }
    await client.close();
  };
  const clients = [
    ...Array.from({ length: options.kept }, () => work(false)),
    ...Array.from({ length: options.fresh }, () => work(true)),
  ];
  return {
    tally,
    end: async () => {
      hasEnded = true;
      await Promise.all(clients);
      return tally;
    },
  };
}

async function send(
  client: Client,
  request: LoadRequest,
  isFresh: boolean,
  tally: Tally,
): Promise<"answered" | "refused" | "lost"> {
  const { method, path, body = null, isAnswer } = request;
  const headers = request.headers ?? {};
  try {
    const answer = await client.request({ method, path, headers, body, reset: isFresh });
    const text = await answer.body.text();
    if (isAnswer(answer.statusCode, text)) tally.answered += 1;
    else tally.wrong.push(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 200)}`);
    if (answer.headers["connection"] === "close") tally.closing += 1;
    return "answered";
  } catch (error) {
    if (isRefusal(error)) {
      tally.refused += 1;
      return "refused";
    }
    tally.lost.push(`${method} ${path}: ${String(error)}`);
    return "lost";
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}
