import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

export interface Poster {
  /** Sends a body and gives the status of the answer. Rejects when there is none in time. */
  post(headers: Readonly<Record<string, string>>, body: string): Promise<number>;
  close(): void;
}

/**
 * Posts to one address over a kept connection. `fetch` does the same at several times the cost, which a
 * gateway would pay for every batch that it sends. Redirections are not followed.
 */
export function createPoster(url: string, timeoutMs: number): Poster {
  const isSecure = url.startsWith("https:");
  const options = { keepAlive: true, maxSockets: 1, scheduling: "lifo" } as const;
  const agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options);
  const request = isSecure ? httpsRequest : httpRequest;
  return {
    post: (headers, body) =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(body);
        const sending = request(
          url,
          {
            method: "POST",
            agent,
            headers: { ...headers, "Content-Length": bytes.byteLength },
          },
          (answer) => {
            answer.resume();
            answer.on("error", reject);
            answer.on("end", () => {
              clearTimeout(timer);
              resolve(answer.statusCode ?? 0);
            });
          },
        );
        const timer = setTimeout(() => {
          sending.destroy(new Error(`no answer within ${timeoutMs} ms`));
        }, timeoutMs);
        sending.on("error", (error) => {
          clearTimeout(timer);
          reject(error);
        });
        sending.end(bytes);
      }),
    close: () => {
      agent.destroy();
    },
  };
}
