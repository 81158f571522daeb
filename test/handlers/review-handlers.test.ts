import { describe, expect, test } from "vitest";
import { emitProject } from "../../src/emit/project.js";
import { reviewHandlers, type HandlersReview } from "../../src/handlers/review-handlers.js";
import { planProject } from "../../src/plan/plan.js";
import type { RecordedNames } from "../../src/plan/recorded-names.js";
import { documentWith, invocation, lowerGood } from "../lower/lower-text.js";

interface Route {
  readonly route: string;
  readonly operationId: string;
  readonly function: string;
  readonly payload?: "1.0" | "2.0";
  readonly isStreamed?: true;
}

const listPets: Route = { route: "GET /pets", operationId: "listPets", function: "pets" };
const getPet: Route = { route: "GET /pets/{id}", operationId: "getPet", function: "pets" };
const path = "src/handlers/pets.ts";

async function project(routes: readonly Route[], settings: object = {}, names?: RecordedNames) {
  const paths: Record<string, Record<string, object>> = {};
  for (const { route, operationId, function: name, payload, isStreamed } of routes) {
    const [method = "", at = ""] = route.split(" ");
    paths[at] = {
      ...paths[at],
      [method.toLowerCase()]: {
        operationId,
        ...(at.includes("{")
          ? { parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }] }
          : {}),
        responses: { "200": { description: "ok" } },
        "x-amazon-apigateway-integration": {
          type: "aws_proxy",
          httpMethod: "POST",
          uri: invocation(name),
          ...(payload === undefined ? {} : { payloadFormatVersion: payload }),
          ...(isStreamed && { responseTransferMode: "STREAM" }),
        },
      },
    };
  }
  const plan = planProject(await lowerGood(documentWith({ root: { paths } }), settings), names);
  const files = await emitProject(plan);
  return { plan, files, scaffold: files.find((file) => file.path === path)?.content ?? "" };
}

/** What is said of a module, after the routes of `before` became those of `after`. */
async function review(
  text: string,
  after: readonly Route[],
  options: { readonly before?: readonly Route[]; readonly settings?: object } = {},
): Promise<HandlersReview> {
  const names: RecordedNames | undefined =
    options.before && (await project(options.before)).plan.names;
  const { plan, files } = await project(after, options.settings, names);
  return reviewHandlers({
    plan,
    files,
    names: names ?? {},
    read: (at) => (at === path ? text : undefined),
  });
}

const shown = ({ faults }: HandlersReview): readonly string[] =>
  faults.map(({ kind, line, column }) => `${kind} ${line}:${column}`);

describe("a module whose answer is streamed", () => {
  const streamed: Route = { ...listPets, isStreamed: true };

  test("is its own scaffold", async () => {
    const { scaffold } = await project([streamed]);
    expect(scaffold).toContain("streamifyResponse(handler);");
    expect(shown(await review(scaffold, [streamed]))).toEqual([]);
  });

  test("is told when it is not yet, and when it is no more", async () => {
    const scaffolds = [await project([listPets]), await project([streamed])] as const;
    const [plain = "", streams = ""] = scaffolds.map(({ scaffold }) => scaffold);
    const later = await review(plain, [streamed]);
    expect(later.faults).toMatchObject([
      { kind: "other-event", message: expect.stringContaining("its answer is streamed") },
    ]);
    const earlier = await review(streams, [listPets]);
    expect(earlier.faults).toMatchObject([
      { kind: "other-event", message: expect.stringContaining("its answer is a result") },
    ]);
  });

  test("gets its mark with a handler that is added", async () => {
    const { edits } = await review("export const other = 1;\n", [streamed]);
    const text = edits[0]?.after ?? "";
    expect(text).toContain("export async function handler(");
    expect(text.trimEnd().endsWith("streamifyResponse(handler);")).toBe(true);
    expect(text).toMatch(/import \{[^}]*\bstreamifyResponse\b[^}]*\}/);
  });
});

describe("a module that fits", () => {
  test("is its own scaffold", async () => {
    const { scaffold } = await project([listPets, getPet]);
    expect(scaffold).toContain("ListPets");
    expect(await review(scaffold, [listPets, getPet])).toEqual({
      faults: [],
      edits: [],
      unused: [],
    });
  });

  test.each([
    ["a constant", "export const handler = async () => ({ statusCode: 200 });\n"],
    ["a list of exports", "const mine = async () => ({});\nexport { mine as handler };\n"],
    ["another module's", 'export { handler } from "./other.js";\n'],
    ["all that another module has", 'export * from "./other.js";\n'],
    ["a part of an object", "export const { handler } = make();\n"],
    ["a renamed part of an object", "export const { main: handler } = make();\n"],
    ["a class that is called", "export class handler {}\n"],
    ["typed by nothing", "export function handler(event) { return event; }\n"],
    ["typed by something of the user's", "export function handler(event: Mine): void {}\n"],
  ])("exports %s", async (_name, text) => {
    expect(shown(await review(text, [listPets]))).toEqual([]);
  });
});

describe("a module without the export", () => {
  test.each([
    ["nothing", "", 1, true],
    ["another name", "export async function handle() {}\n", 1, true],
    ["a type of that name", "export type { handler } from './other.js';\n", 1, true],
    ["a function that is not exported", "// mine\nasync function handler() {}\n", 2, false],
    ["a constant that is not exported", "\n\nconst handler = 1;\n", 3, false],
    ["a default", "\nexport default async function () {}\n", 2, true],
    ["an imported one", 'import { handler } from "./other.js";\n', 1, false],
  ])("has %s", async (_name, text, line, isMended) => {
    const { faults, edits } = await review(text, [listPets]);
    expect(faults.map((fault) => [fault.kind, fault.line])).toEqual([["missing-export", line]]);
    expect(edits.length > 0).toBe(isMended);
  });

  test("gets it, with its imports, and keeps every line", async () => {
    const text = [
      "import type { ListPets } from '../generated/operations.js';",
      "import type { StageVariables } from '../generated/stages.js';",
      "",
      "// mine",
      "export const page = (n: number): Partial<ListPets> => ({ }) as never;",
      "export let used: StageVariables;",
    ].join("\n");
    const { edits } = await review(text, [listPets, getPet]);
    const after = edits[0]?.after ?? "";
    expect(after).toContain(
      "import type { ListPets, GetPet } from '../generated/operations.js';\n",
    );
    expect(after).toContain(
      "import type { ProxyEvent, ProxyResult } from '../generated/runtime/functions/proxy-event.js';\n",
    );
    expect(after.match(/StageVariables \}/g)).toHaveLength(1);
    expect(after).toContain("// mine\nexport const page");
    expect(after).toMatch(
      /\n\n\/\*\*\n \* Lambda function `pets`\.[^]*\nexport async function handler\(/,
    );
    for (const line of text.split("\n").slice(1)) expect(after.split("\n")).toContain(line);
    expect(shown(await review(after, [listPets, getPet]))).toEqual([]);
  });

  test("of several functions gets those that are missing", async () => {
    const backends = {
      a: { match: "pets", module: `./${path}#pets` },
      b: { match: "dogs", module: `./${path}#dogs` },
    };
    const dogs: Route = { route: "GET /dogs", operationId: "listDogs", function: "dogs" };
    const text = "export const pets = 1;\n";
    const { faults, edits } = await review(text, [listPets, dogs], { settings: { backends } });
    expect(faults.map(({ message }) => message)).toEqual([
      "the module has no export dogs, which the function b would be called by",
    ]);
    expect(edits[0]?.after.match(/^export .*$/gm)?.map((line) => line.split("(")[0])).toEqual([
      "export const pets = 1;",
      "export async function dogs",
    ]);
  });
});

describe("a handler whose operations changed", () => {
  test("answers for one more", async () => {
    const { scaffold } = await project([listPets]);
    const { faults, edits } = await review(scaffold, [listPets, getPet]);
    expect(faults.map(({ message }) => message)).toEqual([
      "handler answers for GetPet, too, and its event is not typed for it",
    ]);
    expect(
      scaffold.split("\n")[(faults[0]?.line ?? 0) - 1]?.slice((faults[0]?.column ?? 0) - 1),
    ).toMatch(/^ProxyEvent<ListPets/);
    expect(edits).toEqual([]);
  });

  test("has its types in an alias", async () => {
    const text = [
      'import type { ListPets } from "../generated/operations.js";',
      "type Event = ProxyEvent<ListPets, unknown>;",
      "export const handler = async (event: Event) => event;",
      "",
    ].join("\n");
    expect(shown(await review(text, [listPets]))).toEqual([]);
    expect(shown(await review(text, [listPets, getPet]))).toEqual(["missing-operation 3:38"]);
  });

  test("answers for one less", async () => {
    const { scaffold } = await project([listPets, getPet]);
    const { faults, edits } = await review(scaffold, [listPets], { before: [listPets, getPet] });
    expect(faults.map(({ kind, message }) => [kind, message])).toEqual([
      ["gone-operation", "there is no operation GetPet any more"],
    ]);
    expect(edits).toEqual([]);
  });

  test("follows an operation to its new name", async () => {
    const { scaffold } = await project([getPet]);
    const text = `${scaffold}\nexport const GetPet = 1;\nconsole.log({ GetPet });\nexport type Mine = GetPet["response"];\n`;
    const renamed = { ...getPet, operationId: "findPet" };
    const { faults, edits } = await review(text, [renamed], { before: [getPet] });
    expect(faults.map(({ message }) => message)).toEqual(["GetPet is called FindPet now"]);
    const after = edits[0]?.after ?? "";
    expect(after).toContain("import type { FindPet } from");
    expect(after).toContain("ProxyEvent<FindPet, StageVariables>");
    expect(after).toContain('export type Mine = FindPet["response"];');
    expect(after).toContain("export const GetPet = 1;\nconsole.log({ GetPet });");
    expect(shown(await review(after, [renamed], { before: [getPet] }))).toEqual([]);
  });

  test("is called with another event", async () => {
    const old = { ...listPets, payload: "1.0" } as const;
    const settings = { api: { kind: "http" } };
    const { scaffold } = await project([old], settings);
    expect(scaffold).toContain("HttpEventV1");
    const { faults } = await review(scaffold, [{ ...listPets, payload: "2.0" }], { settings });
    expect(faults.map(({ kind, message }) => [kind, message])).toEqual([
      ["other-event", "handler takes a HttpEventV1 and is called with a HttpEvent"],
    ]);
  });
});

test("a module that no function is in any more is told, once the record knows it", async () => {
  const cats: Route = { route: "GET /cats", operationId: "listCats", function: "cats" };
  const { unused } = await review("export const handler = 1;\n", [cats], {
    before: [listPets, cats],
  });
  expect(unused).toEqual([path]);
});

test.each([
  ["\u0000", "syntax 1:1"],
  ["export const a = 1;\n}}} {{{", "syntax 2:1"],
  ["export", "syntax 1:1"],
  ["import {", "syntax 1:9"],
  ["\n<<<<<<< mine\n", "syntax 2:1"],
])("a text that is no module is reported, not thrown at: %j", async (text, fault) => {
  const found = await review(text, [listPets]);
  expect([shown(found), found.edits]).toEqual([[fault], []]);
});
