import type { Backends } from "../support/backends/backends.js";
import type { BackendCall } from "../support/backends/behaviour.js";
import { isOrderedObject, type OrderedJson } from "../support/ordered-json.js";
import { completeRequest } from "../support/raw-client.js";
import type { WebSocketClient } from "../support/websocket-client.js";
import type { CallExpectation, CaseStage, WebSocketCase, WebSocketStep } from "./case-format.js";
import { compareCall, describeCall } from "./comparison.js";
import { matchValue, parseOrUndefined, type Mismatch } from "./matcher.js";
import { NotSupportedError, type Deployment } from "./target.js";
import { stagePrefix } from "./request-target.js";

interface Session {
  readonly deployment: Deployment;
  readonly connect: NonNullable<Deployment["connect"]>;
  readonly backends: Backends;
  readonly stage: CaseStage;
  /** How long a frame, a close or a backend call may take. */
  readonly stepTimeoutMs: number;
  connection: WebSocketClient | undefined;
}

/** Runs the steps of a case on one connection; stops at the first step that does not come out as expected. */
export async function runWebSocketSteps(
  one: WebSocketCase,
  deployment: Deployment,
  { backends, stage, stepTimeoutMs }: Pick<Session, "backends" | "stage" | "stepTimeoutMs">,
): Promise<Mismatch[]> {
  const connect = deployment.connect?.bind(deployment);
  if (connect === undefined) throw new NotSupportedError("the target opens no WebSockets");
  const session: Session = {
    deployment,
    connect,
    backends,
    stage,
    stepTimeoutMs,
    connection: undefined,
  };
  try {
    for (const [index, step] of one.steps.entries()) {
      const mismatches = await runStep(step, session, `steps[${index}]`);
      if (mismatches.length > 0) return mismatches;
    }
    return [];
  } finally {
    session.connection?.close(1000);
  }
}

async function runStep(step: WebSocketStep, session: Session, at: string): Promise<Mismatch[]> {
  switch (step.kind) {
    case "connect": {
      const query = step.query === undefined ? "" : `?${step.query}`;
      const target = `${stagePrefix(session.stage.name) || "/"}${query}`;
      session.connection = await session.connect({ target, headers: step.headers });
      return [];
    }
    case "send":
      openConnection(session).send(step.text);
      return [];
    case "receive":
      return matchFrame(step, await openConnection(session).receive(session.stepTimeoutMs), at);
    case "close":
      openConnection(session).close(step.code);
      return [];
    case "closed":
      return (await openConnection(session).closed(session.stepTimeoutMs))
        ? []
        : [{ at, problem: `the connection is still open after ${session.stepTimeoutMs} ms` }];
    case "management":
      return runManagement(step, session, at);
    case "backend":
      return awaitCalls(step.calls, session, at);
  }
}

function openConnection(session: Session): WebSocketClient {
  if (session.connection === undefined)
    throw new Error("the case uses the connection before it connects");
  return session.connection;
}

function matchFrame(
  step: WebSocketStep & { kind: "receive" },
  frame: string | undefined,
  at: string,
): Mismatch[] {
  if (frame === undefined) return [{ at, problem: "no frame came in time" }];
  return [
    ...(step.text === undefined ? [] : matchValue(step.text, frame, `${at}.text`)),
    ...(step.json === undefined
      ? []
      : matchValue(step.json, parseOrUndefined(frame), `${at}.json`)),
  ];
}

async function runManagement(
  step: WebSocketStep & { kind: "management" },
  { deployment, backends, stage, stepTimeoutMs }: Session,
  at: string,
): Promise<Mismatch[]> {
  const send = (deployment.management ?? deployment.request).bind(deployment);
  const request = {
    method: step.method,
    target: `${stagePrefix(stage.name)}/@connections/${encodeURIComponent(await connectionId(backends, stepTimeoutMs))}`,
    headers: [],
    body: Buffer.from(step.body ?? ""),
  };
  const response = await send(completeRequest(request, deployment.host));
  return [
    ...(step.status === undefined ? [] : matchValue(step.status, response.status, `${at}.status`)),
    ...(step.json === undefined
      ? []
      : matchValue(
          step.json,
          parseOrUndefined(Buffer.from(response.body).toString("utf8")),
          `${at}.json`,
        )),
  ];
}

/** The id that the gateway told a function; a client is not told it otherwise. */
async function connectionId(backends: Backends, timeoutMs: number): Promise<string> {
  await backends.log.waitFor((calls) => calls.some((call) => idOf(call) !== undefined), timeoutMs);
  const id = backends.log.calls.map(idOf).find((found) => found !== undefined);
  if (id === undefined) throw new Error("no function was told a connection id");
  return id;
}

function idOf(call: BackendCall): string | undefined {
  const context = call.kind === "lambda" ? memberOf(call.event, "requestContext") : undefined;
  const id = memberOf(context, "connectionId");
  return typeof id === "string" ? id : undefined;
}

function memberOf(value: OrderedJson | undefined, name: string): OrderedJson | undefined {
  return isOrderedObject(value) ? value.get(name) : undefined;
}

async function awaitCalls(
  expected: readonly CallExpectation[],
  { backends, stepTimeoutMs }: Session,
  at: string,
): Promise<Mismatch[]> {
  const { log } = backends;
  await log.waitFor(
    (calls) => expected.every((one) => missedBy(one, calls, at).length === 0),
    stepTimeoutMs,
  );
  return expected.flatMap((one, index) => missedBy(one, log.calls, `${at}.backend[${index}]`));
}

/** Differences from the expected call; empty when one of the calls (the n-th of the function, if asked for) matches. */
function missedBy(
  expected: CallExpectation,
  calls: readonly BackendCall[],
  at: string,
): Mismatch[] {
  const sameTarget = calls.filter(
    (call) => call.kind === expected.kind && call.name === expected.name,
  );
  const nth = expected.kind === "lambda" ? expected.nth : undefined;
  const candidates = nth === undefined ? sameTarget : sameTarget.slice(nth - 1, nth);
  const attempts = candidates.map((call) => compareCall(expected, call, at));
  const closest = attempts.toSorted((one, other) => one.length - other.length)[0];
  const seen = calls.map(describeCall).join(", ") || "none";
  return (
    closest ?? [{ at, problem: `no call of ${expected.kind} ${expected.name}; seen: ${seen}` }]
  );
}
