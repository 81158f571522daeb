// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { BackendTarget, StageTable, UriTemplate } from "../contracts.js";
import { filledText } from "../mapping/uri.js";
import { chooseBackend } from "./backend.js";
import type {
  FunctionBackends,
  FunctionInvocation,
  FunctionResult,
  WriteChunk,
} from "./invoker.js";

/** A function of one route in one stage with what stands behind it. */
export type FunctionBinding =
  | { readonly kind: "runs"; readonly name: string; readonly invoke: Invoke }
  /** Nothing runs it, or the settings replace it by a fixed answer. */
  | {
      readonly kind: "stub";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** Why nothing runs it; null: the answer is that of the settings. */
      readonly missing: string | null;
    };

type InvocationType = "RequestResponse" | "Event";
type Invoke = (
  payload: string,
  type: InvocationType,
  traceHeader?: string,
  /** Set: the function streams to it. */
  onChunk?: WriteChunk,
) => Promise<FunctionResult>;

/** What a function is looked up in. */
export interface FunctionSetup {
  readonly stage: Pick<StageTable, "backends">;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly functions: FunctionBackends;
}

/**
 * Resolves a function and finds its backend: by the settings (ARN, name, or the operation or
 * authorizer that calls it), else the handler module of the function's own name. Without any the
 * stub answers 501 and says what is missing.
 */
export function bindFunction(
  template: UriTemplate,
  timeoutMs: number,
  setup: FunctionSetup,
  caller: string,
): FunctionBinding {
  const arn = filledText(template, setup.stageVariables);
  const name = functionName(arn);
  const backend = chooseBackend(setup.stage.backends, [arn, withoutQualifier(arn), name, caller]);
  const target = backend?.target ?? { kind: "module", name };
  if (target.kind === "mock") {
    const { statusCode: status, headers, body } = target;
    return { kind: "stub", status, headers, body, missing: null };
  }
  const facts = { name, arn, timeoutMs: backend?.timeoutMs ?? timeoutMs };
  const invoke = prepareInvoke(target, facts, setup.functions);
  return invoke === null ? missing(name, target) : { kind: "runs", name, invoke };
}

function prepareInvoke(
  target: Exclude<BackendTarget, { kind: "mock" }>,
  facts: { readonly name: string; readonly arn: string; readonly timeoutMs: number },
  functions: FunctionBackends,
): Invoke | null {
  switch (target.kind) {
    case "module": {
      const invoker = functions.module;
      if (invoker?.names.includes(target.name) !== true) return null;
      return (payload, invocationType, _traceHeader, onChunk) =>
        invoker.invoke({ ...facts, target, payload, invocationType, ...given({ onChunk }) });
    }
    case "url": {
      const invoker = functions.url;
      if (invoker === undefined) return null;
      return (payload, invocationType, traceHeader, onChunk) =>
        invoker.invoke({
          ...facts,
          target,
          payload,
          invocationType,
          ...given({ traceHeader, onChunk }),
        });
    }
    case "service":
      return null;
    case "lambda": {
      const invoker = functions.lambda;
      if (invoker === undefined) return null;
      return (payload, invocationType, traceHeader, onChunk) =>
        invoker.invoke({
          ...facts,
          target,
          payload,
          invocationType,
          ...given({ traceHeader, onChunk }),
        });
    }
  }
}

/** What a call has beside its payload. */
function given({
  traceHeader,
  onChunk,
}: {
  readonly traceHeader?: string | undefined;
  readonly onChunk: WriteChunk | undefined;
}): Pick<FunctionInvocation, "traceHeader" | "onChunk"> {
  return {
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(onChunk === undefined ? {} : { onChunk }),
  };
}

function missing(name: string, target: BackendTarget): FunctionBinding {
  const reason =
    target.kind === "module"
      ? `there is no handler module "${target.name}" and no backend of the settings matches it`
      : `backends of kind "${target.kind}" are not part of this gateway`;
  const message = `Function "${name}" cannot be run: ${reason}`;
  return {
    kind: "stub",
    status: 501,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ message }),
    missing: message,
  };
}

/** Name of a function in an ARN, a partial ARN or a plain name; alias and version are cut off. */
export function functionName(arn: string): string {
  const inArn = /(?:^|:)function:([^:/]*)/.exec(arn)?.[1];
  return inArn ?? arn.split(":", 1)[0] ?? arn;
}

function withoutQualifier(arn: string): string {
  return /^(.*:function:[^:]*):[^:]*$/.exec(arn)?.[1] ?? arn;
}
