import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  completeRequest,
  headerValues,
  printRequest,
  sendRaw,
  type RawRequest,
  type RawResponse,
} from "./raw-client.js";

const GET: RawRequest = {
  method: "GET",
  target: "/",
  headers: [["Host", "h"]],
  body: Buffer.alloc(0),
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Starts a server that hands each connection to `serve` once it has a whole head, and gives its port. */
function listen(serve: (socket: Socket, received: string) => void): Promise<number> {
  const server = createServer((socket) => {
    let received = "";
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (received.includes("\r\n\r\n")) serve(socket, received);
    });
  });
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

async function answerTo(
  request: RawRequest,
  answer: string | readonly string[],
  end = false,
): Promise<RawResponse> {
  const port = await listen((socket) => {
    for (const part of [answer].flat()) socket.write(Buffer.from(part, "latin1"));
    if (end) socket.end();
  });
  return sendRaw(request, { host: "127.0.0.1", port, timeoutMs: 2000 });
}

describe("what is sent", () => {
  test.each<[name: string, request: RawRequest, wire: string]>([
    [
      "spelling, order and repetition",
      {
        ...GET,
        target: "/a//b%2f?x=%zz",
        headers: [
          ["hOsT", "h"],
          ["X", "2"],
          ["x", "1"],
        ],
      },
      "GET /a//b%2f?x=%zz HTTP/1.1\r\nhOsT: h\r\nX: 2\r\nx: 1\r\n\r\n",
    ],
    [
      "body as it is",
      { ...GET, method: "POST", headers: [["Content-Length", "2"]], body: Buffer.from([0xff, 0]) },
      "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n\xff\0",
    ],
    [
      "chunked body",
      {
        ...GET,
        headers: [["Transfer-Encoding", "chunked"]],
        body: Buffer.from("0123456789abcdef"),
      },
      "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
    ],
    [
      "empty chunked body",
      { ...GET, headers: [["transfer-encoding", "Chunked"]] },
      "GET / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n",
    ],
  ])("%s", async (_name, request, wire) => {
    expect(Buffer.from(printRequest(request)).toString("latin1")).toBe(wire);
    let seen = "";
    const port = await listen((socket, received) => {
      seen = received;
      if (received.length >= wire.length) socket.write("HTTP/1.1 204 No Content\r\n\r\n");
    });
    await sendRaw(request, { host: "127.0.0.1", port, timeoutMs: 2000 });
    expect(seen).toBe(wire);
  });
});

describe("what is added", () => {
  test.each<[name: string, request: Partial<RawRequest>, headers: string[]]>([
    ["host", {}, ["Host"]],
    ["nothing when there", { headers: [["HOST", "x"]] }, ["HOST"]],
    [
      "length of a body",
      { headers: [["A", "1"]], body: Buffer.from("é") },
      ["Host", "A", "Content-Length"],
    ],
    ["length of no body: POST", { method: "POST" }, ["Host", "Content-Length"]],
    ["length of no body: PUT", { method: "PUT" }, ["Host", "Content-Length"]],
    ["no length: DELETE", { method: "DELETE" }, ["Host"]],
    [
      "no length when chunked",
      { method: "POST", headers: [["Transfer-Encoding", "chunked"]], body: Buffer.from("x") },
      ["Host", "Transfer-Encoding"],
    ],
    [
      "own length stays",
      { method: "POST", headers: [["content-length", "0"]] },
      ["Host", "content-length"],
    ],
  ])("%s", (_name, request, headers) => {
    const complete = completeRequest({ ...GET, headers: [], ...request }, "h:1");
    expect(complete.headers.map(([name]) => name)).toEqual(headers);
  });

  test("length counts bytes", () => {
    const complete = completeRequest({ ...GET, body: Buffer.from("é") }, "h");
    expect(headerValues(complete.headers, "content-length")).toEqual(["2"]);
  });
});

describe("answers", () => {
  test.each<[name: string, answer: string | string[], end: boolean, status: number, body: string]>([
    ["content length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcREST", false, 200, "abc"],
    [
      "in pieces",
      ["HTTP/1.1 2", "00 OK\r\nContent-Le", "ngth: 3\r\n\r", "\nab", "c"],
      false,
      200,
      "abc",
    ],
    ["no reason phrase", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", false, 200, ""],
    [
      "chunked",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n",
      false,
      200,
      "abc0123456789",
    ],
    [
      "chunked with trailer",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: 1\r\n\r\n",
      false,
      200,
      "a",
    ],
    ["until close", "HTTP/1.0 200 OK\r\n\r\nabc", true, 200, "abc"],
    [
      "interim answers",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx",
      false,
      201,
      "x",
    ],
    ["no content", "HTTP/1.1 204 No Content\r\n\r\n", false, 204, ""],
    [
      "not modified, with a length",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
      false,
      304,
      "",
    ],
  ])("%s", async (_name, answer, end, status, body) => {
    const response = await answerTo(GET, answer, end);
    expect([response.status, Buffer.from(response.body).toString()]).toEqual([status, body]);
  });

  test("HEAD has no body", async () => {
    const response = await answerTo(
      { ...GET, method: "HEAD" },
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    );
    expect(response.body.length).toBe(0);
  });

  test("headers keep spelling, order and repetition", async () => {
    const response = await answerTo(
      GET,
      "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nx-Y:  z \r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n",
    );
    expect(response.headers.slice(0, 3)).toEqual([
      ["Set-Cookie", "a=1"],
      ["x-Y", "z"],
      ["set-cookie", "b=2"],
    ]);
    expect(headerValues(response.headers, "SET-COOKIE")).toEqual(["a=1", "b=2"]);
  });

  test.each<[name: string, answer: string, end: boolean, complaint: RegExp]>([
    ["no HTTP", "SSH-2.0-x\r\n\r\n", false, /not a status line/],
    ["a broken header", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", false, /not a header line/],
    [
      "a broken length",
      "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
      false,
      /not a content length/,
    ],
    [
      "a broken chunk",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      false,
      /not a chunk size/,
    ],
    [
      "a short body",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
      true,
      /closed within the answer/,
    ],
    ["nothing", "", true, /closed within the answer, after 0 bytes/],
  ])("refuses %s", async (_name, answer, end, complaint) => {
    await expect(answerTo(GET, answer, end)).rejects.toThrow(complaint);
  });

  test("is bounded in time", async () => {
    const port = await listen(() => undefined);
    await expect(sendRaw(GET, { host: "127.0.0.1", port, timeoutMs: 50 })).rejects.toThrow(
      "no complete answer within 50 ms",
    );
  });

  test("says that nobody listens", async () => {
    const port = await listen(() => undefined);
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    await expect(sendRaw(GET, { host: "127.0.0.1", port })).rejects.toThrow("ECONNREFUSED");
  });
});
