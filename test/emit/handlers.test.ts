import { expect, test } from "vitest";
import { emitProject } from "../../src/emit/project.js";
import { planProject } from "../../src/plan/plan.js";
import { liveCanaries } from "../hostile/inert.js";
import { documentWith, invocation, lowerGood } from "../lower/lower-text.js";

/** The handlers of a project with one route for each function. */
async function handlers(
  names: readonly string[],
  backends: object = {},
): Promise<Readonly<Record<string, string>>> {
  const paths = Object.fromEntries(
    names.map((name, index) => [
      `/route${index}`,
      {
        get: {
          responses: { "200": { description: "ok" } },
          "x-amazon-apigateway-integration": {
            type: "aws_proxy",
            httpMethod: "POST",
            uri: invocation(name),
          },
        },
      },
    ]),
  );
  const files = await emitProject(
    planProject(await lowerGood(documentWith({ root: { paths } }), { backends })),
  );
  return Object.fromEntries(
    files
      .filter(({ path }) => path.startsWith("src/handlers/"))
      .map(({ path, content }) => [path, content]),
  );
}

test("functions whose names differ in punctuation alone have a module each", async () => {
  expect(Object.keys(await handlers(["get_user", "get-user", "delete"]))).toEqual([
    "src/handlers/delete.ts",
    "src/handlers/get-user.ts",
    "src/handlers/get-user2.ts",
  ]);
});

test("functions of one module are its exports, and are imported once", async () => {
  const found = await handlers(["first", "second"], {
    a: { match: "first", module: "./src/handlers/both.ts#first" },
    b: { match: "second", module: "./src/handlers/both.ts#second" },
  });
  expect(Object.keys(found)).toEqual(["src/handlers/both.ts"]);
  const text = found["src/handlers/both.ts"] ?? "";
  expect(text.match(/^export async function (\w+)/gm)).toEqual([
    "export async function first",
    "export async function second",
  ]);
  expect(text.match(/^import/gm)?.length).toBe(3);
  expect(text).toMatch(/import type \{[^}]*GetRoute0[^}]*GetRoute1[^}]*\}/);
});

test("functions that are one export of one module are one scaffold for all their routes", async () => {
  const found = await handlers(["first", "second"], {
    a: { match: "first", module: "./src/handlers/both.ts" },
    b: { match: "second", module: "./src/handlers/both.ts" },
  });
  const text = found["src/handlers/both.ts"] ?? "";
  expect(text.match(/^export async function/gm)).toHaveLength(1);
  expect(text).toContain("Lambda functions `a`, `b`. It answers for:");
  expect(text).toContain("ProxyEvent<GetRoute0 | GetRoute1, StageVariables>");
});

test("a name of the settings is text in a scaffold, whatever it holds", async () => {
  const name = 'a";globalThis.__pwned=1;//\n*/';
  const found = await handlers(["first"], {
    [name]: { match: "first", module: "./src/handlers/own.ts" },
  });
  const text = found["src/handlers/own.ts"] ?? "";
  expect(liveCanaries([{ path: "a.ts", content: text, ownership: "once" }])).toEqual([]);
});

test("a function that several kinds of callers share says its name in a string", async () => {
  const name = 'a";globalThis.__pwned=1;//';
  const route = (path: string, type: string) => [
    path,
    {
      get: {
        responses: { "200": { description: "ok" } },
        "x-amazon-apigateway-integration": {
          type,
          httpMethod: "POST",
          uri: invocation("first"),
          responses: { default: { statusCode: "200" } },
        },
      },
    },
  ];
  const paths = Object.fromEntries([route("/a", "aws_proxy"), route("/b", "aws")]);
  const backends = { [name]: { match: "first", module: "./src/handlers/own.ts" } };
  const files = await emitProject(
    planProject(await lowerGood(documentWith({ root: { paths } }), { backends })),
  );
  const own = files.filter(({ path }) => path === "src/handlers/own.ts");
  expect(own[0]?.content).toContain("is not implemented yet");
  expect(liveCanaries(own)).toEqual([]);
});

test("a function whose answer is streamed writes it, and is marked as such", async () => {
  const route = (transfer: string) => ({
    get: {
      responses: { "200": { description: "ok" } },
      "x-amazon-apigateway-integration": {
        type: "aws_proxy",
        httpMethod: "POST",
        uri: invocation("reports"),
        responseTransferMode: transfer,
      },
    },
  });
  const scaffold = async (paths: object) => {
    const files = await emitProject(
      planProject(await lowerGood(documentWith({ root: { paths } }))),
    );
    return files.find(({ path }) => path === "src/handlers/reports.ts")?.content ?? "";
  };
  const streamed = await scaffold({ "/a": route("STREAM") });
  expect(streamed).toContain("  responseStream: ResponseStream,\n): Promise<void> {");
  expect(streamed.endsWith("}\n\nstreamifyResponse(handler);\n")).toBe(true);
  // called both ways, it is the user's to say which it is
  expect(await scaffold({ "/a": route("STREAM"), "/b": route("BUFFERED") })).toContain(
    "export async function handler(event: unknown): Promise<unknown> {",
  );
});
