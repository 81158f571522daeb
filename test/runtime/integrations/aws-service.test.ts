import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CredentialSource } from "../../../src/runtime/aws/credentials.js";
import type { Environment } from "../../../src/runtime/aws/endpoint.js";
import type {
  ApiTable,
  AwsServiceTable,
  BackendTarget,
  RequestMapping,
} from "../../../src/runtime/contracts.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { createAwsServiceIntegration } from "../../../src/runtime/integrations/aws-service.js";
import type { TraceEvent } from "../../../src/runtime/trace.js";
import {
  startLoopbackServer,
  type LoopbackServer,
  type ReceivedRequest,
} from "../../support/backends/loopback-server.js";
import type { HttpAnswer } from "../../support/backends/behaviour.js";
import { headerOf, readSignature, serviceSideSignature } from "../../support/sigv4.js";
import { call, type Answer } from "../support/client.js";
import { apiTable, awsService, stage } from "../support/table.js";

const SECRET = "own-secret";
let service: LoopbackServer;
let seen: ReceivedRequest[] = [];
let respond: HttpAnswer;

beforeAll(async () => {
  service = await startLoopbackServer((request) => {
    seen.push(request);
    return Promise.resolve(respond);
  });
});
afterAll(() => service.close());
beforeEach(() => {
  seen = [];
  respond = { status: 200, headers: [["Content-Type", "text/xml"]], body: Buffer.from("<a/>") };
});

/** Keys of the gateway itself, and of any role, which are told by their ids. */
const keys: CredentialSource = {
  chain: () => Promise.resolve({ accessKeyId: "OWN", secretAccessKey: SECRET }),
  role: (arn, region) => () =>
    Promise.resolve({
      accessKeyId: `ROLE-${region}`,
      secretAccessKey: SECRET,
      sessionToken: arn,
    }),
  close: () => Promise.resolve(),
};

interface Run {
  readonly table?: Partial<AwsServiceTable>;
  readonly api?: Partial<ApiTable>;
  /** Default: the service of the test stands for every one. */
  readonly target?: BackendTarget | null;
  readonly environment?: Environment;
  readonly credentials?: CredentialSource;
  readonly request?: Parameters<typeof call>[3] & { method?: string; target?: string };
}

async function run(name: string, options: Run = {}): Promise<Answer & { trace: TraceEvent[] }> {
  const { table, api, target = { kind: "url", url: service.origin } } = options;
  const { environment = {}, credentials = keys } = options;
  const { method = "POST", target: path = "/dev/p/7?q=1", ...request } = options.request ?? {};
  const trace: TraceEvent[] = [];
  const backends = target === null ? [] : [{ match: ["*"], target, timeoutMs: null }];
  const gateway = createGateway(
    apiTable(
      { "ANY /p/{id+}": { integration: awsService(name, table) } },
      { stages: { dev: stage({ backends }) }, ...api },
    ),
    {
      integrations: {
        aws_service: createAwsServiceIntegration({ environment, credentials: () => credentials }),
      },
    },
    {
      logger: { warn: () => undefined, error: () => undefined },
      trace: () => (event) => trace.push(event),
    },
  );
  const answer = await call(gateway, method, path, request);
  await gateway.close();
  return { ...answer, trace };
}

/** The one request that arrived, its signature checked as the service would. */
function received(): ReceivedRequest {
  expect(seen).toHaveLength(1);
  const [request] = seen;
  if (request === undefined) throw new Error("nothing arrived");
  expect(serviceSideSignature(request, SECRET)).toBe(readSignature(request).signature);
  return request;
}

const map = (
  to: RequestMapping["to"],
  name: string,
  from: RequestMapping["from"],
): RequestMapping => ({ to, name, from });

describe("request", () => {
  test("carries none of the client's headers, the gateway's few, and a signature", async () => {
    await run("sqs", {
      request: {
        headers: ["Accept", "a/b", "X-A", "1", "Content-Type", "text/plain", "User-Agent", "u"],
        body: "hi",
      },
    });
    const request = received();
    expect(request.headers.map(([name]) => name.toLowerCase()).sort()).toEqual([
      "accept",
      "authorization",
      "connection",
      "content-length",
      "content-type",
      "host",
      "user-agent",
      "x-amz-content-sha256",
      "x-amz-date",
      "x-amzn-apigateway-api-id",
      "x-amzn-trace-id",
    ]);
    expect(headerOf(request, "accept")).toBe("application/json");
    expect(headerOf(request, "user-agent")).toBe("AmazonAPIGateway_abcdefghij");
    expect(headerOf(request, "content-type")).toBe("text/plain");
    expect(Buffer.from(request.body).toString()).toBe("hi");
  });

  test("mapped headers go out, but those that would break the request", async () => {
    const headers = [
      "Accept",
      "X-B",
      "Referer",
      "Via",
      "Host",
      "X-Amz-Date",
      "X-Amz-Content-Sha256",
    ];
    await run("sqs", {
      table: { requestParameters: headers.map((name) => map("header", name, { literal: "v" })) },
    });
    const request = received();
    expect(headerOf(request, "accept")).toBe("v");
    expect(headerOf(request, "x-b")).toBe("v");
    expect(headerOf(request, "referer")).toBeUndefined();
    expect(headerOf(request, "via")).toBeUndefined();
    expect(headerOf(request, "host")).toBe(service.origin.replace("http://", ""));
    expect(headerOf(request, "x-amz-date")).toMatch(/^\d{8}T\d{6}Z$/);
  });

  test.each(["Authorization", "TE", "Connection", "Content-Length", "X-Amzn-Trace-Id"])(
    "a mapped %s fails every call",
    async (name) => {
      const answer = await run("sqs", {
        table: { requestParameters: [map("header", name, { literal: "v" })] },
      });
      expect(answer.status).toBe(500);
      expect(seen).toEqual([]);
    },
  );

  test.each<[service: string, target: string, type: string]>([
    ["dynamodb", "DynamoDB_20120810.Do", "application/x-amz-json-1.0"],
    ["kinesis", "Kinesis_20131202.Do", "application/x-amz-json-1.1"],
    ["states", "AWSStepFunctions.Do", "application/x-amz-json-1.0"],
    ["events", "AWSEvents.Do", "application/x-amz-json-1.1"],
  ])("an action of %s is named by a header", async (name, target, type) => {
    await run(name, {
      table: { action: ["Do"] },
      request: { headers: ["Content-Type", "application/json"], body: "{}" },
    });
    const request = received();
    expect(headerOf(request, "x-amz-target")).toBe(target);
    expect(headerOf(request, "content-type")).toBe(type);
    expect([request.path, request.query]).toEqual(["/", ""]);
    expect(readSignature(request)).toMatchObject({ service: name, region: "us-east-1" });
  });

  test("a mapped target and content type are taken as given", async () => {
    const requestParameters = [
      map("header", "X-Amz-Target", { literal: "Other.Thing" }),
      map("header", "Content-Type", { literal: "application/x-amz-json-1.0" }),
    ];
    await run("events", { table: { action: ["Do"], requestParameters } });
    const request = received();
    expect(headerOf(request, "x-amz-target")).toBe("Other.Thing");
    expect(headerOf(request, "content-type")).toBe("application/x-amz-json-1.0");
  });

  test("an action of any other service is a query parameter, before mapped ones", async () => {
    const requestParameters = [map("querystring", "Name", { literal: "a b*/+é" })];
    await run("ssm", {
      table: { action: ["Get", { stageVariable: "x" }], path: ["/?Version=1"], requestParameters },
      api: {
        stages: {
          dev: stage({
            variables: { x: "Parameter" },
            backends: [
              { match: ["*"], target: { kind: "url", url: service.origin }, timeoutMs: null },
            ],
          }),
        },
      },
    });
    const request = received();
    expect(request.query).toBe("Action=GetParameter&Version=1&Name=a%20b%2A%2F%2B%C3%A9");
    expect(headerOf(request, "x-amz-target")).toBeUndefined();
  });

  test.each<[service: string, sent: string, want: string]>([
    ["s3", "a/b", "/bucket/a/b"],
    ["s3", "a%2Fb%20c+d", "/bucket/a/b%20c%2Bd"],
    ["s3", "%C3%A9(1)'!*", "/bucket/%C3%A9%281%29%27%21%2A"],
    ["sqs", "a%2Fb%20c", "/bucket/a%2Fb%20c"],
    ["sqs", "%FF", "/bucket/%FF"],
  ])("%s path %s is sent and signed as %s", async (name, sent, want) => {
    await run(name, {
      table: {
        path: ["/bucket/", { path: "key" }],
        requestParameters: [map("path", "key", { path: "id" })],
      },
      request: { target: `/dev/p/${sent}` },
    });
    const [request] = seen;
    expect(request?.path).toBe(want);
    if (!sent.includes("%FF")) received();
  });

  test("a path value cannot climb out of its place", async () => {
    const answer = await run("s3", {
      table: {
        path: ["/bucket/", { path: "key" }],
        requestParameters: [map("path", "key", { path: "id" })],
      },
      request: { target: "/dev/p/..%2F..%2Fother" },
    });
    expect(answer.status).toBe(400);
    expect(seen).toEqual([]);
  });

  test("bytes go through unchanged where their type is binary", async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0, 1]);
    await run("s3", {
      table: { method: "PUT" },
      api: { binaryMediaTypes: ["image/png"] },
      request: { headers: ["Content-Type", "image/png"], body: bytes },
    });
    const request = received();
    expect(request.method).toBe("PUT");
    expect(Buffer.from(request.body)).toEqual(bytes);
  });

  test("the method ANY repeats the client's", async () => {
    await run("s3", { table: { method: "ANY" }, request: { method: "DELETE" } });
    expect(received().method).toBe("DELETE");
  });

  test("no signature and no session token stand in the trace", async () => {
    const { trace } = await run("s3");
    const steps = trace.filter(({ kind }) => kind !== "matched");
    expect(JSON.stringify(steps)).not.toMatch(/authorization|AWS4|security-token/i);
    expect(trace.map(({ kind }) => kind)).toEqual([
      "matched",
      "endpoint-request",
      "endpoint-response",
      "response-selected",
      "answered",
      "sent",
    ]);
  });
});

describe("answer", () => {
  test("an error of the service that no pattern fits leaves as the default", async () => {
    respond = { status: 404, headers: [], body: Buffer.from("<Error/>") };
    const answer = await run("s3");
    expect([answer.status, answer.text]).toEqual([200, "<Error/>"]);
  });

  test("patterns choose by the status of the service", async () => {
    respond = { status: 404, headers: [["ETag", "e"]], body: Buffer.from("<Error/>") };
    const responses = [
      { pattern: /4\d{2}/, statusCode: 404, headers: [], templates: {}, contentHandling: null },
      {
        pattern: null,
        statusCode: 200,
        headers: [{ name: "ETag", from: { responseHeader: "ETag" } }],
        templates: {},
        contentHandling: null,
      },
    ];
    expect((await run("s3", { table: { responses } })).status).toBe(404);
    respond = { ...respond, status: 200 };
    const answer = await run("s3", { table: { responses } });
    expect(answer.header("ETag")).toBe("e");
    expect(answer.header("Content-Type")).toBe("application/json");
    expect(answer.header("X-Amzn-Trace-Id")).toMatch(/^Root=1-/);
  });
});

describe("endpoint and identity", () => {
  const role = ["arn:aws:iam::123456789012:role/gateway"];

  test("the settings may name another service, region and endpoint", async () => {
    await run("email", {
      target: {
        kind: "service",
        name: "ses",
        region: "eu-west-1",
        endpoint: `${service.origin}/x`,
      },
      table: { action: ["SendEmail"] },
    });
    const request = received();
    expect(request.path).toBe("/x/");
    expect(readSignature(request)).toMatchObject({ service: "ses", region: "eu-west-1" });
  });

  test("the environment names endpoints as for any SDK", async () => {
    await run("states", { target: null, environment: { AWS_ENDPOINT_URL_SFN: service.origin } });
    received();
  });

  test("a bucket in front of the service stands in the path at another endpoint", async () => {
    await run("s3", { table: { subdomain: "bucket", path: ["/key"] } });
    expect(received().path).toBe("/bucket/key");
  });

  test("at another endpoint the gateway signs as itself", async () => {
    await run("sqs", { table: { credentials: role } });
    expect(readSignature(received()).accessKeyId).toBe("OWN");
  });

  test.each<[why: string, environment: Environment, want: string[]]>([
    ["a role is assumed in the service's region", {}, [`role us-east-1 ${String(role[0])}`]],
    ["unless the environment says no", { GATEWAY_ASSUME_ROLES: "false" }, ["own"]],
  ])("%s", async (_why, environment, want) => {
    const asked: string[] = [];
    const refuse = (what: string) => () => {
      asked.push(what);
      return Promise.reject(new Error("no keys in a test"));
    };
    const answer = await run("sqs", {
      target: null,
      environment,
      table: { credentials: role },
      credentials: {
        chain: refuse("own"),
        role: (arn, region) => refuse(`role ${region} ${arn}`),
        close: () => Promise.resolve(),
      },
    });
    expect(asked).toEqual(want);
    expect(answer.status).toBe(500);
    expect(answer.text).toBe('{"message":"Internal server error"}');
    expect(answer.header("x-amzn-ErrorType")).toBe("ApiConfigurationException");
  });

  test("credentials that never come count against the time limit", async () => {
    const answer = await run("sqs", {
      table: { timeoutMs: 50 },
      credentials: { ...keys, chain: () => new Promise(() => undefined) },
    });
    expect(answer.status).toBe(504);
    expect(answer.text).toBe('{"message":"Endpoint request timed out"}');
  });

  test("a session token is sent and signed", async () => {
    const token = "session";
    await run("sqs", {
      credentials: {
        ...keys,
        chain: () =>
          Promise.resolve({ accessKeyId: "A", secretAccessKey: SECRET, sessionToken: token }),
      },
    });
    const request = received();
    expect(headerOf(request, "x-amz-security-token")).toBe(token);
    expect(readSignature(request).signedHeaders).toContain("x-amz-security-token");
  });

  test("the caller's identity is refused, whatever stands for it", async () => {
    const answer = await run("sqs", { table: { credentials: ["arn:aws:iam::*:user/*"] } });
    expect(answer.status).toBe(501);
    expect(answer.text).toContain("identity is not known");
    expect(seen).toEqual([]);
  });

  test("settings may put a fixed answer in the place of a service", async () => {
    const target = { kind: "mock", statusCode: 418, headers: { "X-A": "b" }, body: "tea" } as const;
    const answer = await run("sqs", { target });
    expect([answer.status, answer.header("X-A"), answer.text]).toEqual([418, "b", "tea"]);
  });

  test("a function cannot stand for a service", async () => {
    const answer = await run("sqs", { target: { kind: "module", name: "f" } });
    expect(answer.status).toBe(501);
    expect(answer.text).toContain("cannot stand for");
  });

  test.each<[match: string, isMatched: boolean]>([
    ["arn:aws:apigateway:*:sqs:path/1/*", true],
    ["arn:aws:apigateway:us-east-1:sqs:path/1/queue", true],
    ["sqs.us-east-1.amazonaws.com", true],
    ["ANY /p/{id+}", true],
    ["arn:aws:apigateway:*:sqs:path/2/*", false],
  ])("a backend that matches %s: %s", async (match, isMatched) => {
    const target = { kind: "mock", statusCode: 418, headers: {}, body: "" } as const;
    const answer = await run("sqs", {
      table: { path: ["/1/", { stageVariable: "q" }] },
      environment: { AWS_ENDPOINT_URL: service.origin },
      api: {
        stages: {
          dev: stage({
            variables: { q: "queue" },
            backends: [{ match: [match], target, timeoutMs: null }],
          }),
        },
      },
    });
    expect(answer.status).toBe(isMatched ? 418 : 200);
  });
});
