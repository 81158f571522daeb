import type { Diagnostic } from "../../src/diagnostics.js";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import type { Gateway } from "../../src/ir/gateway.js";
import { loadDocument } from "../../src/load/load-document.js";
import { lowerDocument } from "../../src/lower/document.js";

export interface LoweredText {
  readonly gateway: Gateway | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Loads and lowers a document from memory, named `openapi.json` or `openapi.yaml`. */
export async function lowerText(
  document: object | string,
  settings: object = {},
): Promise<LoweredText> {
  const isText = typeof document === "string";
  const sink = createDiagnosticSink();
  const loaded = await loadDocument(
    {
      input: isText ? "openapi.yaml" : "openapi.json",
      text: isText ? document : JSON.stringify(document, null, 2),
      settings,
    },
    sink,
  );
  const gateway = loaded && lowerDocument(loaded, sink);
  return { gateway, diagnostics: sink.list() };
}

/** The gateway of a document without errors. */
export async function lowerGood(
  document: object | string,
  settings: object = {},
): Promise<Gateway> {
  const { gateway, diagnostics } = await lowerText(document, settings);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (!gateway || errors.length > 0)
    throw new Error(errors.map(({ message }) => message).join("\n"));
  return gateway;
}

/** Code, pointer below the root and severity: what a test looks at first. */
export function summary(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(
    ({ code, severity, at }) => `${severity} ${code} ${at.slice(at.indexOf("#"))}`,
  );
}

type JsonMembers = Readonly<Record<string, unknown>>;

const mock = {
  type: "mock",
  requestTemplates: { "application/json": '{"statusCode": 200}' },
  responses: { default: { statusCode: "200" } },
};

/** An OpenAPI 3.0 document with one operation, `GET /a`, a mock; `more` is laid over root and operation. */
export function documentWith(more: {
  readonly root?: JsonMembers;
  readonly operation?: JsonMembers;
  readonly integration?: JsonMembers;
  readonly path?: string;
}): object {
  return {
    openapi: "3.0.1",
    info: { title: "test", version: "1" },
    paths: {
      [more.path ?? "/a"]: {
        get: {
          responses: { "200": { description: "ok" } },
          "x-amazon-apigateway-integration": more.integration ?? mock,
          ...more.operation,
        },
      },
    },
    ...more.root,
  };
}

/** URI that invokes a function. */
export function invocation(name: string): string {
  return `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:${name}/invocations`;
}

export const lambdaProxy = { type: "aws_proxy", httpMethod: "POST", uri: invocation("f") };
