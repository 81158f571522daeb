import { describe, expect, test } from "vitest";
import { orderedFromPlain } from "../support/ordered-json.js";
import { headerValues, type RawRequest, type RawResponse } from "../support/raw-client.js";
import type { BackendCall } from "../support/backends/behaviour.js";
import { parseCaseFile, type CaseFile } from "./case-format.js";
import { runCases, selectCases, type CaseResult } from "./runner.js";
import { scriptedTarget, type Script, type TargetEvent } from "./scripted-target.js";
import {
  NotSupportedError,
  type DeployInput,
  type Deployment,
  type GatewayTarget,
} from "./target.js";

const SOURCE = { kind: "documented", how: "guide" };
const OK: RawResponse = { status: 200, headers: [], body: Buffer.alloc(0) };
const QUIET: Script = { calls: [], response: OK };

function caseFile(cases: readonly Readonly<Record<string, unknown>>[]): CaseFile {
  const file = {
    format: 1,
    group: "g",
    topic: "t",
    title: "T",
    apis: {
      main: { protocol: "REST", document: { openapi: "3.0.1", uri: "@@HTTP_ORIGIN:backend@@/x" } },
      canary: { protocol: "REST", document: { openapi: "3.0.1", canary: true } },
    },
    cases: cases.map((one, index) => ({
      id: `g/${index}`,
      title: "",
      source: SOURCE,
      api: "main",
      stage: { name: "dev" },
      ...one,
    })),
  };
  return parseCaseFile(JSON.stringify(file), "g.json");
}

const invoke = (
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  request: { method: "GET", path: "/a" },
  expect: { response: { status: 200 } },
  ...more,
});

const lambdaCall = (event: unknown, name = "fn"): BackendCall => ({
  kind: "lambda",
  name,
  event: orderedFromPlain(event),
  invocationType: "RequestResponse",
});

async function run(
  cases: readonly Readonly<Record<string, unknown>>[],
  target: GatewayTarget,
): Promise<CaseResult[]> {
  return runCases([caseFile(cases)], target, { concurrency: 2, stepTimeoutMs: 100 });
}

/** Outcomes as text: the kind, and behind it the first complaint. */
function outcomes(results: readonly CaseResult[]): string[] {
  return results.map(({ outcome }) => {
    if (outcome.kind === "unsupported") return `unsupported: ${outcome.reason}`;
    const [first] = outcome.kind === "failed" ? outcome.mismatches : [];
    return first === undefined ? outcome.kind : `${first.at}: ${first.problem}`;
  });
}

describe("life of a gateway", () => {
  test("one preparation for an API and stage, one start for each case", async () => {
    const events: TargetEvent[] = [];
    const target = scriptedTarget(() => QUIET, { onEvent: (event) => events.push(event) });
    await runCases([caseFile([invoke(), invoke(), invoke({ stage: { name: "prod" } })])], target, {
      concurrency: 1,
    });
    expect(events).toEqual([
      "prepare g.main.1",
      "start g.main.1",
      "stop g.main.1",
      "start g.main.1",
      "stop g.main.1",
      "dispose g.main.1",
      "prepare g.main.2",
      "start g.main.2",
      "stop g.main.2",
      "dispose g.main.2",
    ]);
  });

  test("placeholders are resolved before, stage and canary handed over", async () => {
    const inputs: DeployInput[] = [];
    const stage = {
      name: "dev",
      variables: { host: "@@HTTP_HOST:backend@@" },
      canary: { api: "canary", percentTraffic: 5 },
    };
    await run(
      [invoke({ stage })],
      scriptedTarget((_, input) => (inputs.push(input), QUIET)),
    );
    const origin = inputs[0]?.origins.http["backend"] ?? "";
    expect(inputs[0]).toMatchObject({
      api: "main",
      protocol: "REST",
      document: { openapi: "3.0.1", uri: `${origin}/x` },
      text: `{"openapi":"3.0.1","uri":"${origin}/x"}`,
      stage: {
        name: "dev",
        variables: { host: new URL(origin).host },
        canary: { percentTraffic: 5 },
      },
      canaryDocument: { document: { canary: true } },
    });
  });

  test("a preparation that fails fails its cases, and only those", async () => {
    const target = scriptedTarget(() => QUIET);
    const results = await run(
      [invoke(), invoke({ stage: { name: "bad" } }), invoke({ stage: { name: "new" } })],
      {
        ...target,
        prepare(input) {
          if (input.stage.name === "bad")
            throw new Error("does not compile", { cause: new Error("TS1005") });
          return input.stage.name === "new"
            ? Promise.reject(new NotSupportedError("canary"))
            : target.prepare(input);
        },
      },
    );
    expect(outcomes(results)).toEqual([
      "passed",
      "run: does not compile: TS1005",
      "unsupported: canary",
    ]);
  });

  test("a request without an answer is a failure", async () => {
    const target = scriptedTarget(() => {
      throw new Error("connection closed");
    });
    expect(outcomes(await run([invoke()], target))).toEqual(["run: connection closed"]);
  });
});

describe("requests", () => {
  test.each<
    [name: string, stage: string, request: Readonly<Record<string, unknown>>, target: string]
  >([
    ["stage in front", "dev", { path: "/a%2Fb" }, "/dev/a%2Fb"],
    ["$default has no prefix", "$default", { path: "/a" }, "/a"],
    ["query as it is", "dev", { path: "/a", query: "x=%20&x" }, "/dev/a?x=%20&x"],
    ["complete target", "dev", { target: "/dev//a?b" }, "/dev//a?b"],
  ])("%s", async (_name, stage, request, target) => {
    const seen: RawRequest[] = [];
    const scripted = scriptedTarget((raw) => (seen.push(raw), QUIET));
    await run(
      [invoke({ stage: { name: stage }, request: { method: "GET", ...request } })],
      scripted,
    );
    expect(seen.map((one) => one.target)).toEqual([target]);
    expect(seen.map((one) => headerValues(one.headers, "host"))).toEqual([["gateway.test"]]);
  });
});

describe("sequence", () => {
  const cases = [
    {
      kind: "sequence",
      backends: { lambda: { fn: { do: "echo" } } },
      requests: [
        {
          request: { method: "GET", path: "/1" },
          expect: { response: { status: 200 }, backend: [{ lambda: "fn", event: 1 }] },
        },
        {
          request: { method: "GET", path: "/2" },
          expect: { response: { status: 429 }, backend: [] },
        },
      ],
    },
  ];

  test("runs against one start, each request with its own calls", async () => {
    const events: TargetEvent[] = [];
    const script = (request: RawRequest): Script =>
      request.target === "/dev/1"
        ? { calls: [lambdaCall(1)], response: OK }
        : { calls: [], response: { ...OK, status: 429 } };
    expect(
      outcomes(
        await run(cases, scriptedTarget(script, { onEvent: (event) => events.push(event) })),
      ),
    ).toEqual(["passed"]);
    expect(events.filter((event) => event.startsWith("start"))).toEqual(["start g.main.1"]);
  });

  test("names the request that differs", async () => {
    const script = (request: RawRequest): Script => ({
      calls: request.target === "/dev/1" ? [lambdaCall(1)] : [],
      response: OK,
    });
    expect(outcomes(await run(cases, scriptedTarget(script)))).toEqual([
      "requests[1].response.status: expected 429, got 200",
    ]);
  });
});

describe("execution log", () => {
  const id = "0a0a0a0a-1111-4222-8333-444444444444";
  const expected = [
    "Execution log for request @ID@",
    "@TIME@ : Starting execution for request: @ID@",
    "@TIME@ : Method request path: {}",
    "@TIME@ : Method request headers: {}",
  ];
  const lines = [
    `Execution log for request ${id}`,
    `Thu Sep 25 19:28:50 UTC 2025 : Starting execution for request: ${id}`,
    "Thu Sep 25 19:28:50 UTC 2025 : Method request path: {}",
    "Thu Sep 25 19:28:50 UTC 2025 : Method request headers: {Host=localhost}",
  ];
  const logCase = (expect: unknown): Readonly<Record<string, unknown>> => ({
    ...invoke(),
    kind: "execution-log",
    expect,
  });
  const withLog = (log: readonly string[]): GatewayTarget =>
    scriptedTarget(() => QUIET, { extra: { executionLog: () => Promise.resolve(log) } });

  test.each<[name: string, expect: unknown, log: readonly string[], outcome: string]>([
    ["all lines", { status: 200, log: expected }, lines, "passed"],
    ["status", { status: 201, log: expected }, lines, "response.status: expected 201, got 200"],
    ["a line missing", { log: expected }, lines.slice(0, 3), "log: 3 lines, expected 4"],
    ["a line too many", { log: expected }, [...lines, "x"], "log: 5 lines, expected 4"],
    [
      "another line",
      { log: expected },
      lines.with(2, "Thu Sep 25 19:28:50 UTC 2025 : Method request path: {a=1}"),
      `log[2]: expected "@TIME@ : Method request path: {}", got "Thu Sep 25 19:28:50 UTC 2025 : Method request path: {a=1}"`,
    ],
    [
      "another time format",
      { logContains: [expected[2]] },
      ["2025-09-25 : Method request path: {}"],
      `logContains[0]: no line "@TIME@ : Method request path: {}" behind line 0 of ["2025-09-25 : Method request path: {}"]`,
    ],
    [
      "two request ids",
      { log: expected },
      lines.with(0, "Execution log for request 1b0a0a0a-1111-4222-8333-444444444444"),
      `log: several request ids: 1b0a0a0a-1111-4222-8333-444444444444, ${id}`,
    ],
    ["some lines in order", { logContains: [expected[1], expected[3]] }, lines, "passed"],
    [
      "some lines in another order",
      { logContains: [expected[3], expected[1]] },
      lines.slice(0, 4),
      `logContains[1]: no line "${expected[1] ?? ""}" behind line 4 of ${JSON.stringify(lines)}`,
    ],
  ])("%s", async (_name, expect_, log, outcome) => {
    expect(outcomes(await run([logCase(expect_)], withLog(log)))).toEqual([outcome]);
  });

  test("a target without a log does not support it", async () => {
    expect(
      outcomes(
        await run(
          [logCase({ log: [] })],
          scriptedTarget(() => QUIET),
        ),
      ),
    ).toEqual(["unsupported: the target shows no execution log"]);
  });
});

describe("documents", () => {
  const importCase = (expect: unknown): Readonly<Record<string, unknown>> => ({
    kind: "import",
    document: { a: 1 },
    expect,
  });
  const importing = (
    outcome: Awaited<ReturnType<NonNullable<GatewayTarget["importModel"]>>>,
  ): GatewayTarget => ({
    ...scriptedTarget(() => QUIET),
    importModel: () => Promise.resolve(outcome),
  });
  const model = { kind: "model", model: { name: "x", gone: undefined }, warnings: ["w"] } as const;
  const refused = {
    kind: "refused",
    error: { type: "BadRequestException", message: "m" },
  } as const;

  test.each<[name: string, expect: unknown, target: GatewayTarget, outcome: string]>([
    ["model and warnings", { model: { name: "x" }, warnings: ["w"] }, importing(model), "passed"],
    [
      "another model",
      { model: { name: "y" } },
      importing(model),
      `model.name: expected "y", got "x"`,
    ],
    [
      "other warnings",
      { model: { name: "x" }, warnings: [] },
      importing(model),
      `warnings: 1 elements, expected 0: ["w"]`,
    ],
    [
      "refusal",
      { error: { type: "BadRequestException", message: "m" } },
      importing(refused),
      "passed",
    ],
    [
      "another refusal",
      { error: { type: "X", message: "m" } },
      importing(refused),
      `error.type: expected "X", got "BadRequestException"`,
    ],
    [
      "refusal expected",
      { error: {} },
      importing(model),
      "error: read without complaint, expected a refusal",
    ],
    [
      "model expected",
      { model: {} },
      importing(refused),
      "import: refused: BadRequestException: m",
    ],
    [
      "no hook",
      { model: {} },
      scriptedTarget(() => QUIET),
      "unsupported: the target cannot show the imported model",
    ],
  ])("import: %s", async (_name, expect_, target, outcome) => {
    expect(outcomes(await run([importCase(expect_)], target))).toEqual([outcome]);
  });

  test.each<[name: string, table: unknown, outcome: string]>([
    ["same", { X: { statusCode: "403" } }, "passed"],
    ["other", { X: { statusCode: "404" } }, `table.X.statusCode: expected "404", got "403"`],
  ])("gateway response table: %s", async (_name, table, outcome) => {
    const target: GatewayTarget = {
      ...scriptedTarget(() => QUIET),
      gatewayResponseTable: ({ text }) =>
        Promise.resolve(text === `{"a":1}` ? { X: { statusCode: "403" } } : {}),
    };
    const one = { kind: "gateway-response-table", document: { a: 1 }, expect: { table } };
    expect(outcomes(await run([one], target))).toEqual([outcome]);
    expect(
      outcomes(
        await run(
          [one],
          scriptedTarget(() => QUIET),
        ),
      ),
    ).toEqual(["unsupported: the target cannot show its gateway responses"]);
  });
});

describe("websocket", () => {
  /** A chat that answers each frame with itself; `@connections` pushes and closes. */
  function chat(calls: (text: string) => Promise<void>): Partial<Deployment> {
    const frames: string[] = [];
    let isOpen = true;
    return {
      async connect({ target }) {
        await calls(target);
        return {
          send: (text) => frames.push(text),
          receive: () => Promise.resolve(frames.shift()),
          close: () => (isOpen = false),
          closed: () => Promise.resolve(!isOpen),
        };
      },
      management: (request) => {
        const status = request.target === "/dev/@connections/c%3D1" && isOpen ? 200 : 410;
        if (request.method === "DELETE") isOpen = false;
        else frames.push(Buffer.from(request.body).toString());
        return Promise.resolve({ ...OK, status });
      },
    };
  }
  const event = { requestContext: { connectionId: "c=1" } };
  const websocket = (steps: unknown): Readonly<Record<string, unknown>> => ({
    kind: "websocket",
    backends: { lambda: { fn: { do: "echo" } } },
    steps,
  });

  test.each<[name: string, steps: unknown[], outcome: string]>([
    ["send and receive", [{ send: "x" }, { receive: { text: "x" } }], "passed"],
    ["JSON", [{ send: `{"a": 1}` }, { receive: { json: { a: 1 } } }], "passed"],
    [
      "another frame",
      [{ send: "x" }, { receive: { text: "y" } }],
      `steps[2].text: expected "y", got "x"`,
    ],
    ["no frame", [{ receive: { text: "y" } }], "steps[1]: no frame came in time"],
    [
      "management",
      [
        { management: { method: "POST", body: "m" }, status: 200 },
        { receive: { text: "m" } },
        { management: { method: "DELETE" }, status: 200 },
        { closed: true },
        { management: { method: "POST" }, status: 410 },
      ],
      "passed",
    ],
    [
      "management status",
      [{ management: { method: "POST" }, status: 204 }],
      "steps[1].status: expected 204, got 200",
    ],
    ["client closes", [{ close: { code: 1000 } }, { closed: true }], "passed"],
    ["still open", [{ closed: true }], "steps[1]: the connection is still open after 100 ms"],
    ["backend", [{ backend: [{ lambda: "fn", nth: 1, event: { $partial: {} } }] }], "passed"],
    [
      "backend event",
      [{ backend: [{ lambda: "fn", event: 1 }] }],
      `steps[1].backend[0].event: expected 1, got {"requestContext":{"connectionId":"c=1"}}`,
    ],
  ])("%s", async (_name, steps, outcome) => {
    let input: DeployInput | undefined;
    const target = scriptedTarget(() => QUIET);
    const withChat: GatewayTarget = {
      ...target,
      async prepare(given) {
        input = given;
        return {
          dispose: () => Promise.resolve(),
          start: async () => {
            // the scripted gateway calls the function, so that the runner finds the connection id
            const calling = scriptedTarget(() => ({ calls: [lambdaCall(event)], response: OK }));
            const inner = await (await calling.prepare(given)).start();
            return {
              ...inner,
              ...chat(async () => {
                await inner.request({
                  method: "GET",
                  target: "/",
                  headers: [],
                  body: Buffer.alloc(0),
                });
              }),
            };
          },
        };
      },
    };
    expect(outcomes(await run([websocket([{ connect: {} }, ...steps])], withChat))).toEqual([
      outcome,
    ]);
    expect(input?.stage.name).toBe("dev");
  });

  test("a target that opens none does not support it", async () => {
    expect(
      outcomes(
        await run(
          [websocket([{ connect: {} }])],
          scriptedTarget(() => QUIET),
        ),
      ),
    ).toEqual(["unsupported: the target opens no WebSockets"]);
  });
});

test("filters select by topic, group and case", () => {
  const files = [caseFile([invoke(), invoke()])];
  const ids = (filter: Partial<Parameters<typeof selectCases>[1]>): string[] =>
    selectCases(files, {
      topics: undefined,
      groups: undefined,
      cases: undefined,
      ...filter,
    }).flatMap((file) => file.cases.map((one) => one.id));
  expect(ids({})).toEqual(["g/0", "g/1"]);
  expect(ids({ topics: ["t", "other"] })).toEqual(["g/0", "g/1"]);
  expect(ids({ topics: ["other"] })).toEqual([]);
  expect(ids({ groups: ["g"], cases: ["g/1"] })).toEqual(["g/1"]);
});
