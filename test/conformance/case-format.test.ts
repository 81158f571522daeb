import { describe, expect, test } from "vitest";
import { CaseFormatError, parseCaseFile, parseCaseRequest, parseCaseStage } from "./case-format.js";

const API = { protocol: "REST", document: { openapi: "3.0.1" } };

/** A file with one invoke case, parts of which can be replaced. */
function caseFile(changes: {
  readonly file?: Readonly<Record<string, unknown>>;
  readonly one?: Readonly<Record<string, unknown>>;
  readonly expect?: unknown;
}): string {
  return JSON.stringify({
    format: 1,
    group: "g",
    topic: "t",
    title: "T",
    apis: { main: API },
    cases: [
      {
        id: "g/one",
        title: "One",
        kind: "invoke",
        source: { kind: "documented", how: "guide" },
        api: "main",
        stage: { name: "dev" },
        request: { method: "GET", path: "/", headers: [] },
        expect: changes.expect ?? { response: { status: 200 } },
        ...changes.one,
      },
    ],
    ...changes.file,
  });
}

const read = (text: string): ReturnType<typeof parseCaseFile> => parseCaseFile(text, "f.json");

test("reads a file, ignoring unknown members where the format allows it", () => {
  const file = read(
    caseFile({
      file: { later: 1, apis: { main: { ...API, note: "n", later: 1 } } },
      one: { later: 1, source: { kind: "documented", how: "guide", later: 1 } },
    }),
  );
  expect(file.cases.map((one) => one.id)).toEqual(["g/one"]);
  expect(file.apis.get("main")).toEqual({ protocol: "REST", documentText: `{"openapi":"3.0.1"}` });
});

test("keeps the member order of a document", () => {
  const text = caseFile({}).replace(`"openapi":"3.0.1"`, `"default":1,"404":2,"200":3`);
  expect(read(text).apis.get("main")?.documentText).toBe(`{"default":1,"404":2,"200":3}`);
});

test("a case without kind is an invoke case", () => {
  expect(read(caseFile({ one: { kind: undefined } })).cases[0]?.kind).toBe("invoke");
});

describe("stops, naming the case", () => {
  test.each<[name: string, text: string, complaint: string]>([
    ["unknown format", caseFile({ file: { format: 2 } }), "f.json: unknown format 2"],
    ["unknown kind", caseFile({ one: { kind: "other" } }), `g/one: unknown kind "other"`],
    ["no JSON", "{", "f.json: no JSON"],
    ["unknown API", caseFile({ one: { api: "x" } }), `g/one: no such API: "x"`],
    [
      "unknown canary API",
      caseFile({ one: { stage: { name: "dev", canary: { api: "x", percentTraffic: 1 } } } }),
      `g/one: no such API: "x"`,
    ],
    [
      "unknown protocol",
      caseFile({ file: { apis: { main: { ...API, protocol: "SOAP" } } } }),
      `f.json: apis.main.protocol: must be one of REST, HTTP, WEBSOCKET; got "SOAP"`,
    ],
    [
      "member of expect",
      caseFile({ expect: { respnse: {} } }),
      `g/one: expect: unknown member "respnse"`,
    ],
    [
      "member of expect.response",
      caseFile({ expect: { response: { statuscode: 1 } } }),
      `g/one: expect.response: unknown member "statuscode"`,
    ],
    [
      "body form",
      caseFile({ expect: { response: { body: { xml: "" } } } }),
      `g/one: expect.response.body: unknown member "xml"`,
    ],
    [
      "two body forms",
      caseFile({ expect: { response: { body: { text: "", json: 1 } } } }),
      "g/one: expect.response.body: more than one of json, text, base64, empty",
    ],
    [
      "empty: false",
      caseFile({ expect: { response: { body: { empty: false } } } }),
      "g/one: expect.response.body.empty: must be true",
    ],
    [
      "matcher in a header",
      caseFile({ expect: { response: { headers: { a: { $xyz: 1 } } } } }),
      `g/one: expect.response.headers.a: unknown matcher or member beside a matcher: "$xyz"`,
    ],
    [
      "matcher in a body",
      caseFile({ expect: { response: { body: { json: { a: { $any: "x" } } } } } }),
      `g/one: expect.response.body.json.a.$any: unknown kind "x"`,
    ],
    [
      "backend that is no list",
      caseFile({ expect: { backend: {} } }),
      "g/one: expect.backend: must be a list",
    ],
    [
      "backend of no kind",
      caseFile({ expect: { backend: [{ method: "GET" }] } }),
      "g/one: expect.backend[0]: none of lambda, http, aws",
    ],
    [
      "backend of two kinds",
      caseFile({ expect: { backend: [{ http: "a", aws: "b" }] } }),
      "g/one: expect.backend[0]: more than one of http, aws",
    ],
    [
      "member of a Lambda call",
      caseFile({ expect: { backend: [{ lambda: "a", body: {} }] } }),
      `g/one: expect.backend[0]: unknown member "body"`,
    ],
    [
      "member of an HTTP call",
      caseFile({ expect: { backend: [{ http: "a", action: "A" }] } }),
      `g/one: expect.backend[0]: unknown member "action"`,
    ],
    [
      "nth outside of WebSocket steps",
      caseFile({ expect: { backend: [{ lambda: "a", nth: 1 }] } }),
      `g/one: expect.backend[0]: unknown member "nth"`,
    ],
    [
      "behaviour of a function",
      caseFile({ one: { backends: { lambda: { fn: { do: "dance" } } } } }),
      `g/one: backends.lambda.fn.do: must be one of return, echo, return-proxy-event, throw; got "dance"`,
    ],
    [
      "request without a path",
      caseFile({ one: { request: { method: "GET" } } }),
      "g/one: request.path: missing",
    ],
    [
      "log member",
      caseFile({ one: { kind: "execution-log" }, expect: { lines: [] } }),
      `g/one: expect: unknown member "lines"`,
    ],
    [
      "step",
      caseFile({ one: { kind: "websocket", steps: [{ wait: 1 }] } }),
      `g/one: steps[0]: unknown step`,
    ],
    [
      "member of a step",
      caseFile({ one: { kind: "websocket", steps: [{ send: "x", status: 1 }] } }),
      `g/one: steps[0]: unknown member "status"`,
    ],
    [
      "import member",
      caseFile({ one: { kind: "import", document: {} }, expect: { modell: 1 } }),
      `g/one: expect: unknown member "modell"`,
    ],
    [
      "import option",
      caseFile({ one: { kind: "import", document: {}, options: { mode: "x" } }, expect: {} }),
      `g/one: options.mode: must be one of merge, overwrite; got "x"`,
    ],
    [
      "table member",
      caseFile({ one: { kind: "gateway-response-table", document: {} }, expect: { tables: {} } }),
      `g/one: expect: unknown member "tables"`,
    ],
  ])("%s", (_name, text, complaint) => {
    expect(() => read(text)).toThrow(CaseFormatError);
    expect(() => read(text)).toThrow(complaint);
  });
});

test("reads a request", () => {
  const text = JSON.stringify({
    method: "PUT",
    path: "/a%2Fb",
    query: "x=1",
    headers: [
      ["A", "1"],
      ["a", "2"],
    ],
    bodyBase64: "/w==",
  });
  expect(parseCaseRequest(text, "c")).toEqual({
    method: "PUT",
    path: "/a%2Fb",
    target: undefined,
    query: "x=1",
    headers: [
      ["A", "1"],
      ["a", "2"],
    ],
    body: Buffer.from([0xff]),
  });
});

test("reads a stage", () => {
  const text = JSON.stringify({
    name: "dev",
    usagePlans: [
      { id: "p", name: "P", stages: ["dev"], keys: ["k"], quota: { limit: 1, period: "DAY" } },
    ],
  });
  expect(parseCaseStage(text, "c")).toEqual({
    name: "dev",
    variables: {},
    canary: undefined,
    apiKeys: [],
    usagePlans: [
      {
        id: "p",
        name: "P",
        throttle: undefined,
        stages: ["dev"],
        keys: ["k"],
        quota: { limit: 1, period: "DAY", offset: 0 },
      },
    ],
  });
});
