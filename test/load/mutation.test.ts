import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";
import { documentWith, invocation, lambdaProxy } from "../lower/lower-text.js";

const seed = Number(process.env["SEED"] ?? 20_261_125);

/** A document that uses a bit of everything, to be damaged. */
const whole = documentWith({
  root: {
    security: [{ auth: [] }],
    "x-amazon-apigateway-request-validators": {
      all: { validateRequestBody: true, validateRequestParameters: true },
    },
    "x-amazon-apigateway-request-validator": "all",
    "x-amazon-apigateway-gateway-responses": {
      THROTTLED: {
        statusCode: "429",
        responseTemplates: { "application/json": "$context.error.message" },
      },
    },
    "x-gateway-config": {
      stages: { dev: { variables: { host: "h" } } },
      backends: { b: { match: "h", url: "http://h" } },
    },
    components: {
      schemas: {
        Pet: {
          type: "object",
          required: ["id"],
          properties: {
            id: { type: "string", nullable: true },
            kind: { oneOf: [{ $ref: "#/components/schemas/Kind" }, { type: "null" }] },
          },
        },
        Kind: { type: "string", enum: ["cat", "dog"] },
      },
      securitySchemes: {
        auth: {
          type: "apiKey",
          in: "header",
          name: "A",
          "x-amazon-apigateway-authorizer": { type: "token", authorizerUri: invocation("auth") },
        },
      },
    },
    paths: {
      "/pets/{id}": {
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
        post: {
          operationId: "putPet",
          requestBody: {
            content: {
              "application/json": {
                schema: { $ref: "#/components/schemas/Pet" },
                example: { id: "1" },
              },
            },
          },
          responses: {
            "200": {
              description: "ok",
              headers: { "X-A": { schema: { type: "string" } } },
              content: { "application/json": { schema: { $ref: "#/components/schemas/Pet" } } },
            },
          },
          "x-amazon-apigateway-integration": {
            type: "http",
            httpMethod: "POST",
            uri: "http://${stageVariables.host}/{id}",
            requestParameters: { "integration.request.path.id": "method.request.path.id" },
            requestTemplates: { "application/json": '{"id": "$input.params(\'id\')"}' },
            responses: {
              "4\\d{2}": {
                statusCode: "200",
                responseParameters: { "method.response.header.X-A": "'x'" },
              },
              default: { statusCode: "200" },
            },
          },
        },
        get: { responses: {}, "x-amazon-apigateway-integration": lambdaProxy },
      },
    },
  },
});

/** Values that stand where nobody expects them. */
const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e300,
    "",
    "x",
    [],
    {},
    [null],
    { $ref: "#" },
    { $ref: "#/paths" },
    { Ref: "X" },
  ),
  fc.constantFrom<unknown>(
    { "Fn::Sub": "${A}" },
    { "Fn::If": ["C", 1, 2] },
    { "Fn::Join": 5 },
    "${A}",
    "${",
    "'",
    "(a+)+",
    "/{x}/{x}",
  ),
  fc.string({ maxLength: 12 }),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Replaces, removes or adds a member at a place that the numbers pick. */
function damage(document: unknown, steps: readonly number[], value: unknown, how: number): unknown {
  const copy: unknown = structuredClone(document);
  let node: unknown = copy;
  for (const step of steps) {
    if (typeof node !== "object" || node === null) break;
    const keys = Object.keys(node);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) break;
    const next: unknown = Reflect.get(node, key);
    if (typeof next === "object" && next !== null && step % 5 !== 0) {
      node = next;
      continue;
    }
    if (how === 0) Reflect.deleteProperty(node, key);
    else if (how === 1) Reflect.set(node, `${key}x`, value);
    else Reflect.set(node, key, value);
    break;
  }
  return copy;
}

const damages = fc.array(
  fc.tuple(
    fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 12 }),
    junk,
    fc.nat({ max: 3 }),
  ),
  { minLength: 1, maxLength: 4 },
);

test("a damaged document is reported or read, never thrown at", async () => {
  const property = fc.asyncProperty(damages, fc.boolean(), async (list, asYaml) => {
    const document = list.reduce<unknown>(
      (value, [steps, junkValue, how]) => damage(value, steps, junkValue, how),
      whole,
    );
    const sink = createDiagnosticSink();
    const text = asYaml ? stringify(document) : JSON.stringify(document);
    const loaded = await loadDocument({ input: asYaml ? "a.yaml" : "a.json", text }, sink);
    const gateway = loaded && lowerDocument(loaded, sink);
    if (!gateway) expect(sink.hasErrors()).toBe(true);
    for (const { position, message } of sink.list()) {
      expect(position).toBeDefined();
      expect(message).not.toContain("\n");
    }
    // Everything that is computed when somebody asks must not throw either.
    for (const model of gateway?.api.models ?? []) expect(model.json).toBeDefined();
    for (const { body } of gateway?.api.operations ?? []) {
      for (const { example } of body?.content ?? []) expect(typeof example).not.toBe("object");
    }
  });
  await fc.assert(property, { seed, numRuns: 600 });
});

test("a damaged text is reported or read, never thrown at", async () => {
  const text = stringify(whole);
  const property = fc.asyncProperty(
    fc.nat({ max: text.length }),
    fc.nat({ max: 20 }),
    fc.string({ maxLength: 4 }),
    fc.boolean(),
    async (start, length, insert, asYaml) => {
      const source = asYaml ? text : JSON.stringify(whole, null, 1);
      const damaged = source.slice(0, start) + insert + source.slice(start + length);
      const sink = createDiagnosticSink();
      const loaded = await loadDocument(
        { input: asYaml ? "a.yaml" : "a.json", text: damaged },
        sink,
      );
      const gateway = loaded && lowerDocument(loaded, sink);
      if (!gateway) expect(sink.hasErrors()).toBe(true);
    },
  );
  await fc.assert(property, { seed, numRuns: 300 });
});
