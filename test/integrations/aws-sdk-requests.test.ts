import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { SFNClient, StartExecutionCommand, StartSyncExecutionCommand } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { buildInMemory, type MemoryBuild } from "../../src/dev/memory-bundle.js";
import { generate } from "../../src/generate.js";
import type { Gateway } from "../../src/runtime/gateway.js";
import { call } from "../runtime/support/client.js";
import {
  startLoopbackServer,
  type LoopbackServer,
  type ReceivedRequest,
} from "../support/backends/loopback-server.js";
import { headerOf, readSignature, serviceSideSignature } from "../support/sigv4.js";

/** Every operation once by the AWS SDK and once through a route: the service must see the same. */

const region = "eu-west-1";
const credentials = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" };
const topic = "arn:aws:sns:eu-west-1:123456789012:news";
const queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs";
const machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:m";
const text = 'a & b = "c" + 100 % é\n';
const escaped = '$util.escapeJavaScript($input.body).replaceAll("\\\\\'", "\'")';

interface Operation {
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly template: string;
  /** Sends the same by the SDK. */
  readonly send: (config: ClientConfig) => Promise<unknown>;
}

interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: typeof credentials;
  /** Loopback addresses take no `sync-` in front. */
  readonly disableHostPrefix: true;
  readonly maxAttempts: 1;
}

const form = { "Content-Type": "'application/x-www-form-urlencoded'" };

const operations: Readonly<Record<string, Operation>> = {
  "SNS Publish": {
    uri: "sns:path//",
    headers: form,
    template: `Action=Publish&Version=2010-03-31&TopicArn=$util.urlEncode('${topic}')&Message=$util.urlEncode($input.body)`,
    send: (config) =>
      new SNSClient(config).send(new PublishCommand({ TopicArn: topic, Message: text })),
  },
  "SQS SendMessage": {
    uri: "sqs:path/",
    headers: {
      "Content-Type": "'application/x-amz-json-1.0'",
      "X-Amz-Target": "'AmazonSQS.SendMessage'",
    },
    template: `{"QueueUrl": "${queue}", "MessageBody": "${escaped}"}`,
    send: (config) =>
      new SQSClient({ ...config, useQueueUrlAsEndpoint: false, md5: false }).send(
        new SendMessageCommand({ QueueUrl: queue, MessageBody: text }),
      ),
  },
  "Kinesis PutRecord": {
    uri: "kinesis:action/PutRecord",
    template: '{"StreamName": "s", "PartitionKey": "p", "Data": "$util.base64Encode($input.body)"}',
    send: (config) =>
      // The client's own handler speaks HTTP/2, the recording server HTTP/1.1.
      new KinesisClient({
        ...config,
        requestHandler: new SNSClient(config).config.requestHandler,
      }).send(
        new PutRecordCommand({ StreamName: "s", PartitionKey: "p", Data: Buffer.from(text) }),
      ),
  },
  "EventBridge PutEvents": {
    uri: "events:action/PutEvents",
    template: `{"Entries": [{"Source": "test", "DetailType": "Order", "Detail": "${escaped}"}]}`,
    send: (config) =>
      new EventBridgeClient(config).send(
        new PutEventsCommand({ Entries: [{ Source: "test", DetailType: "Order", Detail: text }] }),
      ),
  },
  "Step Functions StartExecution": {
    uri: "states:action/StartExecution",
    template: `{"stateMachineArn": "${machine}", "name": "n", "input": "${escaped}"}`,
    send: (config) =>
      new SFNClient(config).send(
        new StartExecutionCommand({ stateMachineArn: machine, name: "n", input: text }),
      ),
  },
  "Step Functions StartSyncExecution": {
    uri: "states:action/StartSyncExecution",
    template: `{"stateMachineArn": "${machine}", "input": "${escaped}"}`,
    send: (config) =>
      new SFNClient(config).send(
        new StartSyncExecutionCommand({ stateMachineArn: machine, input: text }),
      ),
  },
};

function documentOf(): object {
  const paths = Object.values(operations).map(({ uri, headers = {}, template }, index) => {
    const integration = {
      type: "aws",
      httpMethod: "POST",
      uri: `arn:aws:apigateway:${region}:${uri}`,
      credentials: "arn:aws:iam::123456789012:role/gateway",
      passthroughBehavior: "never",
      requestParameters: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          `integration.request.header.${name}`,
          value,
        ]),
      ),
      requestTemplates: { "application/json": template },
      responses: { default: { statusCode: "200" } },
    };
    const responses = { "200": { description: "Taken." } };
    return [`/${index}`, { post: { responses, "x-amazon-apigateway-integration": integration } }];
  });
  return {
    openapi: "3.0.1",
    info: { title: "services", version: "1" },
    paths: Object.fromEntries(paths),
  };
}

let service: LoopbackServer;
let seen: ReceivedRequest[] = [];
let build: MemoryBuild;
let gateway: Gateway;
const before = { ...process.env };

beforeAll(async () => {
  service = await startLoopbackServer((request) => {
    seen.push(request);
    return Promise.resolve({ status: 200, headers: [], body: answerTo(request) });
  });
  process.env["AWS_ACCESS_KEY_ID"] = credentials.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = credentials.secretAccessKey;
  const { files, diagnostics } = await generate({
    input: "api.json",
    text: JSON.stringify(documentOf()),
    settings: { backends: { all: { match: "arn:aws:apigateway:*", url: service.origin } } },
  });
  expect(diagnostics).toEqual([]);
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
});

/** What each client takes for a success. */
function answerTo(request: ReceivedRequest): Buffer {
  const isForm = headerOf(request, "content-type")?.includes("form") ?? false;
  return Buffer.from(isForm ? "<PublishResponse><PublishResult/></PublishResponse>" : "{}");
}

/** What a service makes of a request. */
function meaning(request: ReceivedRequest | undefined): object {
  if (request === undefined) throw new Error("no request arrived");
  const { region: signedRegion, service: signedService, signature } = readSignature(request);
  expect(serviceSideSignature(request, credentials.secretAccessKey)).toBe(signature);
  const type = headerOf(request, "content-type");
  const body = Buffer.from(request.body).toString();
  return {
    method: request.method,
    path: request.path,
    query: request.query,
    type,
    target: headerOf(request, "x-amz-target"),
    signedFor: `${signedRegion} ${signedService}`,
    body:
      type === "application/x-www-form-urlencoded"
        ? Object.fromEntries(new URLSearchParams(body))
        : (JSON.parse(body) as unknown),
  };
}

test.each(
  Object.entries(operations).map(([name, operation], index) => [name, operation, index] as const),
)("%s", async (_name, { send }, index) => {
  await send({
    endpoint: service.origin,
    region,
    credentials,
    disableHostPrefix: true,
    maxAttempts: 1,
  });
  const answer = await call(gateway, "POST", `/dev/${String(index)}`, {
    headers: ["Content-Type", "application/json"],
    body: text,
  });
  expect(answer.status).toBe(200);
  const [bySdk, byGateway] = seen;
  expect(seen).toHaveLength(2);
  expect(meaning(byGateway)).toEqual(meaning(bySdk));
});
