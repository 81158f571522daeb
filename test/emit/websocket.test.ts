import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { check, resolveConfig } from "prettier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OutputFile } from "../../src/emit/output-file.js";
import { generate } from "../../src/generate.js";
import { asyncDocument, handler, mockRoute, socketDocument } from "../lower/websocket-text.js";
import { invocation } from "../lower/lower-text.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const hostileNames = [
  `it's a "key"`,
  "two\nlines",
  "`${process.exit(1)}`",
  "*/ process.exit(1) /*",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "\u2028\u202e",
  "class",
  "",
].filter((name) => name !== "");

const answer = (text: string): object => ({
  ...mockRoute,
  integrationResponses: { $default: { responseTemplates: { $default: text } } },
});

/** Own members, `__proto__` among them, as a parser makes them. */
function parsed(entries: readonly (readonly [string, unknown])[]): object {
  return JSON.parse(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`,
  ) as object;
}

const documents: Readonly<Record<string, { document: object; settings?: object }>> = {
  full: {
    document: socketDocument(
      {
        routeSelectionExpression: "$request.body.action",
        authorizers: {
          ticket: {
            authorizerType: "REQUEST",
            authorizerUri: invocation("ticket"),
            identitySource: ["route.request.querystring.ticket"],
          },
        },
        models: {
          Join: { $ref: "#/components/schemas/Join" },
          Joined: { $ref: "#/components/schemas/Joined" },
          Left: {
            type: "object",
            required: ["type"],
            properties: { type: { type: "string", enum: ["left"] } },
          },
        },
        connection: { subprotocols: ["chat.v1"], keepAliveInSeconds: 300 },
        routes: {
          $connect: {
            integration: handler,
            authorizationType: "CUSTOM",
            authorizer: "ticket",
            requestParameters: { "route.request.querystring.ticket": { required: true } },
          },
          $disconnect: { integration: handler },
          $default: { integration: handler, routeResponseSelectionExpression: "$default" },
          join: {
            operationName: "join",
            summary: "Enter a room.",
            integration: handler,
            requestModels: { join: "Join" },
            routeResponseSelectionExpression: "$default",
            routeResponses: { $default: { responseModels: { $default: "Joined" } } },
          },
          checked: {
            integration: answer('{"ok": true}'),
            modelSelectionExpression: "$request.body.kind",
            requestModels: { join: "Join" },
            routeResponseSelectionExpression: "$default",
            throttle: { rateLimit: 10, burstLimit: 20 },
          },
          ping: { integration: answer("pong"), routeResponseSelectionExpression: "$default" },
          mapped: {
            integration: {
              integrationType: "HTTP",
              integrationMethod: "POST",
              integrationUri: "http://backend.example/{id}",
              requestParameters: { "integration.request.path.id": "route.request.body.user.id" },
              templateSelectionExpression: "${request.body.kind}-x",
              requestTemplates: { "a-x": '{"id": "$input.path(\'$.id\')"}' },
              integrationResponses: {
                $default: {
                  templateSelectionExpression: "$integration.response.header.x-kind",
                  responseTemplates: { a: "$input.body" },
                },
                "/5\\d\\d/": {},
              },
            },
            routeResponseSelectionExpression: "$default",
          },
          passed: {
            integration: {
              integrationType: "HTTP_PROXY",
              integrationMethod: "POST",
              integrationUri: "http://backend.example/a",
            },
            routeResponseSelectionExpression: "$default",
          },
        },
      },
      {
        components: {
          schemas: {
            Join: {
              type: "object",
              required: ["action", "room"],
              properties: { action: { enum: ["join"] }, room: { type: "string", maxLength: 9 } },
            },
            Joined: {
              type: "object",
              required: ["type", "room"],
              properties: { type: { enum: ["joined"] }, room: { type: "string" } },
            },
          },
        },
      },
    ),
  },
  AsyncAPI: {
    document: asyncDocument({
      operation: { reply: { messages: [{ $ref: "#/channels/chat/messages/joined" }] } },
    }),
  },
  "names that mean to break out": {
    document: socketDocument({
      name: hostileNames.join(" "),
      models: parsed(hostileNames.map((name) => [name, { type: "object", title: name }])),
      routes: parsed([
        ...hostileNames.map(
          (name) =>
            [
              name,
              {
                operationName: name,
                summary: name,
                integration: answer(name.replaceAll(/[$#\\]/g, "")),
                requestModels: parsed([[name, name]]),
                routeResponseSelectionExpression: "$default",
              },
            ] as const,
        ),
        ["$default", { integration: handler }],
      ]),
    }),
  },
  "no more than a default route": { document: socketDocument() },
  "state in Redis, callers who sign": {
    document: socketDocument(),
    settings: {
      runtime: { state: { driver: "redis", url: "redis://127.0.0.1:6379" } },
      principals: {
        alice: {
          arn: "arn:aws:iam::123456789012:user/alice",
          accessKeyId: "AKIAIOSFODNN7EXAMPLE",
          secretAccessKey: { secret: "alice" },
        },
      },
    },
  },
};

describe.each(Object.entries(documents))("a project of a WebSocket API: %s", (_name, given) => {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-emit-"));
  let files: readonly OutputFile[];

  beforeAll(async () => {
    const text = JSON.stringify(given.document);
    const settings = given.settings ?? {};
    const result = await generate({ input: "chat.json", text, settings });
    const errors = result.diagnostics.filter(({ severity }) => severity === "error");
    expect(errors).toEqual([]);
    ({ files } = result);
    for (const file of files) {
      mkdirSync(dirname(join(folder, file.path)), { recursive: true });
      writeFileSync(join(folder, file.path), file.content);
    }
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("compiles under the strictest settings", () => {
    expect(run(join(root, "node_modules/.bin/tsc"), ["-p", folder], folder)).toBe("");
  });

  test("is laid out as prettier would", async () => {
    const wrong: string[] = [];
    for (const file of files) {
      // the run-time is copied as it stands
      if (/validators\.js$|^\.|^deploy\/|\/\.|\/runtime\//.test(file.path)) continue;
      const config = (await resolveConfig(join(folder, file.path))) ?? {};
      const isClean = await check(file.content, { ...config, filepath: file.path });
      if (!isClean) wrong.push(file.path);
    }
    expect(wrong).toEqual([]);
  });

  test("passes its own tests", () => {
    const output = run("npm", ["test", "--silent"], folder);
    expect(output).toMatch(/^(?:#|ℹ) fail 0$/m);
    expect(output).toMatch(/^(?:#|ℹ) pass [1-9]/m);
  });
});

test("nothing of Node reaches a browser with the client", async () => {
  const { files } = await generate({
    input: "chat.json",
    text: JSON.stringify(asyncDocument()),
    settings: {},
  });
  const client = files.filter(({ path }) => /\/client\//.test(path));
  expect(client.map(({ path }) => path)).toContain("src/generated/client/websocket.ts");
  for (const { content } of client) {
    const sources = [...content.matchAll(/^(?:import|\}) .*?from "([^"]+)";/gm)].map(
      (match) => match[1],
    );
    for (const source of sources) {
      expect(source).toMatch(/^(?:\.\/|\.\.\/models\.js$|\.\.\/runtime\/client\/)/);
    }
  }
});

function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8" });
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}
