import { describe, expect, test } from "vitest";
import { explainRefusal } from "../../src/console/refusal.js";
import { refusalOf } from "../../src/runtime/console/refusal.js";
import type { RouteView } from "../../src/runtime/console/wire.js";
import type { TraceEvent } from "../../src/runtime/trace.js";

const route: RouteView = {
  operation: "addTea",
  method: "POST",
  path: "/teas",
  summary: null,
  place: "shop.yaml:10",
  boxes: [
    {
      name: "method request",
      place: "shop.yaml:10",
      lines: [
        { text: "query shelf is required", place: "shop.yaml:14" },
        { text: "header x.y is required", place: "shop.yaml:15" },
        { text: "body of application/json must fit Tea", place: "shop.yaml:20" },
      ],
    },
    { name: "authorization", place: "shop.yaml:30", lines: [] },
    { name: "limits", place: null, lines: [{ text: "dev: 1 a second", place: "settings.yaml:3" }] },
  ],
  parameters: [],
  example: null,
  templates: [],
};

const places = {
  policy: "shop.yaml:2",
  "policy/NoVault": "shop.yaml:5",
  "plan/small": "settings.yaml:9",
  "key/acme": "settings.yaml:12",
  "method/dev/addTea": "settings.yaml:4",
  "principal/arn:aws:iam::1:role/billing": "settings.yaml:20",
};

const failure = (
  responseType: string,
  detail = "",
): Extract<TraceEvent, { kind: "gateway-error" }> => ({
  kind: "gateway-error",
  responseType,
  detail,
});
const limited = (identifier: string): TraceEvent => ({
  kind: "limited",
  outcome: "throttled",
  identifier,
  apiKeyId: null,
});
const denied = (by: "resource" | "identity" | null, statement: string | null): TraceEvent => ({
  kind: "authorized",
  outcome: by === null ? "ImplicitDeny" : "ExplicitDeny",
  by,
  statement,
});

describe("a refusal", () => {
  test.each([
    [
      "a method's limit",
      failure("THROTTLED"),
      [limited("method/dev/addTea")],
      "limits",
      "settings.yaml:4",
    ],
    [
      "a plan's limit",
      failure("THROTTLED"),
      [limited("plan/small/acme")],
      "limits",
      "settings.yaml:9",
    ],
    [
      "a disabled key",
      failure("INVALID_API_KEY", 'the API key "acme" is disabled'),
      [],
      "limits",
      "settings.yaml:12",
    ],
    ["no key", failure("INVALID_API_KEY", "no API key was sent"), [], "limits", "settings.yaml:3"],
    [
      "the API's policy",
      failure("ACCESS_DENIED"),
      [denied("resource", "NoVault")],
      "authorization",
      "shop.yaml:5",
    ],
    [
      "no statement",
      failure("ACCESS_DENIED"),
      [denied(null, null)],
      "authorization",
      "shop.yaml:2",
    ],
    [
      "the caller's policy",
      failure("ACCESS_DENIED", "User: arn:aws:iam::1:role/billing is not authorized"),
      [denied("identity", "1")],
      "authorization",
      "settings.yaml:20",
    ],
    [
      "an authorizer",
      failure("UNAUTHORIZED"),
      [{ kind: "access-checked", by: "token", latencyMs: 1, refusal: { status: 401, detail: "" } }],
      "authorization",
      "shop.yaml:30",
    ],
    [
      "a parameter",
      failure("BAD_REQUEST_PARAMETERS", "Missing required request parameters: [shelf]"),
      [],
      "method request",
      "shop.yaml:14",
    ],
    [
      "a name with a dot",
      failure("BAD_REQUEST_PARAMETERS", "Missing required request parameters: [x.y]"),
      [],
      "method request",
      "shop.yaml:15",
    ],
    ["a body", failure("BAD_REQUEST_BODY"), [], "method request", "shop.yaml:20"],
  ] as const)("by %s has its station and place", (_name, event, before, station, place) => {
    const refusal = refusalOf(event, before);
    expect(refusal.station).toBe(station);
    expect(explainRefusal(refusal, route, places).place).toBe(place);
  });

  test("that several steps answer with is told apart by how far the request came", () => {
    const asked: TraceEvent = {
      kind: "endpoint-request",
      method: "GET",
      uri: "",
      headers: [],
      body: null,
    };
    const answered: TraceEvent = {
      kind: "endpoint-response",
      status: 200,
      latencyMs: 1,
      headers: [],
      body: null,
    };
    expect(refusalOf(failure("DEFAULT_5XX"), []).station).toBe("method request");
    expect(refusalOf(failure("DEFAULT_5XX"), [asked]).station).toBe("integration");
    expect(refusalOf(failure("DEFAULT_5XX"), [asked, answered]).station).toBe(
      "integration response",
    );
  });

  test("of a request without a route has no place", () => {
    const refusal = refusalOf(failure("MISSING_AUTHENTICATION_TOKEN"), []);
    expect(explainRefusal(refusal, null, places)).toMatchObject({
      title: "MISSING_AUTHENTICATION_TOKEN",
      place: null,
    });
  });
});
