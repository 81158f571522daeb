import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { captureTerminal } from "./captured-terminal.js";

const work = mkdtempSync(join(tmpdir(), "gen-gateway-explain-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const http = `openapi: 3.0.1
info: { title: Orders, version: "1" }
x-amazon-apigateway-cors: { allowOrigins: ["*"] }
paths:
  /orders:
    get:
      responses: {}
      x-amazon-apigateway-integration:
        type: aws_proxy
        payloadFormatVersion: "2.0"
        uri: arn:aws:lambda:eu-west-1:123456789012:function:orders
`;
const plain = http.replace(/^x-amazon.*\n/m, "").replace(/^ *payloadFormatVersion.*\n/m, "");

async function explain(
  text: string,
  args: readonly string[] = [],
): Promise<{ code: number; out: string; err: string; file: string }> {
  const file = join(work, "openapi.yaml");
  writeFileSync(file, text);
  const terminal = captureTerminal();
  const code = await runCommand(["explain", file, ...args], terminal);
  return { code, out: terminal.outText(), err: terminal.errText(), file };
}

describe("explain", () => {
  test("says the kind, why with places, and what the other would cost", async () => {
    const { code, out, err, file } = await explain(http);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain(`${file} needs an HTTP API.\nAs a REST API it would lose 2 features`);
    const section = (title: string): string => out.split(`${title}\n`)[1]?.split("\n\n")[0] ?? "";
    // the name of the file is long, and stands above
    expect(section("Why")).toMatch(/CORS by the API +line 3$/m);
    expect(section("Why")).toMatch(/payload 2.0 for functions +line 10$/m);
    expect(section("As a REST API it would lose, and could have instead")).toMatch(
      /CORS by the API +an OPTIONS mock/,
    );
    expect(section("As a REST API it would gain")).toContain("API keys");
    expect(section("Alike in both")).toContain("Lambda functions (proxy): 1");
    expect(section("Price of a million requests")).toContain(
      "REST API 3.50 USD, HTTP API 1.00 USD",
    );
  });

  test("says where nothing would be lost", async () => {
    const { out } = await explain(plain);
    expect(out).toContain("fits both kinds and is taken for a REST API");
    expect(out).toContain("As an HTTP API it would lose nothing, at 71 % less a request");
    expect(out).toContain("nothing that it uses");
  });

  test("has lines for a terminal, but for long names of files", async () => {
    const { out, file } = await explain(http);
    const lines = out.replaceAll(file, "openapi.yaml").split("\n");
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  test("as JSON has every place", async () => {
    const { code, out } = await explain(http, ["--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      exitCode: 0,
      kind: "http",
      by: "document",
      reasons: [
        { feature: "cors", places: [{ position: { line: 3, column: 1 } }] },
        { feature: "payload-2", places: [{ position: { line: 10 } }] },
      ],
      conflicts: [],
      other: { kind: "rest", loses: [{ feature: "cors" }, { feature: "payload-2" }] },
      price: { perMillionRequests: { rest: 3.5, http: 1 } },
    });
  });

  test("a name cannot steer the terminal", async () => {
    const { out } = await explain(
      `${http}tags: [{ name: "\\u001b[2J", x-amazon-apigateway-tag-value: a }]\n`,
    );
    expect(out).not.toContain("\u001b");
  });

  test("a WebSocket API has no choice", async () => {
    const { code, out } = await explain(
      `openapi: 3.0.1\ninfo: { title: a, version: "1" }\nx-gateway-websocket:\n  routeSelectionExpression: $request.body.action\n  routes:\n    $default: { integration: { integrationType: MOCK } }\npaths: {}\n`,
    );
    expect([code, out]).toEqual([0, expect.stringContaining("is a WebSocket API")]);
  });

  test("what cannot be read is reported", async () => {
    const { code, out, err } = await explain("openapi: [");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("nothing is explained");
    const missing = captureTerminal();
    expect(await runCommand(["explain", join(work, "none.yaml")], missing)).toBe(2);
    expect(missing.errText()).toContain("GG001");
  });

  test("a document is asked for", async () => {
    const terminal = captureTerminal();
    expect(await runCommand(["explain"], terminal)).toBe(2);
    expect(terminal.errText()).toContain("Not enough non-option arguments");
  });
});

describe("explain METHOD PATH", () => {
  const rest = `openapi: 3.0.1
info: { title: Pets, version: "1" }
x-amazon-apigateway-request-validators: { all: { validateRequestBody: true, validateRequestParameters: true } }
components:
  securitySchemes:
    auth:
      type: apiKey
      in: header
      name: Authorization
      x-amazon-apigateway-authorizer:
        type: token
        authorizerUri: arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:auth/invocations
paths:
  /pets/{petId}:
    get:
      operationId: getPet
      security: [{ auth: [] }]
      x-amazon-apigateway-request-validator: all
      parameters: [{ name: petId, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: "<b>ok</b>" } }
      x-amazon-apigateway-integration:
        type: http
        httpMethod: POST
        uri: http://example.com/pets
        requestTemplates: { application/json: '{"id": 1}' }
        responses: { "4..": { statusCode: "404" }, default: { statusCode: "200" } }
x-gateway-config:
  defaults: { throttle: { rateLimit: 5, burstLimit: 10 } }
`;
  const titles = [
    "method request",
    "authorization",
    "limits",
    "integration request",
    "integration",
    "integration response",
    "method response",
  ];

  test("shows the way as boxes, each with its place", async () => {
    const { code, out, file } = await explain(rest, ["get", "/pets/7"]);
    expect(code).toBe(0);
    const found = [...out.matchAll(/^┌─ (.+?) (?:· .*?)?─+┐$/gm)].map((match) => match[1]);
    expect(found).toEqual(titles);
    const flat = out.replace(/ │\n│ +/g, " ").replace(/ +/g, " ");
    expect(flat).toContain(`GET /pets/{petId} (getPet)`);
    expect(out).toContain(`GET /pets/{petId} · ${file}\n`);
    expect(flat).toContain("Lambda authorizer auth (TOKEN) [openapi.yaml:10]");
    expect(flat).toContain("dev: 5 a second, 10 at once");
    expect(flat).toContain("body of application/json by a template of 1 line");
    expect(flat).toContain("HTTP: POST http://example.com/pets");
    expect(flat).toContain("when 4..: 404");
    for (const line of out.trimEnd().split("\n").slice(1))
      expect(line.length).toBeLessThanOrEqual(96);
  });

  test("as JSON, with pointers", async () => {
    const { out } = await explain(rest, ["GET", "/pets/{petId}", "--json"]);
    const way = JSON.parse(out) as {
      operation: object;
      boxes: { name: string; place: { position: { line: number } } | null }[];
    };
    expect(way.operation).toMatchObject({ method: "GET", operationId: "getPet" });
    expect(way.boxes.map(({ name }) => name)).toEqual(titles);
    expect(way.boxes[0]?.place?.position.line).toBe(15);
  });

  test("as a picture, where text of the spec stays text", async () => {
    const { out } = await explain(rest, ["GET", "/pets/7", "--svg"]);
    expect(out).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
    expect(out).toContain("&lt;b&gt;ok&lt;/b&gt;");
    expect(out).not.toMatch(/<b>|<script|href/);
    expect(out.match(/<rect /g)).toHaveLength(titles.length + 1);
  });

  test("a request that no route serves", async () => {
    const { code, err } = await explain(rest, ["POST", "/pets/7"]);
    expect(code).toBe(2);
    expect(err).toContain("/pets/7 has GET");
    expect((await explain(rest, ["GET", "/pest/{petId}"])).err).toContain("GET /pets/{petId}");
  });

  test.each([[["GET"]], [["GET", "/a", "b"]], [["--svg"]], [["GET", "/a", "--svg", "--json"]]])(
    "the command line %j",
    async (args) => expect((await explain(rest, args)).code).toBe(2),
  );
});
