import { describe, expect, test } from "vitest";
import { configuredEndpoint, serviceOrigin } from "../../../src/runtime/aws/endpoint.js";
import { serviceFacts } from "../../../src/runtime/aws/services.js";

interface Place {
  readonly region?: string;
  readonly partition?: string;
  readonly action?: string;
}

function originOf(name: string, place: Place = {}): string {
  const [service = "", subdomain = null] = name.split(".").reverse();
  return serviceOrigin(serviceFacts(service, subdomain), {
    region: "eu-west-1",
    partition: "aws",
    action: null,
    ...place,
  });
}

test.each<[name: string, place: Place, want: string]>([
  ["s3", {}, "https://s3.eu-west-1.amazonaws.com"],
  ["bucket.s3", {}, "https://bucket.s3.eu-west-1.amazonaws.com"],
  ["sqs", { partition: "aws-cn", region: "cn-north-1" }, "https://sqs.cn-north-1.amazonaws.com.cn"],
  [
    "sns",
    { partition: "aws-us-gov", region: "us-gov-west-1" },
    "https://sns.us-gov-west-1.amazonaws.com",
  ],
  ["data.iot", {}, "https://data.iot.eu-west-1.amazonaws.com"],
  ["runtime.sagemaker", {}, "https://runtime.sagemaker.eu-west-1.amazonaws.com"],
  ["ses", {}, "https://email.eu-west-1.amazonaws.com"],
  ["states", { action: "StartExecution" }, "https://states.eu-west-1.amazonaws.com"],
  ["states", { action: "StartSyncExecution" }, "https://sync-states.eu-west-1.amazonaws.com"],
  ["iam", {}, "https://iam.amazonaws.com"],
  ["route53", {}, "https://route53.amazonaws.com"],
  ["organizations", {}, "https://organizations.us-east-1.amazonaws.com"],
  ["iam", { partition: "aws-cn", region: "cn-north-1" }, "https://iam.cn-north-1.amazonaws.com.cn"],
  ["brand-new", {}, "https://brand-new.eu-west-1.amazonaws.com"],
])("%s %o is at %s", (name, place, want) => expect(originOf(name, place)).toBe(want));

test.each<[service: string, subdomain: string | null, want: object]>([
  [
    "dynamodb",
    null,
    { signing: "dynamodb", json: { target: "DynamoDB_20120810", version: "1.0" } },
  ],
  [
    "dynamodb",
    "streams",
    { signing: "dynamodb", json: { target: "DynamoDBStreams_20120810", version: "1.0" } },
  ],
  ["events", null, { variable: "EVENTBRIDGE", json: { target: "AWSEvents", version: "1.1" } }],
  ["states", null, { variable: "SFN", json: { target: "AWSStepFunctions", version: "1.0" } }],
  ["ses", null, { signing: "ses", variable: "SES", json: null }],
  ["email", null, { signing: "ses", variable: "SES", json: null }],
  ["iot", "data", { signing: "iotdata", json: null }],
  ["s3", "bucket", { signing: "s3", host: "bucket.s3", json: null }],
  ["ssm", null, { signing: "ssm", variable: "SSM", json: null }],
  ["brand-new", null, { signing: "brand-new", variable: "BRAND_NEW", json: null, global: null }],
])("facts of %s, %s", (service, subdomain, want) =>
  expect(serviceFacts(service, subdomain)).toMatchObject(want),
);

describe("endpoints of the environment", () => {
  test.each<[environment: Record<string, string>, want: string | null]>([
    [{}, null],
    [{ AWS_ENDPOINT_URL: "http://all" }, "http://all"],
    [{ AWS_ENDPOINT_URL: "http://all", AWS_ENDPOINT_URL_SFN: "http://one" }, "http://one"],
    [{ AWS_ENDPOINT_URL: "http://all", AWS_ENDPOINT_URL_SQS: "http://other" }, "http://all"],
    [{ AWS_ENDPOINT_URL_SFN: "" }, null],
    [{ AWS_ENDPOINT_URL: "http://all", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }, null],
  ])("%o", (environment, want) =>
    expect(configuredEndpoint(serviceFacts("states", null), environment)).toBe(want),
  );
});
