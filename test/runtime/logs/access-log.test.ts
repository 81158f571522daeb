import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { parseAccessLogFormat, accessLogForm } from "../../../src/language/access-log-format.js";
import type { AccessLogTable, RedactionTable } from "../../../src/runtime/contracts.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import { accessLog } from "../../../src/runtime/logs/access-log.js";
import { fileLines } from "../../../src/runtime/logs/file-lines.js";
import { observed } from "../../../src/runtime/views/observed.js";
import { httpLines } from "../../../src/runtime/logs/http-lines.js";
import {
  authorizer,
  openedBy,
  principal,
  protectedGateway,
  signed,
  START_MS,
  type ProtectedGateway,
} from "../access/protected-gateway.js";
import { call } from "../support/client.js";
import { functionProxy, stage } from "../support/table.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function logFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-logs-"));
  folders.push(folder);
  return join(folder, "access.log");
}

function table(format: string, rest: Partial<AccessLogTable> = {}): AccessLogTable {
  return {
    format: accessLogForm(format),
    parts: parseAccessLogFormat(format).parts.map((part) =>
      part.kind === "text" ? part.text : { context: part.name },
    ),
    destination: { kind: "stdout" },
    ...rest,
  };
}

interface Logged {
  readonly gateway: ProtectedGateway;
  /** The lines, once the gateway is closed. */
  lines(): Promise<readonly string[]>;
}

function loggedGateway(
  format: string,
  rest: Partial<AccessLogTable> = {},
  redact?: RedactionTable,
): Logged {
  const path = logFile();
  const gateway = protectedGateway(
    {
      "GET /mock": {},
      "ANY /any/{id}": {},
      "POST /echo": { integration: functionProxy("echo") },
      "GET /broken": { integration: functionProxy("broken") },
      "GET /guarded": openedBy("auth", {}),
      "GET /signed": { ...signed },
    },
    {
      api: { stages: { dev: stage(redact === undefined ? {} : { redact }) } },
      access: {
        authorizers: { auth: authorizer("token") },
        principals: [principal("ann")],
      },
      secrets: { "ann-secret": "the secret of ann" },
      functions: {
        echo: () => ({ statusCode: 201, body: "12345" }),
        broken: () => {
          throw new Error("no luck");
        },
        authorizer: ({ authorizationToken }: { authorizationToken: string }) => {
          if (authorizationToken === "nobody") throw new Error("Unauthorized");
          return { ...allow("ann", "*"), context: { token: authorizationToken, tier: "gold" } };
        },
      },
      parts: {
        views: observed(
          accessLog(
            { dev: table(format, { destination: { kind: "file", path }, ...rest }) },
            { file: fileLines, http: httpLines },
          ),
        ),
      },
    },
  );
  return {
    gateway,
    lines: async () => {
      await gateway.close();
      return readFileSync(path, "utf8").split("\n").slice(0, -1);
    },
  };
}

describe("lines", () => {
  test("of the service's common format", async () => {
    const { gateway, lines } = loggedGateway(
      '$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime]"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId',
    );
    const { header } = await call(gateway, "POST", "/dev/echo?a=b", { body: "{}" });
    const id = header("x-amzn-RequestId") ?? "";
    expect(await lines()).toEqual([
      `192.0.2.7 - - [14/Nov/2023:22:13:20 +0000]"POST /echo HTTP/1.1" 201 5 ${id}`,
    ]);
  });

  test("a request that no route serves is logged, one that no stage has is not", async () => {
    const { gateway, lines } = loggedGateway(
      "$context.stage $context.resourcePath $context.status $context.error.responseType",
    );
    await call(gateway, "GET", "/dev/nothing");
    await call(gateway, "GET", "/nowhere");
    expect(await lines()).toEqual(["dev - 403 MISSING_AUTHENTICATION_TOKEN"]);
  });

  test("what is the same for a route is not taken for the same elsewhere", async () => {
    const { gateway, lines } = loggedGateway(
      "$context.httpMethod $context.resourcePath $context.operationName $context.path $context.status",
    );
    const asked = [
      ["GET", "/dev/mock"],
      ["PUT", "/dev/any/1"],
      ["GET", "/dev/nothing"],
      ["DELETE", "/dev/any/2"],
      ["HEAD", "/dev/nowhere"],
      ["GET", "/dev/mock"],
    ] as const;
    for (const [method, target] of asked) await call(gateway, method, target);
    expect(await lines()).toEqual([
      "GET /mock - /dev/mock 200",
      "PUT /any/{id} - /dev/any/1 200",
      "GET - - /dev/nothing 403",
      "DELETE /any/{id} - /dev/any/2 200",
      "HEAD - - /dev/nowhere 403",
      "GET /mock - /dev/mock 200",
    ]);
  });

  test("function, integration and its failure", async () => {
    const { gateway, lines } = loggedGateway(
      "$context.status $context.integration.status $context.integration.integrationStatus $context.integrationLatency $context.integrationErrorMessage",
    );
    await call(gateway, "POST", "/dev/echo", { body: "{}" });
    await call(gateway, "GET", "/dev/broken");
    await call(gateway, "GET", "/dev/mock");
    const [proxied, broken, mock] = await lines();
    expect(proxied).toBe("201 201 200 0 -");
    expect(broken).toMatch(/^502 200 200 0 Lambda execution failed .*no luck/);
    expect(mock).toBe("200 - - - -");
  });

  test("the phases of access", async () => {
    const { gateway, lines } = loggedGateway(
      "$context.authenticate.status $context.authorizer.status $context.authorizer.integrationStatus $context.authorize.status $context.authorizer.principalId $context.authorizer.tier",
    );
    await call(gateway, "GET", "/dev/guarded", { headers: ["Authorization", "somebody"] });
    await call(gateway, "GET", "/dev/guarded", { headers: ["Authorization", "nobody"] });
    await call(gateway, "GET", "/dev/signed");
    expect(await lines()).toEqual(["- 200 200 200 ann gold", "- 401 - - - -", "403 - - - - -"]);
  });
});

describe("values stay inside their place", () => {
  const agent = 'a"b\\c<d>,e\u2028f';

  test("in JSON", async () => {
    const { gateway, lines } = loggedGateway(
      '{ "agent":"$context.identity.userAgent", "error":$context.error.messageString }',
    );
    await call(gateway, "GET", "/dev/nothing", { headers: ["User-Agent", agent] });
    const [line = ""] = await lines();
    expect(JSON.parse(line)).toEqual({ agent, error: "Missing Authentication Token" });
  });

  test.each<[form: AccessLogTable["format"], want: string]>([
    ["xml", "a&#34;b\\c&#60;d&#62;,e\ufffdf"],
    ["csv", '"a""b\\c<d>,e\\u2028f"'],
    ["text", 'a\\"b\\\\c<d>,e\\u2028f'],
  ])("in %s", async (format, want) => {
    const { gateway, lines } = loggedGateway("$context.identity.userAgent", { format });
    await call(gateway, "GET", "/dev/mock", { headers: ["User-Agent", agent] });
    expect(await lines()).toEqual([want]);
  });
});

describe("what is not shown", () => {
  test("a credential that an authorizer hands on, and what the settings name", async () => {
    const { gateway, lines } = loggedGateway(
      "$context.authorizer.token $context.authorizer.tier",
      {},
      { names: [], paths: [], context: ["authorizer.tier"] },
    );
    await call(gateway, "GET", "/dev/guarded", {
      headers: ["Authorization", "a-very-secret-token"],
    });
    expect(await lines()).toEqual(["*** ***"]);
  });
});

test("SIGHUP opens the file anew", async () => {
  const { gateway, lines } = loggedGateway("$context.resourcePath");
  await call(gateway, "GET", "/dev/mock");
  const [folder = ""] = folders;
  const path = join(folder, "access.log");
  await until(() => existsSync(path) && readFileSync(path, "utf8") === "/mock\n");
  renameSync(path, `${path}.1`);
  process.emit("SIGHUP");
  await call(gateway, "POST", "/dev/echo", { body: "{}" });
  expect(await lines()).toEqual(["/echo"]);
  expect(readFileSync(`${path}.1`, "utf8")).toBe("/mock\n");
});

test("lines of any length are written as they are, in order", async () => {
  const path = logFile();
  const writer = fileLines(path, { warn: () => undefined, error: () => undefined });
  const written: string[] = [];
  for (let i = 0; i < 3000; i += 1) {
    const line = `${String(i)} ${"ä€😀x".repeat(i % 97)}`;
    written.push(line);
    writer.write(line);
    // some of them come while others are written
    if (i % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const long = "€".repeat(100_000);
  for (const line of [long, "", "the last"]) {
    written.push(line);
    writer.write(line);
  }
  await writer.close();
  expect(readFileSync(path, "utf8")).toBe(`${written.join("\n")}\n`);
  expect(writer.dropped).toBe(0);
});

test("what waits for the file has a bound", async () => {
  const warnings: string[] = [];
  const path = logFile();
  const writer = fileLines(path, {
    warn: (message) => void warnings.push(message),
    error: () => undefined,
  });
  const line = "x".repeat(1000);
  // nothing is written before this turn of the event loop has ended
  for (let i = 0; i < 20_000; i += 1) writer.write(line);
  expect(writer.dropped).toBeGreaterThan(10_000);
  await writer.close();
  const kept = readFileSync(path, "utf8").split("\n").length - 1;
  expect(kept + writer.dropped).toBe(20_000);
  expect(warnings).toEqual(["lines of the access log were dropped"]);
});

test("a file that cannot be written costs lines alone", async () => {
  const path = join(logFile(), "..", "plain");
  writeFileSync(path, "");
  const errors: string[] = [];
  const writer = fileLines(join(path, "below", "access.log"), {
    warn: () => undefined,
    error: (message) => void errors.push(message),
  });
  await until(() => errors.length > 0);
  writer.write("one");
  writer.write("two");
  await writer.close();
  expect(errors).toEqual([expect.stringContaining("ENOTDIR")]);
  expect(writer.dropped).toBe(2);
});

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
}

describe("over HTTP", () => {
  test("lines are records of Amazon Data Firehose", async () => {
    const requests: { headers: Record<string, unknown>; body: string }[] = [];
    const server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        requests.push({ headers: incoming.headers, body: Buffer.concat(chunks).toString() });
        outgoing.end("{}");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const gateway = protectedGateway(
      { "GET /mock": {} },
      {
        secrets: { sink: "the-access-key" },
        parts: {
          views: observed(
            accessLog(
              {
                dev: table("$context.resourcePath", {
                  destination: {
                    kind: "http",
                    url: `http://127.0.0.1:${port}/sink`,
                    headers: { "X-Amz-Firehose-Access-Key": { secret: "sink", key: null } },
                  },
                }),
              },
              { file: fileLines, http: httpLines },
            ),
          ),
        },
      },
    );
    for (let i = 0; i < 3; i += 1) await call(gateway, "GET", "/dev/mock");
    await gateway.close();
    server.close();
    const [request] = requests;
    expect(requests).toHaveLength(1);
    expect(request?.headers).toMatchObject({
      "content-type": "application/json",
      "x-amz-firehose-access-key": "the-access-key",
      "x-amz-firehose-protocol-version": "1.0",
    });
    const body = JSON.parse(request?.body ?? "") as {
      requestId: string;
      timestamp: number;
      records: { data: string }[];
    };
    expect(body.requestId).toBe(request?.headers["x-amz-firehose-request-id"]);
    expect(body.timestamp).toBe(START_MS);
    expect(body.records.map(({ data }) => Buffer.from(data, "base64").toString())).toEqual(
      Array.from({ length: 3 }, () => "/mock\n"),
    );
  });
});
