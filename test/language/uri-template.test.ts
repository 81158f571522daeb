import { expect, test } from "vitest";
import type { UriTemplate } from "../../src/ir/mapping.js";
import type { ServiceUri } from "../../src/language/uri-template.js";
import {
  functionNameOf,
  httpUriProblem,
  parseFunctionUri,
  parseServiceUri,
  parseUriTemplate,
  stageVariablesOf,
} from "../../src/language/uri-template.js";

const text = (value: string): UriTemplate[number] => ({ kind: "text", text: value });

test.each<[uri: string, want: UriTemplate]>([
  ["http://a/b", [text("http://a/b")]],
  ["http://a/{id}/x", [text("http://a/"), { kind: "path", name: "id" }, text("/x")]],
  ["http://a/{proxy+}", [text("http://a/"), { kind: "path", name: "proxy" }]],
  [
    "http://${stageVariables.host}/${Open.Name}",
    [text("http://"), { kind: "stageVariable", name: "host" }, text("/${Open.Name}")],
  ],
])("parts of %s", (uri, want) => expect(parseUriTemplate(uri)).toEqual(want));

test("stage variables are named once", () => {
  const template = parseUriTemplate(
    "http://${stageVariables.a}/${stageVariables.b}/${stageVariables.a}",
  );
  expect(stageVariablesOf(template)).toEqual(["a", "b"]);
});

const invoke = (name: string): string =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${name}/invocations`;

test.each<[name: string, uri: string, want: string, streaming: boolean]>([
  ["an ARN", invoke("arn:aws:lambda:us-east-1:123456789012:function:orders"), "orders", false],
  [
    "an alias",
    invoke("arn:aws:lambda:us-east-1:123456789012:function:orders:live"),
    "orders",
    false,
  ],
  [
    "an alias by stage variable",
    invoke("arn:aws:lambda:r:1:function:orders:${stageVariables.a}"),
    "orders",
    false,
  ],
  [
    "a name by stage variable",
    invoke("arn:aws:lambda:r:1:function:${stageVariables.f}"),
    "${stageVariables.f}",
    false,
  ],
  [
    "a part of the name",
    invoke("arn:aws:lambda:r:1:function:x-${stageVariables.f}"),
    "x-${stageVariables.f}",
    false,
  ],
  ["an attribute of a resource", invoke("${Orders.Arn}"), "Orders", false],
  ["an attribute and an alias", invoke("${Orders.Arn}:live"), "Orders", false],
  ["a resource", invoke("${Orders}"), "Orders", false],
  ["a bare name", invoke("orders"), "orders", false],
  [
    "a doubled slash",
    "arn:aws:apigateway:r:lambda:path//2015-03-31/functions/orders/invocations",
    "orders",
    false,
  ],
  [
    "the function's own ARN",
    "arn:aws:lambda:us-east-1:123456789012:function:orders",
    "orders",
    false,
  ],
  ["a placeholder for all", "${OrdersInvokeArn}", "OrdersInvokeArn", false],
  [
    "streaming",
    "arn:aws:apigateway:r:lambda:path/2021-11-15/functions/arn:aws:lambda:r:1:function:s/response-streaming-invocations",
    "s",
    true,
  ],
])("function name of %s", (_name, uri, want, streaming) => {
  const parsed = parseFunctionUri(uri);
  expect(parsed && functionNameOf(parsed.function)).toBe(want);
  expect(parsed?.streaming).toBe(streaming);
});

test.each([
  "http://a/b",
  "arn:aws:apigateway:r:sqs:path/1/q",
  "arn:aws:lambda:r:1:layer:x",
  "x${A}",
])("%s names no function", (uri) => expect(parseFunctionUri(uri)).toBeUndefined());

const serviceOf = (service: string, more: Partial<ServiceUri> = {}): ServiceUri => ({
  partition: "aws",
  region: "r",
  subdomain: undefined,
  service,
  action: undefined,
  path: [text("/")],
  ...more,
});

test.each<[uri: string, want: ServiceUri | undefined]>([
  [
    "arn:aws:apigateway:r:dynamodb:action/PutItem",
    serviceOf("dynamodb", { action: [text("PutItem")] }),
  ],
  [
    "arn:aws:apigateway:r:sns:action/Publish&A=b",
    serviceOf("sns", { action: [text("Publish")], path: [text("/?A=b")] }),
  ],
  [
    "arn:aws:apigateway:r:ssm:action/${stageVariables.action}",
    serviceOf("ssm", { action: [{ kind: "stageVariable", name: "action" }] }),
  ],
  [
    "arn:aws:apigateway:r:s3:path/{bucket}/{key+}?acl",
    serviceOf("s3", {
      path: [
        text("/"),
        { kind: "path", name: "bucket" },
        text("/"),
        { kind: "path", name: "key" },
        text("?acl"),
      ],
    }),
  ],
  ["arn:aws:apigateway:r:sns:path//", serviceOf("sns")],
  [
    "arn:aws-cn:apigateway:r:sqs:path/1/q",
    serviceOf("sqs", { partition: "aws-cn", path: [text("/1/q")] }),
  ],
  ["arn:aws:apigateway:r:bucket.s3:path", serviceOf("s3", { subdomain: "bucket" })],
  [
    "arn:aws:apigateway:r:data.iot:path/topics/a",
    serviceOf("iot", { subdomain: "data", path: [text("/topics/a")] }),
  ],
  ["arn:aws:apigateway:r:s3", undefined],
  ["arn:aws:sqs:r:1:q", undefined],
])("service of %s", (uri, want) => expect(parseServiceUri(uri)).toEqual(want));

test.each<[uri: string, want: RegExp | undefined]>([
  ["https://example.com/a?b=c", undefined],
  ["http://127.0.0.1:4101/pets/{id}", undefined],
  ["http://${stageVariables.host}/x", undefined],
  ["http://internal-${Lb.DNSName}:8080/x", undefined],
  ["${stageVariables.scheme}://a", /must begin/],
  ["ftp://a/b", /must begin/],
  ["http://a b/", /white space/],
  ["http://a\r\nb/", /white space/],
  ["http://user:secret@a/", /user name/],
  ["http://a:22/", /port 22/],
  ["http://", /not a valid address/],
])("HTTP address %j", (uri, want) => {
  const problem = httpUriProblem(parseUriTemplate(uri));
  if (want) expect(problem).toMatch(want);
  else expect(problem).toBeUndefined();
});
