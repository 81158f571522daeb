import type { Backends } from "../support/backends/backends.js";
import { completeRequest, type RawRequest, type RawResponse } from "../support/raw-client.js";
import {
  parseCaseRequest,
  type CaseRequest,
  type CaseStage,
  type DeployedCase,
  type ExecutionLogCase,
  type ExpectedExchange,
} from "./case-format.js";
import { compareExchange, compareExecutionLog } from "./comparison.js";
import type { Mismatch } from "./matcher.js";
import { resolvePlaceholders } from "./placeholders.js";
import { requestTarget } from "./request-target.js";
import { NotSupportedError, type Deployment, type PreparedGateway } from "./target.js";
import { runWebSocketSteps } from "./websocket-case.js";
import { withinTime } from "./within-time.js";

/** What a case runs in. */
export interface CaseSurroundings {
  readonly gateway: PreparedGateway;
  readonly backends: Backends;
  readonly stage: CaseStage;
  /** How long a step of a WebSocket case may take. */
  readonly stepTimeoutMs: number;
}

const CLOSE_TIMEOUT_MS = 15_000;
/** How long after the answer an expected backend call may still arrive: Event invocations are not waited for. */
const LATE_CALL_MS = 2_000;

/** Runs one case against a fresh start of its gateway and gives all differences. */
export async function runDeployedCase(
  one: DeployedCase,
  surroundings: CaseSurroundings,
): Promise<Mismatch[]> {
  surroundings.backends.use(one.backends);
  const deployment = await surroundings.gateway.start();
  const closeOnce = closer(deployment);
  try {
    switch (one.kind) {
      case "invoke": {
        const compare = await runExchange(one, deployment, surroundings);
        // calls that nobody expected have arrived once the gateway has stopped
        await closeOnce();
        return compare();
      }
      case "sequence":
        return await runSequence(one.exchanges, deployment, surroundings);
      case "execution-log":
        return await runLogged(one, deployment, surroundings);
      case "websocket":
        return await runWebSocketSteps(one, deployment, surroundings);
    }
  } finally {
    await closeOnce();
  }
}

function closer(deployment: Deployment): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () =>
    (closing ??= withinTime(deployment.close(), CLOSE_TIMEOUT_MS, "stopping the gateway"));
}

/** Sends the request, and gives a function that compares what has happened until it is called. */
async function runExchange(
  exchange: ExpectedExchange & { readonly id: string },
  deployment: Deployment,
  surroundings: CaseSurroundings,
): Promise<() => Mismatch[]> {
  const { log } = surroundings.backends;
  const callsBefore = log.calls.length;
  const response = await send(exchange, deployment, surroundings);
  const wanted = callsBefore + (exchange.expect.backend?.length ?? 0);
  await log.waitFor((calls) => calls.length >= wanted, LATE_CALL_MS);
  return () => compareExchange(exchange.expect, { response, calls: log.calls.slice(callsBefore) });
}

async function runSequence(
  exchanges: readonly ExpectedExchange[],
  deployment: Deployment,
  surroundings: CaseSurroundings,
): Promise<Mismatch[]> {
  const mismatches: Mismatch[] = [];
  for (const [index, exchange] of exchanges.entries()) {
    const id = `requests[${index}]`;
    const compare = await runExchange({ ...exchange, id }, deployment, surroundings);
    mismatches.push(...compare().map(({ at, problem }) => ({ at: `${id}.${at}`, problem })));
  }
  return mismatches;
}

async function runLogged(
  one: ExecutionLogCase,
  deployment: Deployment,
  surroundings: CaseSurroundings,
): Promise<Mismatch[]> {
  if (deployment.executionLog === undefined)
    throw new NotSupportedError("the target shows no execution log");
  const response = await send(one, deployment, surroundings);
  return compareExecutionLog(one.expect, response, await deployment.executionLog());
}

async function send(
  { requestText, id }: { readonly requestText: string; readonly id: string },
  deployment: Deployment,
  { backends, stage }: CaseSurroundings,
): Promise<RawResponse> {
  const request = parseCaseRequest(await resolvePlaceholders(requestText, backends), id);
  return deployment.request(completeRequest(rawRequest(request, stage.name), deployment.host));
}

function rawRequest(request: CaseRequest, stageName: string): RawRequest {
  return {
    method: request.method,
    target: requestTarget(request, stageName),
    headers: request.headers,
    body: request.body,
  };
}
