import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generate } from "../../src/generate.js";
import { freePort, until } from "../support/redis-server.js";

const document = {
  openapi: "3.0.3",
  info: { title: "Watched", version: "1" },
  paths: {
    "/pets/{petId}": {
      get: {
        operationId: "getPet",
        parameters: [{ name: "petId", in: "path", required: true, schema: { type: "string" } }],
        responses: { "200": { description: "ok" } },
        "x-amazon-apigateway-integration": {
          type: "mock",
          requestTemplates: { "application/json": '{"statusCode": 200}' },
          responses: { default: { statusCode: "200" } },
        },
      },
    },
  },
};

describe("a generated project that is watched", () => {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-watched-"));
  const heard: string[] = [];
  let collector: Server;
  let child: ChildProcess;
  let metricsPort: number;
  let port: number;
  let out = "";
  let err = "";

  beforeAll(async () => {
    collector = createServer((incoming, outgoing) => {
      heard.push(`${incoming.url ?? ""} ${incoming.headers.authorization ?? ""}`);
      incoming.resume();
      outgoing.end("{}");
    });
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const token = { Authorization: { secret: "otel/token" } };
    const { files, diagnostics } = await generate({
      input: "openapi.json",
      text: JSON.stringify(document),
      settings: {
        version: 1,
        stages: {
          dev: {
            logging: {
              access: { fields: { id: "$context.requestId", status: "$context.status" } },
              execution: { level: "INFO" },
              redact: ["x-pin", "$.a.b"],
            },
            metrics: { detailed: true },
            tracing: { otlp: { endpoint, headers: token } },
          },
        },
        runtime: { metrics: { port: 9465, otlp: { endpoint, headers: token } } },
      },
    });
    expect(diagnostics).toEqual([]);
    for (const { path, content } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
    symlinkSync(packages, join(folder, "node_modules"));
    execFileSync(process.execPath, ["build.mjs"], { cwd: folder });
    [port, metricsPort] = [await freePort(), await freePort()];
    child = spawn(process.execPath, [join(folder, "dist/main.js")], {
      env: {
        ...process.env,
        PORT: String(port),
        METRICS_PORT: String(metricsPort),
        OTEL_TOKEN: "Bearer the-token",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
    await until(async () => (await ask(metricsPort, "/health/ready"))?.status === 200);
  });
  afterAll(async () => {
    if (child.exitCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    collector.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (at: number, path: string): Promise<Response | null> =>
    fetch(`http://127.0.0.1:${at}${path}`).catch(() => null);

  test("tells of its requests in every view, and of the last ones when it stops", async () => {
    const ids: (string | null | undefined)[] = [];
    for (const id of ["1", "2"]) {
      ids.push((await ask(port, `/dev/pets/${id}`))?.headers.get("x-amzn-requestid"));
    }
    const text = (await (await ask(metricsPort, "/metrics"))?.text()) ?? "";
    expect(text).toContain(
      'apigateway_requests_total{api="Watched",stage="dev",method="GET",resource="/pets/{petId}"} 2',
    );
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    const lines = out.split("\n").filter((line) => line.startsWith("{"));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      ids.map((id) => ({ id, status: "200" })),
    );
    expect(err).toContain(`(${ids[0]}) Method completed with status: 200`);
    expect(new Set(heard)).toEqual(
      new Set(["/v1/traces Bearer the-token", "/v1/metrics Bearer the-token"]),
    );
  });
});
