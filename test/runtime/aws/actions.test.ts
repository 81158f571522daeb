import { describe, expect, test } from "vitest";
import { serviceAction } from "../../../src/runtime/aws/actions.js";
import type { ServiceSubtype } from "../../../src/runtime/contracts.js";
import { GatewayError } from "../../../src/runtime/errors/gateway-error.js";

const request = (subtype: ServiceSubtype, parameters: Readonly<Record<string, string>>) =>
  serviceAction(subtype).request(new Map(Object.entries(parameters)));

/** The one entry that is put. */
function entry(parameters: Readonly<Record<string, string>>): unknown {
  const { body } = request("EventBridge-PutEvents", parameters);
  return (JSON.parse(body) as { readonly Entries: readonly unknown[] }).Entries[0];
}

describe("values that are no texts", () => {
  test.each<[name: string, given: Readonly<Record<string, string>>, want: object]>([
    ["a time in seconds", { Time: "1767323045" }, { Time: 1_767_323_045 }],
    ["a time in words", { Time: "2026-01-02T03:04:05.5Z" }, { Time: 1_767_323_045.5 }],
    ["a list as JSON", { Resources: '["a,b","c"]' }, { Resources: ["a,b", "c"] }],
    ["a list between commas", { Resources: "a, b,," }, { Resources: ["a", "b"] }],
    ["a list that is broken JSON", { Resources: '["a"' }, { Resources: ['["a"'] }],
    ["a name that objects inherit", { constructor: "a" }, { constructor: "a" }],
  ])("%s", (_name, given, want) => expect(entry(given)).toEqual(want));

  test.each<[name: string, subtype: ServiceSubtype, given: Readonly<Record<string, string>>]>([
    ["a time", "EventBridge-PutEvents", { Time: "soon" }],
    ["attributes that are a list", "SQS-SendMessage", { MessageAttributes: "[]" }],
    ["attributes without parts", "SQS-SendMessage", { MessageAttributes: '{"a":"b"}' }],
  ])("%s of another form is the caller's fault", (_name, subtype, given) => {
    expect(() => request(subtype, given)).toThrow(GatewayError);
    expect(() => request(subtype, given)).toThrow(/is not an? /);
  });

  test("system attributes have a name of their own", () => {
    const given = {
      MessageSystemAttributes:
        '{"AWSTraceHeader":{"DataType":"String","StringValue":"Root=1-a-b"}}',
    };
    const form = new URLSearchParams(request("SQS-SendMessage", given).body);
    expect(Object.fromEntries(form)).toEqual({
      Action: "SendMessage",
      Version: "2012-11-05",
      "MessageSystemAttribute.1.Name": "AWSTraceHeader",
      "MessageSystemAttribute.1.Value.DataType": "String",
      "MessageSystemAttribute.1.Value.StringValue": "Root=1-a-b",
    });
  });

  test("path values of AppConfig cannot leave their segment", () => {
    const { path } = request("AppConfig-GetConfiguration", {
      Application: "../x",
      Environment: "a/b?c",
      Configuration: "c#d",
      ClientId: "1",
    });
    expect(() => request("AppConfig-GetConfiguration", { Application: ".." })).toThrow(
      GatewayError,
    );
    expect(path).toBe("/applications/..%2Fx/environments/a%2Fb%3Fc/configurations/c%23d");
  });
});
