import { Worker } from "node:worker_threads";
import { POST_PROGRAM, type PostEnd, type PostOrder, type PostOutcome } from "./post-thread.js";

export interface Poster {
  /** Sends a body and gives the status of the answer. Rejects when there is none in time. */
  post(headers: Readonly<Record<string, string>>, body: string): Promise<number>;
  close(): void;
}

/**
 * Posts to one address over a kept connection, from a thread that all posters share. Redirections are not
 * followed. In the thread that serves, one request of a client makes Node's own code for connections and
 * streams, compiled for those of a server alone, general for good: every request takes a tenth longer.
 */
export function createPoster(url: string, timeoutMs: number): Poster {
  const sender = (senders += 1);
  let joined: PostThread | null = null;
  const join = (): PostThread => {
    const thread = (shared ??= startThread());
    if (joined !== thread) thread.join(sender);
    joined = thread;
    return thread;
  };
  // before there are requests: what a thread needs of streams would undo their compiled code, too
  join();
  return {
    post: (headers, body) => join().post({ sender, url, headers, body, timeoutMs }),
    close: () => {
      joined?.leave(sender);
      joined = null;
    },
  };
}

let senders = 0;
let shared: PostThread | null = null;

interface PostThread {
  post(order: Omit<PostOrder, "id">): Promise<number>;
  join(sender: number): void;
  /** The thread ends when the last sender has left. */
  leave(sender: number): void;
}

interface Waiting {
  readonly resolve: (status: number) => void;
  readonly reject: (error: Error) => void;
}

function startThread(): PostThread {
  const worker = new Worker(POST_PROGRAM, {
    eval: true,
    name: "gateway exports",
    // loaders of the process have nothing to load here
    execArgv: [],
  });
  const waiting = new Map<number, Waiting>();
  const members = new Set<number>();
  let orders = 0;
  const tell = (message: PostOrder | PostEnd): void => worker.postMessage(message);
  const thread: PostThread = {
    post: (order) =>
      new Promise((resolve, reject) => {
        const id = (orders += 1);
        waiting.set(id, { resolve, reject });
        // what is under way keeps the process alive, an idle thread does not
        worker.ref();
        tell({ id, ...order });
      }),
    join: (sender) => members.add(sender),
    leave: (sender) => {
      members.delete(sender);
      if (members.size > 0) return tell({ sender });
      if (shared === thread) shared = null;
      void worker.terminate();
    },
  };
  worker.on("message", ({ id, status, problem }: PostOutcome) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (problem === null) one?.resolve(status);
    else one?.reject(new Error(problem));
  });
  const ended = (error: Error): void => {
    if (shared === thread) shared = null;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on("error", ended);
  worker.on("exit", () => ended(new Error("the thread that sends has ended")));
  worker.unref();
  return thread;
}
