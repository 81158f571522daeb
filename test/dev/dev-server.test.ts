import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWebSocket } from "../support/websocket-client.js";
import { startDevServer, type DevBuild, type DevServer } from "../../src/dev/dev-server.js";

const limitMs = 15_000;

function mockSpec(answer: string, more = ""): string {
  return `openapi: 3.0.1
info: { title: Dev, version: "1" }
paths:
  /answer:
    get:
      operationId: answer
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: { application/json: '{"statusCode": 200}' }
        responses: { default: { statusCode: "200", responseTemplates: { application/json: '"${answer}"' } } }
${more}`;
}

const functionPath = `  /greet:
    get:
      operationId: greet
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:greet/invocations
`;

function handler(text: string): string {
  return `export async function handler() {\n  return { statusCode: 200, body: ${JSON.stringify(text)} };\n}\n`;
}

/** A dev server and the builds that it tells. */
class Session {
  readonly folder = mkdtempSync(join(tmpdir(), "gen-gateway-dev-"));
  readonly #builds: DevBuild[] = [];
  #seen = 0;
  #wake = (): void => undefined;
  #server: DevServer | undefined;
  url = "";

  async start(): Promise<DevBuild> {
    this.#server = await startDevServer({
      document: { input: join(this.folder, "api.yaml") },
      port: 0,
      host: "127.0.0.1",
      onBuild: (build) => {
        this.#builds.push(build);
        if (build.kind === "serving") this.url = build.url;
        this.#wake();
      },
    });
    return this.nextBuild();
  }

  /** The next build that was not looked at yet. */
  async nextBuild(): Promise<DevBuild> {
    const end = setTimeout(this.#wake, limitMs);
    while (this.#builds.length === this.#seen) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(end);
    const build = this.#builds[this.#seen++];
    if (build === undefined) throw new Error("no build came in time");
    return build;
  }

  put(path: string, content: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  /** Waits until a build of this kind has come: one change may be told in several steps. */
  async until(kind: DevBuild["kind"]): Promise<DevBuild> {
    for (;;) {
      const build = await this.nextBuild();
      if (build.kind === kind) return build;
    }
  }

  async get(path: string): Promise<string> {
    const response = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(limitMs) });
    return `${response.status} ${await response.text()}`;
  }

  /** Asks until the answer is the wanted one; every wrong one waits for a build. */
  async getUntil(path: string, wanted: string): Promise<void> {
    while ((await this.get(path)) !== wanted) await this.nextBuild();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

let session: Session;
beforeEach(() => {
  session = new Session();
});
afterEach(() => session.stop());

describe("a document", () => {
  test("of a WebSocket API is served to sockets", async () => {
    session.put(
      "api.yaml",
      `openapi: 3.0.1
info: { title: Dev, version: "1" }
x-gateway-websocket:
  routeSelectionExpression: $request.body.action
  routes:
    ping:
      routeResponseSelectionExpression: $default
      integration:
        integrationType: MOCK
        requestTemplates: { $default: '{"statusCode": 200}' }
        integrationResponses: { $default: { responseTemplates: { $default: pong } } }
`,
    );
    expect((await session.start()).kind).toBe("serving");
    const socket = await openWebSocket(`${session.url.replace(/^http/, "ws")}/dev`, []);
    socket.send('{"action":"ping"}');
    expect(await socket.receive(5_000)).toBe("pong");
    socket.close(1000);
  });

  test("is served without a project", async () => {
    session.put("api.yaml", mockSpec("one"));
    expect((await session.start()).kind).toBe("serving");
    expect(await session.get("/answer")).toBe('200 "one"');
    expect(await session.get("/dev/answer")).toBe('200 "one"');
  });

  test("is served by templates of the user's, which are followed, too", async () => {
    session.put("api.yaml", mockSpec("one"));
    session.put("gateway.config.yaml", "generator: { templates: t }\n");
    session.put("t/partials/banner.hbs", "{{baner}}\n");
    const broken = await session.start();
    expect(broken.kind === "invalid" && broken.generated.diagnostics[0]?.code).toBe("GG904");
    session.put("t/partials/banner.hbs", "// ours\n{{banner}}\n");
    expect((await session.nextBuild()).kind).toBe("serving");
    expect(await session.get("/answer")).toBe('200 "one"');
    // a template that appears
    session.put("t/src/main.ts.hbs", "{{nothing}}");
    expect((await session.nextBuild()).kind).toBe("invalid");
    expect(await session.get("/answer")).toBe('200 "one"');
  });

  test("that is edited is served as it is then", async () => {
    session.put("api.yaml", mockSpec("one"));
    await session.start();
    session.put("api.yaml", mockSpec("two"));
    await session.getUntil("/answer", '200 "two"');
  });

  test("that an editor replaces is still watched", async () => {
    session.put("api.yaml", mockSpec("one"));
    await session.start();
    for (const answer of ["two", "three"]) {
      session.put("api.yaml.tmp", mockSpec(answer));
      renameSync(join(session.folder, "api.yaml.tmp"), join(session.folder, "api.yaml"));
      await session.getUntil("/answer", `200 "${answer}"`);
    }
  });

  test("that is broken by an edit is served as it was, and again once it is mended", async () => {
    session.put("api.yaml", mockSpec("one"));
    await session.start();
    session.put("api.yaml", mockSpec("two").replace("type: mock", "type: mokc"));
    const build = await session.until("invalid");
    expect(build).toMatchObject({ isServing: true });
    expect(build.kind === "invalid" && build.generated.diagnostics[0]?.code).toBe("GG402");
    expect(await session.get("/answer")).toBe('200 "one"');
    session.put("api.yaml", mockSpec("three"));
    await session.getUntil("/answer", '200 "three"');
  });

  test("that is broken from the start is served once it is mended", async () => {
    session.put("api.yaml", "paths: [");
    expect(await session.start()).toMatchObject({ kind: "invalid", isServing: false });
    session.put("api.yaml", mockSpec("one"));
    await session.until("serving");
    expect(await session.get("/answer")).toBe('200 "one"');
  });

  test("that goes away and comes back", async () => {
    session.put("api.yaml", mockSpec("one"));
    await session.start();
    rmSync(join(session.folder, "api.yaml"));
    await session.until("invalid");
    expect(await session.get("/answer")).toBe('200 "one"');
    session.put("api.yaml", mockSpec("two"));
    await session.getUntil("/answer", '200 "two"');
  });
});

describe("what a document refers to", () => {
  const referring = `${mockSpec("one")}  /other: { $ref: "parts/other.yaml" }\n`;
  const part = (answer: string): string =>
    mockSpec(answer)
      .split("  /answer:\n")[1]
      ?.replaceAll(/^ {4}/gm, "")
      .replace("operationId: answer", "operationId: other") ?? "";

  test("is followed, also when it was missing at first", async () => {
    session.put("api.yaml", referring);
    mkdirSync(join(session.folder, "parts"));
    expect((await session.start()).kind).toBe("invalid");
    session.put("parts/other.yaml", part("other one"));
    await session.until("serving");
    expect(await session.get("/other")).toBe('200 "other one"');
    session.put("parts/other.yaml", part("other two"));
    await session.getUntil("/other", '200 "other two"');
  });

  test("settings are followed, also when they appear later", async () => {
    session.put("api.yaml", mockSpec("one"));
    await session.start();
    expect(await session.get("/blue/answer")).toContain("403 ");
    session.put("gateway.config.yaml", "stages: { blue: {} }\n");
    await session.getUntil("/blue/answer", '200 "one"');
  });
});

describe("functions", () => {
  test("run the scaffold while there is no handler, and the handler once there is one", async () => {
    session.put("api.yaml", mockSpec("one", functionPath));
    await session.start();
    expect(await session.get("/greet")).not.toContain("hello");
    mkdirSync(join(session.folder, "src/handlers"), { recursive: true });
    session.put("api.yaml", mockSpec("two", functionPath));
    await session.getUntil("/answer", '200 "two"');
    session.put("src/handlers/greet.ts", handler("hello"));
    await session.getUntil("/greet", "200 hello");
    session.put("src/handlers/greet.ts", handler("good bye"));
    await session.getUntil("/greet", "200 good bye");
  });

  test("use what their handlers import, and follow it", async () => {
    session.put("api.yaml", mockSpec("one", functionPath));
    session.put(
      "src/handlers/greet.ts",
      'import { word } from "../words.js";\nimport { parseBody } from "../generated/runtime/functions/proxy-event.js";\n' +
        "export const handler = async () => ({ statusCode: 200, body: word + typeof parseBody });\n",
    );
    session.put("src/words.ts", 'export const word: string = "hi ";\n');
    await session.start();
    expect(await session.get("/greet")).toBe("200 hi function");
    session.put("src/words.ts", 'export const word: string = "ho ";\n');
    await session.getUntil("/greet", "200 ho function");
  });

  test("that cannot be built leave the last good version, and say where", async () => {
    session.put("api.yaml", mockSpec("one", functionPath));
    session.put("src/handlers/greet.ts", handler("hello"));
    await session.start();
    session.put("src/handlers/greet.ts", "export const handler = (;\n");
    const build = await session.until("unbuilt");
    expect(build.kind === "unbuilt" && build.message).toMatch(/greet\.ts:1:\d+/);
    expect(await session.get("/greet")).toBe("200 hello");
    session.put("src/handlers/greet.ts", handler("again"));
    await session.getUntil("/greet", "200 again");
  });

  test("that never end do not hold the server up", async () => {
    session.put(
      "api.yaml",
      mockSpec(
        "one",
        functionPath.replace("httpMethod", "timeoutInMillis: 200\n        httpMethod"),
      ),
    );
    session.put("src/handlers/greet.ts", "export const handler = () => { for (;;); };\n");
    await session.start();
    const endless = session.get("/greet");
    expect(await session.get("/answer")).toBe('200 "one"');
    expect(await endless).toMatch(/^504 /);
  });
});

describe("requests under way", () => {
  let backend: Server;
  let waiting: ServerResponse[] = [];
  let arrived = (): void => undefined;
  beforeEach(async () => {
    waiting = [];
    backend = createServer((_request, response) => {
      waiting.push(response);
      arrived();
    });
    await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => new Promise((resolve) => backend.close(resolve)));

  test("are answered by the version that took them", async () => {
    const { port } = backend.address() as AddressInfo;
    const slow = `  /slow:
    get:
      operationId: slow
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration: { type: http_proxy, httpMethod: GET, uri: "http://127.0.0.1:${port}/" }
`;
    session.put("api.yaml", mockSpec("one", slow));
    await session.start();
    const reached = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const pending = session.get("/slow");
    await reached;
    session.put("api.yaml", mockSpec("two"));
    await session.getUntil("/answer", '200 "two"');
    expect(await session.get("/slow")).toContain("403 ");
    waiting[0]?.end("late");
    expect(await pending).toBe("200 late");
  });
});

test("an address in use is told", async () => {
  session.put("api.yaml", mockSpec("one"));
  await session.start();
  const options = {
    document: { input: join(session.folder, "api.yaml") },
    port: Number(new URL(session.url).port),
    host: "127.0.0.1",
    onBuild: () => undefined,
  };
  await expect(startDevServer(options)).rejects.toMatchObject({ code: "EADDRINUSE" });
});
