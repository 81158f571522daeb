// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Readable } from "node:stream";
import type { RouteTable } from "../contracts.js";
import type { GatewayResponse } from "../http/message.js";
import { ExecutionLog, testInvokeLines } from "../logs/execution-log.js";
import { createRouter, type RouteMatch } from "../routing/router.js";
import { badRequest, notFound } from "./admin-error.js";
import { ok, type AdminAnswer, type AdminCall, type AdminOperation } from "./admin-operation.js";
import { checkMembers, textMember } from "./body.js";
import { bodyTexts, sentRequest } from "./sent-request.js";

const MEMBERS = ["body", "headers", "multiValueHeaders", "pathWithQueryString", "stageVariables"];

/** What `$context.stage` is then. */
const TEST_STAGE = "test-invoke-stage";

/**
 * One request to a method without the checks of callers, limits and caches. Source: API Gateway API
 * reference, `TestInvokeMethod`; `clientCertificateId` is not taken.
 */
export const testInvokeOperation: AdminOperation = {
  method: "POST",
  path: "/restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}",
  answer: testInvoke,
};

async function testInvoke(call: AdminCall): Promise<AdminAnswer> {
  const { administered, segment, body } = call;
  const { api } = administered;
  administered.checkApi(segment("restApiId"));
  if (api.kind !== "rest") throw badRequest("only methods of REST APIs can be invoked as a test");
  const method = segment("httpMethod").toUpperCase();
  const route = findRoute(api.routes, segment("resourceId"), method);
  checkMembers(body, MEMBERS);
  const target = textMember(body, "pathWithQueryString") ?? route.path;
  if (!target.startsWith("/")) throw badRequest("pathWithQueryString begins with a slash");
  const [path = ""] = target.split("?");
  const stageName = api.defaultStage ?? Object.keys(api.stages)[0] ?? "";
  const stage = administered.stage(stageName);
  const log = new ExecutionLog({
    level: "INFO",
    dataTrace: true,
    clock: () => administered.nowMs(),
    ...(stage.redact === undefined ? {} : { redact: stage.redact }),
  });
  const startedMs = performance.now();
  const response = await administered.tryRoute(sentRequest(method, target, body), {
    match: matchOf(route, method, path),
    path,
    stage: TEST_STAGE,
    stageTable: {
      ...stage,
      variables: { ...stage.variables, ...bodyTexts(body, "stageVariables") },
    },
    trace: (event) => log.add(event),
  });
  const answered = await wholeText(response);
  return ok({
    status: response.status,
    body: answered,
    headers: Object.fromEntries(
      headerMap(response.headers).map(([name, all]) => [name, all.at(-1)]),
    ),
    multiValueHeaders: Object.fromEntries(headerMap(response.headers)),
    log: `${testInvokeLines(log).join("\n")}\n`,
    latency: Math.round(performance.now() - startedMs),
  });
}

function findRoute(routes: readonly RouteTable[], resourceId: string, method: string): RouteTable {
  const ofResource = routes.filter((route) => route.resourceId === resourceId);
  if (ofResource.length === 0) throw notFound("Invalid Resource identifier specified");
  const found =
    ofResource.find((route) => route.method === method) ??
    ofResource.find((route) => route.method === "ANY");
  if (found === undefined || method === "ANY")
    throw notFound("Invalid Method identifier specified");
  return found;
}

/** A path that does not fit the resource has no parameters; recorded, as is the template for no path. */
function matchOf(route: RouteTable, method: string, path: string): RouteMatch {
  const found = createRouter([route]).find(method, path);
  return found ?? { route, names: [], values: [] };
}

function headerMap(headers: readonly string[]): readonly (readonly [string, readonly string[]])[] {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? "";
    // a test invocation shows no ids
    if (/^x-am(?:zn-RequestId|z-apigw-id)$/i.test(name)) continue;
    const known = values.get(name);
    if (known === undefined) values.set(name, [headers[i + 1] ?? ""]);
    else known.push(headers[i + 1] ?? "");
  }
  return [...values];
}

async function wholeText({ body }: GatewayResponse): Promise<string> {
  if (body === null) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Buffer[] = [];
  const stream: Readable = body;
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
}
