import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { startServers, type Message, type Servers } from "../../examples/aws-services/servers.js";
import { buildInMemory, type MemoryBuild } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import type { Gateway } from "../../src/runtime/gateway.js";
import { call, type Answer } from "../runtime/support/client.js";

/**
 * The example, against servers that nobody here wrote: dynalite and s3rver. What SNS and SQS get is
 * shown by the example's own stand-in.
 */
const example = new URL("../../examples/aws-services/", import.meta.url);
const before = { ...process.env };
const messages: Message[] = [];
let servers: Servers;
let build: MemoryBuild;
let gateway: Gateway;

beforeAll(async () => {
  // The one account of s3rver.
  process.env["AWS_ACCESS_KEY_ID"] = "S3RVER";
  process.env["AWS_SECRET_ACCESS_KEY"] = "S3RVER";
  servers = await startServers({ files: 0, orders: 0, messages: 0 }, (message) =>
    messages.push(message),
  );
  const { files, diagnostics } = await generate({
    input: "openapi.yaml",
    text: readFileSync(new URL("openapi.yaml", example), "utf8"),
    settings: settingsOf(servers),
  });
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  build = await buildInMemory(files);
  gateway = await build.createGateway();
});

afterAll(async () => {
  Object.assign(process.env, before);
  await gateway.close();
  await build.dispose();
  await servers.close();
});

/** The example's settings, its backends at the ports of this run. */
function settingsOf(places: Servers): object {
  const text = readFileSync(new URL("gateway.config.yaml", example), "utf8");
  return parse(
    text
      .replace("http://localhost:4568", places.files)
      .replace("http://localhost:4567", places.orders)
      .replace("http://localhost:4566", places.messages),
  ) as object;
}

function send(
  method: string,
  path: string,
  { type, ...request }: { type?: string; accept?: string; body?: string | Buffer } = {},
): Promise<Answer> {
  const { accept, body } = request;
  const headers = [
    ...(type === undefined ? [] : ["Content-Type", type]),
    ...(accept === undefined ? [] : ["Accept", accept]),
  ];
  return call(gateway, method, `/dev${path}`, { headers, ...(body === undefined ? {} : { body }) });
}

describe("files in S3", () => {
  test("a text is kept under a name with slashes, spaces and signs", async () => {
    const path = "/files/notes%2Fto%20day%2B(1)'*é.txt".replace("é", "%C3%A9");
    const written = await send("PUT", path, { type: "text/plain", body: "hello" });
    expect(written.status).toBe(200);
    expect(written.header("ETag")).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const read = await send("GET", path);
    expect([read.status, read.text]).toEqual([200, "hello"]);
    expect(read.header("Content-Type")).toBe("text/plain");
    const list = await send("GET", "/files?prefix=notes/");
    expect(list.header("Content-Type")).toBe("application/xml");
    expect(list.text).toContain("<Key>notes/to day+(1)");
  });

  test("bytes come back as they were", async () => {
    const bytes = Buffer.from(Array.from({ length: 512 }, (_none, index) => index % 256));
    const type = "application/octet-stream";
    await send("PUT", "/files/bytes", { type, body: bytes });
    const read = await send("GET", "/files/bytes", { accept: type });
    expect(read.bytes.equals(bytes)).toBe(true);
  });

  test("what is deleted, or never was, is a 404 by the error of the service", async () => {
    await send("PUT", "/files/gone", { type: "text/plain", body: "x" });
    expect((await send("DELETE", "/files/gone")).status).toBe(200);
    const missing = await send("GET", "/files/gone");
    expect([missing.status, missing.text]).toEqual([404, '{"message": "No such file"}']);
  });
});

describe("orders in DynamoDB", () => {
  test("an order is put and found", async () => {
    const body = JSON.stringify({ customer: 'Ada "Countess" Lovelace', total: 12.5 });
    const put = await send("PUT", "/orders/o-1", { type: "application/json", body });
    expect([put.status, put.text.trim()]).toEqual([200, '{"id": "o-1"}']);
    const got = await send("GET", "/orders/o-1");
    expect(got.status).toBe(200);
    expect(JSON.parse(got.text)).toEqual({
      id: "o-1",
      customer: 'Ada "Countess" Lovelace',
      total: 12.5,
    });
  });

  test("an order that is not there is a 404 by the template", async () => {
    const answer = await send("GET", "/orders/o-2");
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toEqual({ message: "No such order" });
  });

  test("an error of the service is mapped", async () => {
    const body = JSON.stringify({ customer: "x", total: "no number" });
    const answer = await send("PUT", "/orders/o-3", { type: "application/json", body });
    expect([answer.status, answer.text]).toEqual([502, '{"message": "The table failed"}']);
  });

  test("a body of another type is refused", async () => {
    const answer = await send("PUT", "/orders/o-4", { type: "text/csv", body: "a,b" });
    expect(answer.status).toBe(415);
  });
});

describe("messages", () => {
  const awkward = '{"text": "a & b = c + d % é"}';

  test.each<[path: string, want: Message]>([
    [
      "/notifications",
      {
        path: "/",
        Action: "Publish",
        Message: awkward,
        TopicArn: "arn:aws:sns:eu-west-1:123456789012:news",
      },
    ],
    ["/jobs", { path: "/123456789012/jobs", Action: "SendMessage", MessageBody: awkward }],
  ])("to %s arrive whole and signed", async (path, want) => {
    messages.length = 0;
    const answer = await send("POST", path, { type: "application/json", body: awkward });
    expect(answer.status).toBe(202);
    expect(JSON.parse(answer.text)).toEqual({ messageId: "5d1e1a52-9d3c-4a0e-8f0a-0c6a0b1c2d3e" });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject(want);
    expect(messages[0]?.["authorization"]).toMatch(/^AWS4-HMAC-SHA256 Credential=/);
  });
});
