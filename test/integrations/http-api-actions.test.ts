import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import {
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { buildInMemory, type MemoryBuild } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import type { Gateway } from "../../src/runtime/gateway.js";
import { call } from "../runtime/support/client.js";
import type { HttpAnswer } from "../support/backends/behaviour.js";
import {
  startLoopbackServer,
  type LoopbackServer,
  type ReceivedRequest,
} from "../support/backends/loopback-server.js";
import { headerOf, readSignature, serviceSideSignature } from "../support/sigv4.js";

/** Every action once by the AWS SDK and once through a route of an HTTP API: they must mean the same. */

const region = "eu-west-1";
const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };
const queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs";
const machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:m";
const execution = "arn:aws:states:eu-west-1:123456789012:execution:m:e";
const text = 'a & b = "c" + 100 % é\n';
const sent = {
  text,
  attributes: {
    size: { DataType: "Number", StringValue: "3" },
    note: { DataType: "String", StringValue: "a&b" },
  },
  names: ["All", "x.*"],
};

interface Action {
  readonly subtype: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly send?: (config: ClientConfig) => Promise<unknown>;
}
interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: typeof credentials;
  readonly disableHostPrefix: true;
  readonly maxAttempts: 1;
}

const sqs = (config: ClientConfig): SQSClient =>
  new SQSClient({ ...config, useQueueUrlAsEndpoint: false, md5: false });

const actions: readonly Action[] = [
  {
    subtype: "EventBridge-PutEvents",
    parameters: {
      Detail: "$request.body.text",
      DetailType: "order.${stageVariables.kind}",
      Source: "shop",
      EventBusName: "orders",
      Resources: "$request.body.names",
      Time: "2026-01-02T03:04:05Z",
      TraceHeader: "Root=1-2-3",
    },
    send: (config) =>
      new EventBridgeClient(config).send(
        new PutEventsCommand({
          Entries: [
            {
              Detail: text,
              DetailType: "order.made",
              Source: "shop",
              EventBusName: "orders",
              Resources: sent.names,
              Time: new Date("2026-01-02T03:04:05Z"),
              TraceHeader: "Root=1-2-3",
            },
          ],
        }),
      ),
  },
  {
    subtype: "SQS-SendMessage",
    parameters: {
      QueueUrl: queue,
      MessageBody: "$request.body.text",
      DelaySeconds: 5,
      MessageAttributes: "$request.body.attributes",
      MessageGroupId: "$request.querystring.group",
      MessageDeduplicationId: "$request.header.x-once",
    },
    send: (config) =>
      sqs(config).send(
        new SendMessageCommand({
          QueueUrl: queue,
          MessageBody: text,
          DelaySeconds: 5,
          MessageAttributes: sent.attributes,
          MessageGroupId: "g 1",
          MessageDeduplicationId: "once",
        }),
      ),
  },
  {
    subtype: "SQS-ReceiveMessage",
    parameters: {
      QueueUrl: queue,
      AttributeNames: "All",
      MessageAttributeNames: "$request.body.names",
      MaxNumberOfMessages: "10",
      VisibilityTimeout: "30",
      WaitTimeSeconds: "1",
      ReceiveRequestAttemptId: "again",
    },
    send: (config) =>
      sqs(config).send(
        new ReceiveMessageCommand({
          QueueUrl: queue,
          AttributeNames: ["All"],
          MessageAttributeNames: sent.names,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 30,
          WaitTimeSeconds: 1,
          ReceiveRequestAttemptId: "again",
        }),
      ),
  },
  {
    subtype: "SQS-DeleteMessage",
    parameters: { QueueUrl: queue, ReceiptHandle: "$request.body.text" },
    send: (config) =>
      sqs(config).send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle: text })),
  },
  {
    subtype: "SQS-PurgeQueue",
    parameters: { QueueUrl: queue },
    send: (config) => sqs(config).send(new PurgeQueueCommand({ QueueUrl: queue })),
  },
  {
    subtype: "Kinesis-PutRecord",
    parameters: {
      StreamName: "s",
      Data: "$request.body.text",
      PartitionKey: "p",
      ExplicitHashKey: "1",
    },
    send: (config) =>
      // the client's own handler speaks HTTP/2, the recording server HTTP/1.1
      new KinesisClient({
        ...config,
        requestHandler: new SNSClient(config).config.requestHandler,
      }).send(
        new PutRecordCommand({
          StreamName: "s",
          Data: Buffer.from(text),
          PartitionKey: "p",
          ExplicitHashKey: "1",
        }),
      ),
  },
  {
    subtype: "StepFunctions-StartExecution",
    parameters: { StateMachineArn: machine, Name: "n", Input: "$request.body" },
    send: (config) =>
      new SFNClient(config).send(
        new StartExecutionCommand({
          stateMachineArn: machine,
          name: "n",
          input: JSON.stringify(sent),
        }),
      ),
  },
  {
    subtype: "StepFunctions-StartSyncExecution",
    parameters: { StateMachineArn: machine, Input: "$request.body" },
    send: (config) =>
      new SFNClient(config).send(
        new StartSyncExecutionCommand({ stateMachineArn: machine, input: JSON.stringify(sent) }),
      ),
  },
  {
    subtype: "StepFunctions-StopExecution",
    parameters: { ExecutionArn: execution, Cause: "$request.body.text", Error: "E" },
    send: (config) =>
      new SFNClient(config).send(
        new StopExecutionCommand({ executionArn: execution, cause: text, error: "E" }),
      ),
  },
  {
    subtype: "AppConfig-GetConfiguration",
    parameters: {
      Application: "$request.path.id",
      Environment: "prod",
      Configuration: "c",
      ClientId: "$request.header.x-once",
      ClientConfigurationVersion: "7",
      Region: "us-west-2",
    },
  },
];

const indexOf = (subtype: string): number => {
  const index = actions.findIndex((action) => action.subtype === subtype);
  return index;
};

function documentOf(): object {
  const paths = actions.map(({ subtype, parameters }, index) => {
    const integration = {
      type: "aws_proxy",
      integrationSubtype: subtype,
      payloadFormatVersion: "1.0",
      credentials: "arn:aws:iam::123456789012:role/gateway",
      requestParameters: parameters,
      responseParameters: { 418: { "overwrite:statuscode": "409", "append:header.x-a": "b" } },
    };
    return [
      `/${index}/{id}`,
      { post: { responses: {}, "x-amazon-apigateway-integration": integration } },
    ];
  });
  return {
    openapi: "3.0.1",
    info: { title: "actions", version: "1" },
    paths: Object.fromEntries(paths),
  };
}

let service: LoopbackServer;
let seen: ReceivedRequest[] = [];
let respond: HttpAnswer;
let build: MemoryBuild;
let gateway: Gateway;
const before = { ...process.env };

beforeAll(async () => {
  service = await startLoopbackServer((request) => {
    seen.push(request);
    return Promise.resolve(respond);
  });
  process.env["AWS_ACCESS_KEY_ID"] = credentials.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = credentials.secretAccessKey;
  const { files, diagnostics } = await generate({
    input: "api.json",
    text: JSON.stringify(documentOf()),
    settings: {
      stages: { $default: { region, variables: { kind: "made" } } },
      backends: { all: { match: "arn:aws:apigateway:*", url: service.origin } },
    },
  });
  expect(diagnostics.filter(({ severity }) => severity !== "info")).toEqual([]);
  build = await buildInMemory(files);
  gateway = await build.createGateway();
});
afterAll(async () => {
  Object.assign(process.env, before);
  await gateway.close();
  await build.dispose();
  await service.close();
});
beforeEach(() => {
  seen = [];
  respond = { status: 200, headers: [["Content-Type", "text/xml"]], body: Buffer.from("{}") };
});

function ask(subtype: string, body: string = JSON.stringify(sent)): ReturnType<typeof call> {
  return call(gateway, "POST", `/${indexOf(subtype)}/my%20app?group=g+1`, {
    headers: ["Content-Type", "application/json", "X-Once", "once", "Cookie", "secret=1"],
    body,
  });
}

/** What a service makes of a request: action and members, whatever the protocol. */
function meaning(request: ReceivedRequest | undefined): object {
  if (request === undefined) throw new Error("no request arrived");
  const { region: signedRegion, service: signedService, signature } = readSignature(request);
  expect(serviceSideSignature(request, credentials.secretAccessKey)).toBe(signature);
  const body = Buffer.from(request.body).toString();
  const signedFor = `${signedRegion} ${signedService}`;
  if (headerOf(request, "content-type") === "application/x-www-form-urlencoded") {
    const { Action, Version: _version, ...form } = Object.fromEntries(new URLSearchParams(body));
    return { signedFor, path: request.path, action: Action, members: form };
  }
  const action = headerOf(request, "x-amz-target")?.split(".").at(-1);
  const members = JSON.parse(body) as Record<string, unknown>;
  const isQueue = signedService === "sqs";
  return { signedFor, path: request.path, action, members: isQueue ? flat(members) : members };
}

/** JSON members of SQS as its query protocol writes them. Source: API reference of SQS. */
function flat(members: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]): [string, string][] => {
      const single = name.replace(/s$/, "");
      if (Array.isArray(value)) return value.map((item, i) => [`${single}.${i + 1}`, String(item)]);
      if (typeof value !== "object" || value === null) return [[name, String(value)]];
      return Object.entries(value as Record<string, Record<string, string>>).flatMap(
        ([key, parts], i): [string, string][] => [
          [`${single}.${i + 1}.Name`, key],
          ...Object.entries(parts).map(([part, item]): [string, string] => [
            `${single}.${i + 1}.Value.${part}`,
            item,
          ]),
        ],
      );
    }),
  );
}

test.each(actions.flatMap(({ subtype, send }) => (send ? [[subtype, send] as const] : [])))(
  "%s",
  async (subtype, send) => {
    respond = { ...respond, headers: [["Content-Type", "application/x-amz-json-1.1"]] };
    await send({
      endpoint: service.origin,
      region,
      credentials,
      disableHostPrefix: true,
      maxAttempts: 1,
    });
    expect((await ask(subtype)).status).toBe(200);
    const [bySdk, byGateway] = seen;
    expect(seen).toHaveLength(2);
    expect(meaning(byGateway)).toEqual(meaning(bySdk));
    expect(headerOf(byGateway ?? { headers: [] }, "cookie")).toBeUndefined();
  },
);

describe("around the call", () => {
  test("AppConfig is asked by path, in the region of the parameter", async () => {
    respond = {
      status: 200,
      headers: [
        ["Content-Type", "application/json"],
        ["Configuration-Version", "8"],
        ["x-amzn-RequestId", "r"],
      ],
      body: Buffer.from('{"on":true}'),
    };
    const answer = await ask("AppConfig-GetConfiguration");
    const [request] = seen;
    if (request === undefined) throw new Error("nothing arrived");
    expect(request.method).toBe("GET");
    expect(request.path).toBe("/applications/my%20app/environments/prod/configurations/c");
    expect(request.query).toBe("client_id=once&client_configuration_version=7");
    expect(readSignature(request)).toMatchObject({ region: "us-west-2", service: "appconfig" });
    expect(serviceSideSignature(request, credentials.secretAccessKey)).toBe(
      readSignature(request).signature,
    );
    expect([answer.status, answer.text, answer.header("configuration-version")]).toEqual([
      200,
      '{"on":true}',
      "8",
    ]);
    expect(answer.header("x-amzn-requestid")).toBeUndefined();
  });

  test("the answer of SQS is its XML", async () => {
    respond = { ...respond, body: Buffer.from("<SendMessageResponse/>") };
    const answer = await ask("SQS-SendMessage");
    expect(answer.header("content-type")).toBe("text/xml");
    expect(answer.text).toBe("<SendMessageResponse/>");
    expect(headerOf(seen[0] ?? { headers: [] }, "accept")).toBeUndefined();
  });

  test("an error of the service passes, and is mapped by its status", async () => {
    respond = { status: 400, headers: [], body: Buffer.from("<Error/>") };
    expect((await ask("SQS-PurgeQueue")).text).toBe("<Error/>");
    respond = { ...respond, status: 418 };
    const mapped = await ask("SQS-PurgeQueue");
    expect([mapped.status, mapped.header("x-a"), mapped.text]).toEqual([409, "b", "<Error/>"]);
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "text"],
    ["another member", "{}"],
    ["null", '{"text":null}'],
    ["an empty text", '{"text":""}'],
  ])("a required value that is not there is 400: %s", async (_name, body) => {
    const answer = await ask("SQS-DeleteMessage", body);
    expect([answer.status, answer.text]).toEqual([
      400,
      '{"message":"Missing required parameters: ReceiptHandle"}',
    ]);
    expect(seen).toEqual([]);
  });

  test("attributes that are no object are 400", async () => {
    const answer = await ask("SQS-SendMessage", '{"text":"a","attributes":"size"}');
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("MessageAttributes");
    expect(seen).toEqual([]);
  });
});
