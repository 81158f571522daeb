import { describe, expect, test } from "vitest";
import type { Deployment, Stage } from "../../src/ir/deployment.js";
import { planProject } from "../../src/plan/plan.js";
import { documentWith, lowerGood, lowerText, summary } from "./lower-text.js";

async function deployment(settings: object): Promise<Deployment> {
  return (await lowerGood(documentWith({}), settings)).deployment;
}

async function stageOf(settings: object): Promise<Stage | undefined> {
  return (await deployment(settings)).stages[0];
}

/** The format of a stage's log as text. */
async function formatOf(access: object, document: object = documentWith({})): Promise<string> {
  const { deployment: found } = await lowerGood(document, { defaults: { logging: { access } } });
  const { parts = [] } = found.stages[0]?.accessLog ?? {};
  return parts.map((part) => (part.kind === "text" ? part.text : `<${part.name}>`)).join("");
}

describe("access logs", () => {
  test("there is none unless the settings ask", async () => {
    expect((await stageOf({}))?.accessLog).toBeUndefined();
    expect(
      (await stageOf({ defaults: { logging: { execution: { level: "INFO" } } } }))?.accessLog,
    ).toBeUndefined();
  });

  test("the form is JSON, and goes to standard output", async () => {
    const access = (await stageOf({ defaults: { logging: { access: {} } } }))?.accessLog;
    expect(access).toMatchObject({ format: "json", destination: { kind: "stdout" } });
    expect(await formatOf({})).toBe(
      '{ "requestId":"<requestId>", "extendedRequestId":"<extendedRequestId>", "ip":"<identity.sourceIp>", "caller":"<identity.caller>", "user":"<identity.user>", "requestTime":"<requestTime>", "httpMethod":"<httpMethod>", "resourcePath":"<resourcePath>", "status":"<status>", "protocol":"<protocol>", "responseLength":"<responseLength>" }',
    );
  });

  test("CLF is that of the service", async () => {
    expect(await formatOf({ format: "clf" })).toBe(
      '<identity.sourceIp> <identity.caller> <identity.user> [<requestTime>]"<httpMethod> <resourcePath> <protocol>" <status> <responseLength> <requestId>',
    );
  });

  test("fields are members of JSON, their texts quoted", async () => {
    const fields = {
      'a"b': 'say "$context.status"',
      e: "$context.error.messageString",
      id: "$context.requestId",
    };
    expect(await formatOf({ fields })).toBe(
      '{ "a\\"b":"say \\"<status>\\"", "e":"<error.message>", "id":"<requestId>" }',
    );
  });

  test.each([
    ["clf", "text"],
    ["xml", "xml"],
    ["csv", "csv"],
    ["$context.requestId", "text"],
    ['{"a":"$context.requestId"}', "json"],
    ["<a>$context.requestId</a>", "xml"],
  ])("values of %s are escaped as %s", async (format, want) => {
    const found = await stageOf({ defaults: { logging: { access: { format } } } });
    expect(found?.accessLog?.format).toBe(want);
  });

  test("a stage's settings lie over the defaults, member by member", async () => {
    const found = await stageOf({
      defaults: { logging: { access: { format: "csv", destination: "stdout" } } },
      stages: { prod: { logging: { access: { destination: "file", path: "a.log" } } } },
    });
    expect(found?.accessLog).toMatchObject({
      format: "csv",
      destination: { kind: "file", path: "a.log" },
    });
  });

  test("what AWS alone knows is reported, and the log goes to standard output", async () => {
    const { gateway, diagnostics } = await lowerText(documentWith({}), {
      // with manifests for AWS it is honoured there
      targets: [],
      defaults: { logging: { access: { destination: "firehose", destinationArn: "arn:aws:x" } } },
    });
    expect(gateway?.deployment.stages[0]?.accessLog?.destination).toEqual({ kind: "stdout" });
    expect(summary(diagnostics)).toEqual([
      "warning GG043 #/defaults/logging/access/destinationArn",
    ]);
  });
});

describe("what is hidden", () => {
  test("names, paths and variables", async () => {
    const redact = [
      "X-Pin",
      "$.card.number",
      "$.items[*].code",
      "$['a b'][0]",
      "$context.authorizer.t",
    ];
    expect((await stageOf({ defaults: { logging: { redact } } }))?.redact).toEqual({
      names: ["x-pin"],
      paths: [
        ["card", "number"],
        ["items", "*", "code"],
        ["a b", "0"],
      ],
      context: ["authorizer.t"],
    });
  });
});

describe("traces", () => {
  test("none, unless something takes them", async () => {
    expect((await stageOf({ defaults: { tracing: { xray: false } } }))?.tracing).toBeUndefined();
  });

  test.each([
    [{ xray: true }, undefined],
    [{ otlp: { endpoint: "http://otel:4318" } }, 1],
    [{ xray: true, otlp: { endpoint: "http://otel:4318/", sampleRatio: 0.5 } }, 0.5],
    [{ xray: true, sampleRatio: 0 }, 0],
  ])("%j is sampled by %s", async (tracing, want) => {
    const found = (await stageOf({ defaults: { tracing } }))?.tracing;
    expect(found?.sampleRatio).toBe(want);
  });

  test("the path of a signal may stand in the endpoint", async () => {
    const otlp = { endpoint: "https://otel.example/x/v1/traces" };
    const found = (await stageOf({ defaults: { tracing: { otlp } } }))?.tracing;
    expect(found?.otlp?.endpoint).toBe("https://otel.example/x");
  });
});

describe("metrics", () => {
  test.each<[string, object, unknown]>([
    ["nobody can ask", {}, undefined],
    ["an admin listener asks", { adminPort: 1 }, { path: "/metrics" }],
    ["they are switched off", { adminPort: 1, metrics: false }, undefined],
    [
      "a listener of their own",
      { metrics: { port: 2 } },
      { listener: { port: 2, host: "127.0.0.1" } },
    ],
    [
      "the admin listener's own port",
      { adminPort: 2, metrics: { port: 2 } },
      { listener: undefined },
    ],
    ["embedded metric lines", { metrics: { emf: true } }, { emfNamespace: "ApiGateway" }],
    [
      "a collector",
      { metrics: { otlp: { endpoint: "http://otel:4318" } } },
      { otlp: { endpoint: "http://otel:4318", headers: [], intervalSeconds: 60 } },
    ],
  ])("%s", async (_name, runtime, want) => {
    const { metrics } = await deployment({ runtime });
    if (want === undefined) expect(metrics).toBeUndefined();
    else expect(metrics).toMatchObject(want as object);
  });
});

describe("parts of the run-time", () => {
  test.each<[string, object, readonly string[]]>([
    ["nothing", {}, ["mock"]],
    ["an access log", { defaults: { logging: { access: {} } } }, ["mock", "views", "access-log"]],
    [
      "traces",
      { defaults: { tracing: { xray: true } } },
      ["mock", "views", "tracing", "spans-xray"],
    ],
    [
      "metrics by themselves",
      { runtime: { metrics: { port: 1 } } },
      ["mock", "monitoring", "views", "metrics"],
    ],
  ])("%s", async (_name, settings, want) => {
    const plan = planProject(await lowerGood(documentWith({}), settings));
    expect(plan.features).toEqual(want);
  });

  test("methods are counted by themselves where the settings say so", async () => {
    const settings = {
      runtime: { metrics: { port: 1 } },
      stages: {
        a: { metrics: { detailed: true } },
        b: { methodSettings: { "GET /a": { metricsEnabled: true } } },
        c: {},
      },
    };
    const { tables } = planProject(await lowerGood(documentWith({}), settings));
    expect(tables.observability?.metrics?.detailed).toEqual({ a: ["getA"], b: ["getA"] });
  });
});
