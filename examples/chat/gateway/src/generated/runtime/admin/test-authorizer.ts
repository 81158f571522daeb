// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { TriedAuthorizer } from "../gateway.js";
import { isRecord } from "../json-record.js";
import { timeText } from "../logs/execution-log.js";
import { hideCredentials, prepareHiding, secretsOf } from "../logs/redaction.js";
import { badRequest, notFound } from "./admin-error.js";
import { ok, type AdminAnswer, type AdminCall, type AdminOperation } from "./admin-operation.js";
import { prepareAuthorizerCheck } from "./authorizer-check.js";
import { checkMembers, textMember } from "./body.js";
import { bodyTexts, sentRequest } from "./sent-request.js";

const MEMBERS = ["body", "headers", "multiValueHeaders", "pathWithQueryString", "stageVariables"];

/** What the stage is called in the ARN that the authorizer is given. */
const TEST_STAGE = "ESTestInvoke-stage";

/**
 * One request to an authorizer by itself. Source: API Gateway API reference, `TestInvokeAuthorizer`;
 * `additionalContext` is not taken. The lines of the log are those of field reports.
 */
export const testAuthorizerOperation: AdminOperation = {
  method: "POST",
  path: "/restapis/{restApiId}/authorizers/{authorizerId}",
  answer: testAuthorizer,
};

async function testAuthorizer(call: AdminCall): Promise<AdminAnswer> {
  const { administered, segment, body } = call;
  const { api } = administered;
  administered.checkApi(segment("restApiId"));
  if (api.kind !== "rest") throw badRequest("only authorizers of REST APIs can be tested");
  const name = segment("authorizerId");
  if (!Object.hasOwn(api.access?.authorizers ?? {}, name)) {
    throw notFound("Invalid Authorizer identifier specified");
  }
  checkMembers(body, MEMBERS);
  const target = textMember(body, "pathWithQueryString") ?? "/";
  if (!target.startsWith("/")) throw badRequest("pathWithQueryString begins with a slash");
  const [path = ""] = target.split("?");
  const stage = administered.stage(api.defaultStage ?? Object.keys(api.stages)[0] ?? "");
  const startedMs = performance.now();
  const variables = { ...stage.variables, ...bodyTexts(body, "stageVariables") };
  const stageTable = { ...stage, variables };
  const tried = await administered.tryAuthorizer(sentRequest("GET", target, body), {
    path,
    stage: TEST_STAGE,
    stageTable,
    prepare: (setup) =>
      prepareAuthorizerCheck(name, { stageName: TEST_STAGE, stage: stageTable }, setup),
  });
  const latency = Math.round(performance.now() - startedMs);
  const { outcome, refusal } = tried;
  return ok({
    // 0: it has succeeded
    clientStatus: refusal?.status ?? 0,
    log: logOf(tried, name, { nowMs: administered.nowMs(), redact: stage.redact }),
    latency,
    principalId: outcome?.principalId ?? undefined,
    policy: policyOf(tried),
    claims:
      outcome?.claims === null || outcome === null ? undefined : Object.fromEntries(outcome.claims),
  });
}

/** The policy of the function's answer, as text. */
function policyOf({ outcome, answer }: TriedAuthorizer): string | undefined {
  if (outcome === null || answer === null) return undefined;
  const result: unknown = JSON.parse(answer);
  const policy = isRecord(result) ? result["policyDocument"] : undefined;
  return policy === undefined ? undefined : JSON.stringify(policy);
}

interface LogFacts {
  readonly nowMs: number;
  readonly redact: Parameters<typeof prepareHiding>[0];
}

function logOf(
  { outcome, refusal, answer, request }: TriedAuthorizer,
  name: string,
  { nowMs, redact }: LogFacts,
): string {
  const credentials = secretsOf(request, prepareHiding(redact));
  const lines = [
    `Starting authorizer: ${name} for request: ${request.requestId}`,
    ...(answer === null ? [] : [`Authorizer result body before parsing: ${answer}`]),
    ...(refusal === null
      ? [
          `Using valid authorizer result for principal: ${outcome?.principalId ?? "-"}`,
          "Successfully completed authorizer execution",
        ]
      : [refusal.message, `Authorizer refused the request with status: ${String(refusal.status)}`]),
  ];
  const shown = lines.map((line) => `${timeText(nowMs)} : ${hideCredentials(line, credentials)}`);
  return [`Execution log for request ${request.requestId}`, ...shown, ""].join("\n");
}
