import { expect, test } from "vitest";
import type { ModelValidator, ValidationTable } from "../../../src/runtime/contracts.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { mockIntegration } from "../../../src/runtime/integrations/mock.js";
import { requestValidation } from "../../../src/runtime/validation/request-validation.js";
import { call } from "../support/client.js";
import { apiTable, mock } from "../support/table.js";

/** An object with a text `name`; anything nested too deep runs out of stack. */
const named: ModelValidator = (data) => {
  named.errors = [
    { instancePath: "/name", schemaPath: "#", keyword: "type", message: "must be string" },
  ];
  if (typeof data === "object" && data !== null && "deep" in data) throw new RangeError("stack");
  return (
    typeof data === "object" && data !== null && "name" in data && typeof data.name === "string"
  );
};
const anything: ModelValidator = () => true;

/** Answers a request of any type. */
const integration = mock('{"ok":true}', {
  requestTemplates: { $default: () => '{"statusCode": 200}' },
});

const table: ValidationTable = {
  requiredHeaders: ["X-One", "Authorization"],
  requiredPath: ["id"],
  requiredQuery: ["q", "r"],
  bodyModels: null,
};
const none: ValidationTable = {
  requiredHeaders: [],
  requiredPath: [],
  requiredQuery: [],
  bodyModels: null,
};
const body: ValidationTable = {
  ...none,
  bodyModels: { "application/json": "Named", "text/plain": "Any" },
};

test.each<
  [
    why: string,
    validation: ValidationTable,
    target: string,
    headers: string[],
    body: string | undefined,
    want: string,
  ]
>([
  [
    "everything is there",
    table,
    "/dev/p/7?q=1&r=2",
    ["X-One", "1", "authorization", "a"],
    undefined,
    "ok",
  ],
  [
    "all missing: headers, path, query",
    table,
    "/dev/p/7",
    [],
    undefined,
    "Missing required request parameters: [X-One, Authorization, q, r]",
  ],
  [
    "a blank one is missing",
    table,
    "/dev/p/7?q=&r=%20",
    ["X-One", " ", "Authorization", "a"],
    undefined,
    "Missing required request parameters: [X-One, q, r]",
  ],
  [
    "names are compared by letter case",
    table,
    "/dev/p/7?Q=1&r=2",
    ["x-one", "1", "Authorization", "a"],
    undefined,
    "Missing required request parameters: [X-One, q]",
  ],
  ["a valid body", body, "/dev/p/7", [], '{"name":"a"}', "ok"],
  ["a body that does not fit", body, "/dev/p/7", [], '{"name":7}', "Invalid request body"],
  ["a body that is no JSON", body, "/dev/p/7", [], "name", "Invalid request body"],
  ["an absent body is {}", body, "/dev/p/7", [], undefined, "Invalid request body"],
  [
    "a model for another type",
    body,
    "/dev/p/7",
    ["Content-Type", "text/plain;charset=utf-8"],
    '"x"',
    "ok",
  ],
  ["no model for the type", body, "/dev/p/7", ["Content-Type", "application/xml"], "<a/>", "ok"],
  [
    "parameters in the type",
    body,
    "/dev/p/7",
    ["Content-Type", "Application/JSON; a=b"],
    "{}",
    "Invalid request body",
  ],
  ["a value deeper than the stack", body, "/dev/p/7", [], '{"deep":1}', "Invalid request body"],
  [
    "parameters come first",
    { ...table, bodyModels: body.bodyModels },
    "/dev/p/7?q=1&r=1",
    ["X-One", "1"],
    "no JSON",
    "Missing required request parameters: [Authorization]",
  ],
])("%s", async (_why, validation, target, headers, text, want) => {
  const api = apiTable(
    { "ANY /p/{id}": { validation, integration } },
    { validators: { Named: named, Any: anything } },
  );
  const gateway = createGateway(api, {
    integrations: { mock: mockIntegration },
    validation: requestValidation,
  });
  const answer = await call(gateway, "POST", target, {
    headers,
    ...(text === undefined ? {} : { body: text }),
  });
  if (want === "ok") {
    expect([answer.status, answer.text]).toEqual([200, '{"ok":true}']);
  } else {
    expect([answer.status, JSON.parse(answer.text)]).toEqual([400, { message: want }]);
    expect(answer.header("x-amzn-errortype")).toBe("BadRequestException");
  }
});

test("a custom response may show the reason", async () => {
  const api = apiTable(
    { "POST /p": { validation: body } },
    {
      validators: { Named: named, Any: anything },
      gatewayResponses: {
        BAD_REQUEST_BODY: {
          statusCode: 422,
          headers: [],
          templates: { "application/json": [{ context: "error.validationErrorString" }] },
        },
      },
    },
  );
  const gateway = createGateway(api, {
    integrations: { mock: mockIntegration },
    validation: requestValidation,
  });
  const answer = await call(gateway, "POST", "/dev/p", { body: '{"name":7}' });
  expect([answer.status, answer.text]).toEqual([422, "[/name must be string]"]);
});

test("a model without validator is noticed at start", () => {
  const api = apiTable({ "POST /p": { validation: body } });
  expect(() =>
    createGateway(api, { integrations: { mock: mockIntegration }, validation: requestValidation }),
  ).toThrow("route POST /p needs a validator for model Named");
});
