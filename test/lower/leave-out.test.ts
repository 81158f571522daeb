import { describe, expect, test } from "vitest";
import { invoke } from "../../src/dev/invoke.js";
import { generate } from "../../src/generate.js";

const mock = {
  type: "mock",
  requestTemplates: { "application/json": '{"statusCode": 200}' },
  responses: { default: { statusCode: "200" } },
};
const responses = { "200": { description: "ok" } };
const good = { responses, "x-amazon-apigateway-integration": mock };
const broken = {
  ...good,
  "x-amazon-apigateway-integration": { type: "aws_proxy", httpMethod: "POST", uri: "arn:nothing" },
};
const document = (members: object) => ({
  openapi: "3.0.1",
  info: { title: "t", version: "1" },
  ...members,
});
const policy = (statement: object) => ({
  "x-amazon-apigateway-policy": { Version: "2012-10-17", Statement: [statement] },
});
const scheme = {
  type: "apiKey",
  in: "header",
  name: "Authorization",
  "x-amazon-apigateway-authtype": "custom",
};
const token = (uri: string) => ({
  ...scheme,
  "x-amazon-apigateway-authorizer": { type: "token", authorizerUri: uri },
});

function generated(root: object) {
  return generate({ input: "api.json", text: JSON.stringify(root), keepGoing: true });
}

/** Statuses of calls to a document that is generated as far as it goes. */
async function statuses(root: object, calls: readonly string[]): Promise<readonly number[]> {
  const found: number[] = [];
  for (const one of calls) {
    const [method = "", path = ""] = one.split(" ");
    const result = await invoke({
      document: { input: "api.json", text: JSON.stringify(root), keepGoing: true },
      call: { method, path, headers: [], body: undefined, stage: undefined, as: undefined },
    });
    if (result.kind !== "invoked") throw new Error(JSON.stringify(result));
    found.push(result.status);
  }
  return found;
}

describe("a document with errors, as far as it goes", () => {
  test("has its errors told, and its other routes", async () => {
    const root = document({ paths: { "/good": { get: good }, "/bad": { get: broken } } });
    const whole = await generate({ input: "api.json", text: JSON.stringify(root) });
    expect(whole.files).toEqual([]);
    const { files, diagnostics, inputDigest } = await generated(root);
    expect(diagnostics.filter(({ code }) => code !== "GG111")).toEqual(whole.diagnostics);
    expect(diagnostics.filter(({ code }) => code === "GG111")).toMatchObject([
      {
        severity: "info",
        at: "api.json#/paths/~1bad/get",
        message: expect.stringContaining("501"),
      },
    ]);
    expect(diagnostics.some(({ severity }) => severity === "error")).toBe(true);
    expect(files.map(({ path }) => path)).toContain("src/generated/routes.ts");
    expect(inputDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(await statuses(root, ["GET /good", "GET /bad"])).toEqual([200, 501]);
  });

  test("is whole where there is no error", async () => {
    const root = document({ paths: { "/good": { get: good } } });
    const whole = await generate({ input: "api.json", text: JSON.stringify(root) });
    expect((await generated(root)).files).toEqual(whole.files);
  });

  test("does not let another route answer for one with an error", async () => {
    const paths = {
      "/{proxy+}": {
        parameters: [{ name: "proxy", in: "path", required: true, schema: { type: "string" } }],
        "x-amazon-apigateway-any-method": good,
      },
      "/bad": { get: broken },
    };
    expect(await statuses(document({ paths }), ["GET /other", "GET /bad"])).toEqual([200, 501]);
  });

  test("keeps what the variables of a path are", async () => {
    const parameters = [{ name: "id", in: "path", required: true, schema: { type: "string" } }];
    const paths = { "/pets/{id}": { get: { ...broken, parameters } }, "/good": { get: good } };
    expect(await statuses(document({ paths }), ["GET /pets/1", "GET /good"])).toEqual([501, 200]);
  });

  test("denies all where the policy cannot be read", async () => {
    const root = document({
      paths: { "/good": { get: good } },
      ...policy({ Effect: "Perhaps", Principal: "*", Action: "*", Resource: "*" }),
    });
    expect(await statuses(root, ["GET /good"])).toEqual([403]);
  });

  test("serves nothing behind an authorizer that cannot be read", async () => {
    const root = document({
      components: { securitySchemes: { session: token("arn:nothing") } },
      paths: {
        "/open": { get: good },
        "/closed": { get: { ...good, security: [{ session: [] }] } },
      },
    });
    expect((await generated(root)).diagnostics.map(({ code }) => code)).toContain("GG312");
    expect(await statuses(root, ["GET /open", "GET /closed"])).toEqual([200, 501]);
  });

  test("knows that operations inherit what the document asks", async () => {
    const root = document({
      security: [{ session: [] }],
      components: { securitySchemes: { session: token("arn:nothing") } },
      paths: { "/open": { get: { ...good, security: [] } }, "/closed": { get: good } },
    });
    expect(await statuses(root, ["GET /open", "GET /closed"])).toEqual([200, 501]);
  });

  test("serves nothing where it cannot be read what is asked", async () => {
    const root = document({
      paths: { "/open": { get: good }, "/closed": { get: { ...good, security: "none" } } },
    });
    expect(await statuses(root, ["GET /open", "GET /closed"])).toEqual([200, 501]);
    const asked = document({ ...root, security: "all", paths: { "/closed": { get: good } } });
    expect(await statuses(asked, ["GET /closed"])).toEqual([501]);
  });

  test.each<[what: string, root: object]>([
    [
      "is about no part of it",
      document({ paths: { "/a": { get: good } }, "x-amazon-apigateway-nothing": 1 }),
    ],
    ["is about the document", { openapi: "3.9.0", info: {}, paths: {} }],
  ])("is nothing where an error %s", async (_what, root) => {
    const { files, diagnostics } = await generated(root);
    expect(diagnostics.some(({ severity }) => severity === "error")).toBe(true);
    expect(files).toEqual([]);
  });

  test("is nothing where an error is of the settings", async () => {
    const { files } = await generate({
      input: "api.json",
      text: JSON.stringify(document({ paths: { "/a": { get: good } } })),
      settings: { stages: 7 },
      keepGoing: true,
    });
    expect(files).toEqual([]);
  });
});
