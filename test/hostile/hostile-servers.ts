import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What reached a backend: the request as far as it came. */
export interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A server on a free port of 127.0.0.1 that keeps what it gets. */
export interface Recorder {
  readonly port: number;
  /** Since the last call of {@link clear}. */
  readonly received: readonly Received[];
  /** Requests that are no HTTP. */
  readonly malformed: readonly string[];
  clear(): void;
  close(): Promise<void>;
}

type Answer = (incoming: IncomingMessage, body: string, outgoing: ServerResponse) => void;

async function startRecorder(answer: Answer): Promise<Recorder> {
  const received: Received[] = [];
  const malformed: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    received.push({ method, target: url, headers });
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => answer(incoming, Buffer.concat(chunks).toString("utf8"), outgoing));
    incoming.on("error", () => outgoing.destroy());
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code?.startsWith("HPE_") && error.code !== "HPE_INVALID_EOF_STATE")
      malformed.push(error.code);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received,
    malformed,
    clear: () => {
      received.length = 0;
      malformed.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const big = Buffer.alloc(4 * 1024 * 1024, "x");

/** Answers everything; `/reflect` gives its query back, `/open/big` 4 MiB. */
export function startBackend(): Promise<Recorder> {
  return startRecorder((incoming, _body, outgoing) => {
    const target = new URL(incoming.url ?? "/", "http://backend");
    if (target.pathname === "/open/big") return void outgoing.end(big);
    const value = target.searchParams.get("q") ?? "";
    const principal = incoming.headers["x-principal"] ?? null;
    outgoing.setHeader("Content-Type", "application/json");
    outgoing.end(JSON.stringify({ value, principal }));
  });
}

/** Must never be called. */
export function startCanary(): Promise<Recorder> {
  return startRecorder((_incoming, _body, outgoing) => outgoing.end("canary"));
}

const policy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" }],
};

/** What the authorizer answers to some identities; to all others an allowing policy. */
const odd: Readonly<Record<string, string | undefined>> = {
  "answer-empty": "",
  "answer-null": "null",
  "answer-no-policy": '{"principalId":"p"}',
  "answer-string-policy": '{"principalId":"p","policyDocument":"Allow"}',
  "answer-huge": JSON.stringify({ principalId: "p".repeat(20_000), policyDocument: policy }),
  "answer-context-object": JSON.stringify({
    principalId: "p",
    policyDocument: policy,
    context: { nested: { "x-pwned": "1" } },
  }),
};

/** The Lambda endpoint behind the authorizer: the principal is both identity sources. */
export function startAuthorizer(): Promise<Recorder> {
  return startRecorder((_incoming, body, outgoing) => {
    const event = JSON.parse(body) as {
      readonly headers?: Readonly<Record<string, string>>;
      readonly queryStringParameters?: Readonly<Record<string, string>>;
    };
    const header = event.headers?.["H1"] ?? "";
    if (header === "fault") {
      outgoing.setHeader("X-Amz-Function-Error", "Unhandled");
      return void outgoing.end('{"errorMessage":"fault"}');
    }
    const principalId = JSON.stringify([header, event.queryStringParameters?.["Q1"]]);
    const known = Object.hasOwn(odd, header) ? odd[header] : undefined;
    outgoing.end(known ?? JSON.stringify({ principalId, policyDocument: policy }));
  });
}
