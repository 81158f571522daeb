/**
 * The program of the thread that posts what a gateway sends: CommonJS, as text, since neither a bundle
 * nor a project run from its TypeScript has a file that a thread could begin with. Its messages are
 * {@link PostOrder}s and {@link PostEnd}s, its answers {@link PostOutcome}s.
 */
export const POST_PROGRAM = `
"use strict";
const { parentPort } = require("node:worker_threads");
const http = require("node:http");
const https = require("node:https");
const options = { keepAlive: true, maxSockets: 1, scheduling: "lifo" };
const agents = new Map();
const open = (sender, isSecure) => {
  const agent = agents.get(sender) || new (isSecure ? https : http).Agent(options);
  agents.set(sender, agent);
  return agent;
};
const post = ({ id, sender, url, headers, body, timeoutMs }) => {
  const tell = (status, problem) => {
    clearTimeout(timer);
    parentPort.postMessage({ id, status, problem });
  };
  let sending;
  const timer = setTimeout(() => {
    sending.destroy(new Error("no answer within " + timeoutMs + " ms"));
  }, timeoutMs);
  try {
    const isSecure = url.startsWith("https:");
    const bytes = Buffer.from(body);
    sending = (isSecure ? https : http).request(url, {
      method: "POST",
      agent: open(sender, isSecure),
      headers: { ...headers, "Content-Length": bytes.byteLength },
    });
    sending.on("response", (answer) => {
      answer.resume();
      answer.on("error", (error) => tell(0, error.message));
      answer.on("end", () => tell(answer.statusCode, null));
    });
    sending.on("error", (error) => tell(0, error.message));
    sending.end(bytes);
  } catch (error) {
    tell(0, error.message);
  }
};
parentPort.on("message", (order) => {
  if (order.url !== undefined) return post(order);
  const agent = agents.get(order.sender);
  if (agent !== undefined) agent.destroy();
  agents.delete(order.sender);
});
`;

/** A body to be sent. */
export interface PostOrder {
  /** Of this order; its outcome has the same. */
  readonly id: number;
  /** Who asks: each has a connection of its own. */
  readonly sender: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

/** A sender will send no more. */
export interface PostEnd {
  readonly sender: number;
}

export interface PostOutcome {
  readonly id: number;
  /** Of the answer; 0: there is none. */
  readonly status: number;
  /** Why there is no answer; null: there is one. */
  readonly problem: string | null;
}
