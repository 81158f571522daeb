import { describe, expect, test } from "vitest";
import type { FunctionTable } from "../../../src/runtime/contracts.js";
import type {
  FunctionInvocation,
  FunctionResult,
  ModuleInvoker,
} from "../../../src/runtime/functions/invoker.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { functionIntegration } from "../../../src/runtime/integrations/function.js";
import { call, type Answer } from "../support/client.js";
import { apiTable } from "../support/table.js";

interface Run {
  answer: Answer;
  invocation: FunctionInvocation<"module"> | null;
}

async function run(
  result: FunctionResult,
  table: Partial<FunctionTable> = {},
  request: Parameters<typeof call>[3] = {},
): Promise<Run> {
  let invocation: FunctionInvocation<"module"> | null = null;
  const module: ModuleInvoker = {
    names: ["fn"],
    invoke: (made) => {
      invocation = made;
      return Promise.resolve(result);
    },
    close: () => Promise.resolve(),
  };
  const integration: FunctionTable = {
    kind: "aws_function",
    method: "POST",
    function: ["arn:aws:lambda:us-east-1:123456789012:function:fn"],
    timeoutMs: 1000,
    requestParameters: [],
    requestTemplates: {},
    passthroughBehavior: "WHEN_NO_MATCH",
    contentHandling: null,
    responses: [
      response(405, /.*four hundred.*/),
      response(502, /.+/),
      response(504, /200/),
      response(200, null),
    ],
    ...table,
  };
  const gateway = createGateway(
    apiTable({ "POST /f/{id}": { integration } }),
    { integrations: { aws_function: functionIntegration }, functions: { module } },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  const answer = await call(gateway, "POST", "/dev/f/7", request);
  return { answer, invocation };
}

function response(statusCode: number, pattern: RegExp | null): FunctionTable["responses"][number] {
  return { pattern, statusCode, headers: [], templates: {}, contentHandling: null };
}

const ok = (value: unknown): FunctionResult => ({
  payload: JSON.stringify(value),
  functionError: null,
});

describe("function integration", () => {
  test("the body is the payload and the result the answer", async () => {
    const { answer, invocation } = await run(ok("Pass"), {}, { body: '{"a":1}' });
    expect(invocation).toMatchObject({
      payload: '{"a":1}',
      invocationType: "RequestResponse",
      timeoutMs: 1000,
    });
    expect([answer.status, answer.text]).toEqual([200, '"Pass"']);
    expect(answer.header("x-amzn-trace-id")).toContain("Root=");
  });

  test("an empty body reaches the function as {}", async () => {
    expect((await run(ok(null))).invocation?.payload).toBe("{}");
  });

  test("a template makes the payload", async () => {
    const requestTemplates = {
      "application/json": (input: { param(name: string): string }) =>
        `{"id":"${input.param("id")}"}`,
    };
    expect((await run(ok(null), { requestTemplates })).invocation?.payload).toBe('{"id":"7"}');
  });

  test.each<[message: string, status: number]>([
    ["Error: Raising four hundred from within", 405],
    ["other", 502],
    ["first\nsecond", 200],
  ])(
    "the error %j is selected by the first pattern that fits it whole",
    async (errorMessage, status) => {
      const payload = JSON.stringify({ errorMessage, errorType: "E" });
      const { answer } = await run({ payload, functionError: "Unhandled" });
      expect([answer.status, answer.text]).toEqual([status, payload]);
    },
  );

  test("an event is answered at once and empty", async () => {
    const { answer, invocation } = await run(ok("ignored"), {
      requestParameters: [
        { to: "header", name: "X-Amz-Invocation-Type", from: { literal: "Event" } },
      ],
    });
    expect(invocation?.invocationType).toBe("Event");
    expect([answer.status, answer.text]).toEqual([200, ""]);
  });

  test("a forbidden mapping fails every call", async () => {
    const { answer, invocation } = await run(ok(1), {
      requestParameters: [{ to: "header", name: "TE", from: { literal: "x" } }],
    });
    expect(answer.status).toBe(500);
    expect(invocation).toBeNull();
  });
});
