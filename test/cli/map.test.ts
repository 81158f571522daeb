import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/cli/run.js";
import { captureTerminal } from "./captured-terminal.js";

const api = `openapi: 3.0.1
info: { title: Pets, version: "1" }
paths:
  /pets/{petId}:
    get:
      operationId: getPet
      parameters: [{ name: petId, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: ok }, "404": { description: no } }
      x-amazon-apigateway-integration:
        type: http
        httpMethod: POST
        uri: http://example.com/pets
        requestTemplates:
          application/json: |
            #set($root = $input.path('$'))
            ## a comment
            {"path": "$context.resourcePath", "table": "$stageVariables.table",
            #set($context.requestOverride.header.X-Pet = $input.params('petId'))
            #foreach($pet in $root.pets)
              {"id": $pet.id}#if($foreach.hasNext),#end

            #end
            }
          text/xml: <a>$input.body</a>
        responses:
          default:
            statusCode: "200"
            responseTemplates: { application/json: '{"id": $input.json("$.id")}' }
          "4..":
            statusCode: "404"
            responseTemplates:
              application/json: '#set($context.responseOverride.status = 410){"no": true}'
          "5..": { statusCode: "404" }
    delete:
      operationId: deletePet
      responses: { "200": { description: ok } }
      x-amazon-apigateway-integration:
        type: http_proxy
        httpMethod: DELETE
        uri: http://example.com/pets
`;
const settings = `version: 1
stages:
  dev: { variables: { table: pets } }
  live: { variables: { table: live-pets } }
`;

const json = ["--request", "-m", "application/json"];
const rendered = `{"path": "/pets/{petId}", "table": "pets",
  {"id": 1},
  {"id": 2.5}
}
`;

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gen-gateway-map-"));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write("api.yaml", api);
  write("gateway.config.yaml", settings);
  write("pets.json", '{"pets": [{"id": 1}, {"id": 2.50}]}');
  write("broken.json", "[1,");
  write("pet.json", '{"id": "p-7"}');
  write(
    "context.json",
    '{"params": {"path": {"petId": "p-7"}}, "stageVariables": {"table": "given"}}',
  );
  write("expected.txt", rendered);
  write("other.txt", rendered.replace("pets", "dogs"));
  write("list.json", "[]");
  write("number.json", '{"params": {"path": {"petId": 7}}}');
  write("misspelt.json", '{"param": {}}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Files of the folder are written as `@name`. */
async function map(...args: readonly string[]): Promise<Run> {
  const terminal = captureTerminal();
  const line = args.map((arg) => (arg.startsWith("@") ? join(folder, arg.slice(1)) : arg));
  const code = await runCommand(["map", ...line], terminal);
  return { code, out: terminal.outText(), err: terminal.errText() };
}

describe("rendering", () => {
  test("prints exactly the text; what is overridden goes to standard error", async () => {
    const run = await map("@api.yaml", "getPet", ...json, "--input", "@pets.json");
    expect(run.out).toBe(rendered);
    expect(run.err).toBe("override requestOverride.header.X-Pet: \n");
    expect(run.code).toBe(0);
  });

  test("reads parameters and variables of the context file, over those of the stage", async () => {
    const given = ["--stage", "live", "--context", "@context.json"];
    const run = await map("@api.yaml", "GET /pets/{petId}", ...json, "-i", "@pets.json", ...given);
    expect(run.out).toContain('"table": "given"');
    expect(run.err).toBe("override requestOverride.header.X-Pet: p-7\n");
  });

  test("uses the variables of a stage", async () => {
    const run = await map("@api.yaml", "getPet", ...json, "-i", "@pets.json", "--stage", "live");
    expect(run.out).toContain('"table": "live-pets"');
  });

  test.each<[name: string, args: readonly string[], text: string]>([
    ["by media type", ["--request", "-m", "text/xml"], '<a>{"id": "p-7"}</a>'],
    ["by status", ["--response", "--status", "200"], '{"id": "p-7"}'],
    ["by the key of the response", ["--response", "--status", "4.."], '{"no": true}'],
  ])("chooses the template %s", async (_name, args, text) => {
    const { code, out } = await map("@api.yaml", "getPet", ...args, "-i", "@pet.json");
    expect(out).toBe(text);
    expect(code).toBe(0);
  });

  test("tells as JSON what a template wrote", async () => {
    const args = ["--response", "-s", "4..", "-i", "@pet.json", "--json", "--trace"];
    const { out } = await map("@api.yaml", "getPet", ...args);
    expect(JSON.parse(out)).toMatchObject({
      exitCode: 0,
      operation: "getPet",
      template: { mediaType: "application/json" },
      text: '{"no": true}',
      responseOverride: { status: 410, header: {} },
      trace: [{ line: 1, printed: ['{"no": true}'] }],
      diff: null,
    });
  });

  test("says what the gateway answers when a template fails", async () => {
    const { code, out, err } = await map("@api.yaml", "getPet", ...json, "-i", "@broken.json");
    expect(out).toBe("");
    expect(err).toMatch(/^✗ getPet, request body, application\/json: the body is not JSON: /);
    expect(err).toContain("answers this request with 400");
    expect(code).toBe(1);
  });
});

test("--trace shows each line beside what it printed, round by round", async () => {
  const { out } = await map("@api.yaml", "getPet", ...json, "-i", "@pets.json", "--trace");
  const lines = out.split("\n").map((line) => line.replace(/ +│ ?/, " │ "));
  expect(lines).toEqual([
    "1  #set($root = $input.path('$')) │ ",
    "2  ## a comment │ ",
    '3  {"path": "$context.resourcePath", "table": "$stageVariables… │ ' +
      String.raw`"{\"path\": \"/pets/{petId}\", \"table\": \"pets\",\n"`,
    "4  #set($context.requestOverride.header.X-Pet = $input.params(… │ ",
    "5  #foreach($pet in $root.pets) │ ",
    String.raw`6    {"id": $pet.id}#if($foreach.hasNext),#end │ "  {\"id\": 1},"`,
    String.raw` │ "  {\"id\": 2.5}"`,
    String.raw`7 │ "\n"`,
    String.raw` │ "\n"`,
    "8  #end │ ",
    String.raw`9  } │ "}\n"`,
    "",
  ]);
});

describe("--expect", () => {
  test("is quiet about the text that comes out", async () => {
    const { code, out, err } = await map(
      "@api.yaml",
      "getPet",
      ...json,
      "-i",
      "@pets.json",
      "--expect",
      "@expected.txt",
    );
    expect(out).toBe("");
    expect(err).toContain("✓ getPet, request body, application/json: as in ");
    expect(code).toBe(0);
  });

  test("shows how another text differs and ends with 1", async () => {
    const { code, out } = await map(
      "@api.yaml",
      "getPet",
      ...json,
      "-i",
      "@pets.json",
      "--expect",
      "@other.txt",
    );
    expect(out).toContain('\n-{"path": "/dogs/{petId}"');
    expect(out).toContain('\n+{"path": "/pets/{petId}"');
    expect(code).toBe(1);
    expect(readFileSync(join(folder, "other.txt"), "utf8")).toContain("dogs");
  });
});

const input = ["-i", "@pets.json"];

describe("what cannot be done ends with 2", () => {
  test.each<[name: string, args: readonly string[], words: string]>([
    ["a route by a misspelt name", ["getPte", ...json, ...input], 'did you mean "getPet"?'],
    [
      "a route that is nowhere",
      ["POST /dogs", ...json, ...input],
      "there are GET /pets/{petId}, DELETE /pets/{petId}",
    ],
    [
      "a choice of media types",
      ["getPet", "--request", ...input],
      "choose with --media-type: application/json, text/xml",
    ],
    [
      "a media type without template",
      ["getPet", "--request", "-m", "text/csv", ...input],
      "by no template for text/csv",
    ],
    ["a choice of responses", ["getPet", "--response", ...input], "choose with --status: 200, 404"],
    [
      "a choice of responses of one status",
      ["getPet", "--response", "-s", "404", ...input],
      "choose with --status by their keys: 4.., 5..",
    ],
    ["a response that is not there", ["getPet", "--response", "-s", "201", ...input], "200 (def"],
    ["a route without templates", ["deletePet", "--request", ...input], "by no template"],
    ["an unknown stage", ["getPet", ...json, ...input, "--stage", "liv"], 'did you mean "live"?'],
    ["no such input", ["getPet", ...json, "-i", "@none.json"], "it does not exist"],
    ["a folder as input", ["getPet", ...json, "-i", "@"], "it is a folder"],
    [
      "a context that is no object",
      ["getPet", ...json, ...input, "--context", "@list.json"],
      "the context file must be an object",
    ],
    [
      "a parameter that is no text",
      ["getPet", ...json, ...input, "--context", "@number.json"],
      "params.path.petId must be text",
    ],
    [
      "a misspelt member",
      ["getPet", ...json, ...input, "--context", "@misspelt.json"],
      'did you mean "params"?',
    ],
    [
      "a context that is no JSON",
      ["getPet", ...json, ...input, "--context", "@broken.json"],
      "it is not JSON",
    ],
    ["neither side", ["getPet", ...input], "--request or --response"],
    ["both sides", ["getPet", "--request", "--response", ...input], "mutually exclusive"],
    ["no input", ["getPet", "--request"], "--input <file>"],
    ["no route", ["--request", ...input], "Not enough"],
  ])("%s", async (_name, args, words) => {
    const { code, out, err } = await map("@api.yaml", ...args);
    expect(err).toContain(words);
    expect(out).toBe("");
    expect(code).toBe(2);
  });

  test("standard input asked for twice", async () => {
    const { code, err } = await map("-", "getPet", "--request", "-i", "-");
    expect(err).toContain("not both");
    expect(code).toBe(2);
  });

  test("tells it as JSON, too", async () => {
    const { code, out } = await map("@api.yaml", "getPte", ...json, ...input, "--json");
    expect(JSON.parse(out)).toEqual({
      exitCode: 2,
      problem: { message: 'the document has no route "getPte"', hint: 'did you mean "getPet"?' },
    });
    expect(code).toBe(2);
  });
});

test("a document with errors ends with 1 and its diagnostics", async () => {
  writeFileSync(join(folder, "wrong.yaml"), api.replace("http_proxy", "htpt_proxy"));
  const { code, err } = await map("@wrong.yaml", "getPet", ...json, ...input);
  expect(err).toContain("GG402");
  expect(err).toContain("nothing was rendered");
  expect(code).toBe(1);
});

const example = fileURLToPath(new URL("../../examples/on-prem-proxy/", import.meta.url));

test.each<[template: string, args: readonly string[]]>([
  ["createOrder", ["--request", "--input", "samples/order.json", "--expect", "samples/order.xml"]],
  [
    "getOrder",
    [
      "--response",
      "--status",
      "200",
      "--input",
      "samples/order-answer.xml",
      "--context",
      "samples/order-1001.json",
      "--expect",
      "samples/order-1001-answer.json",
    ],
  ],
])("the sample of %s in examples/on-prem-proxy comes out", async (route, args) => {
  const paths = args.map((arg) => (arg.startsWith("samples/") ? join(example, arg) : arg));
  const { code, out } = await map(join(example, "openapi.yaml"), route, ...paths);
  expect(out).toBe("");
  expect(code).toBe(0);
});
