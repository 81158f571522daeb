import { dirname, resolve } from "node:path";
import type { Readable } from "node:stream";
import type { Position } from "../diagnostics.js";
import { generate, type GenerateOptions, type GenerateResult } from "../generate.js";
import { nearest } from "../nearest.js";
import { routeHint } from "../nearest-route.js";
import type { Plan } from "../plan/plan.js";
import type { Gateway } from "../runtime/gateway.js";
import type { GatewayResponse } from "../runtime/http/message.js";
import { ExecutionLog, testInvokeLines } from "../runtime/logs/execution-log.js";
import type { TraceEvent } from "../runtime/trace.js";
import { CallerProblem, callerHeaders } from "./caller-headers.js";
import { DevSecrets } from "./dev-secrets.js";
import { refusalHint } from "./invoke-hint.js";
import { BuildProblem, buildInMemory } from "./memory-bundle.js";

/** One call of a gateway that is not running. */
export interface InvokeCall {
  readonly method: string;
  /** Path behind the stage, with its query. */
  readonly path: string;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
  /** Undefined: the default stage, else the first. */
  readonly stage: string | undefined;
  /** Name of a principal, whose signature is sent, or of an API key; undefined: nobody. */
  readonly as: string | undefined;
}

export interface InvokeOptions {
  /** `out`: folder of a project whose handlers are used. */
  readonly document: GenerateOptions & { readonly out?: string };
  readonly call: InvokeCall;
}

export interface Invoked {
  readonly kind: "invoked";
  readonly generated: GenerateResult;
  readonly stage: string;
  /** The route that served the request, and where it stands; null: none does. */
  readonly route: InvokedRoute | null;
  /** What is nearest to what was asked for, where no route serves it; what to do where the gateway refused it. */
  readonly hint: string | null;
  readonly status: number;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly latencyMs: number;
  /** Lines of the execution log, as the service's test invocation shows them. */
  readonly log: readonly string[];
}

export interface InvokedRoute {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly place: Position | null;
}

export type InvokeResult =
  | Invoked
  /** The document has errors. */
  | { readonly kind: "invalid"; readonly generated: GenerateResult }
  /** A module of the user's cannot be built. */
  | { readonly kind: "unbuilt"; readonly message: string }
  /** What is asked for cannot be done. */
  | { readonly kind: "problem"; readonly message: string; readonly hint: string | null };

/** Sends one request through the whole gateway of a document, without a socket and without a project. */
export async function invoke({ document, call }: InvokeOptions): Promise<InvokeResult> {
  const opened = await openGateway(document);
  if (opened.kind !== "open") return opened;
  try {
    return await opened.invoke(call);
  } finally {
    await opened.close();
  }
}

/** The gateway of a document, for one call after the other. */
export interface OpenGateway {
  readonly kind: "open";
  readonly plan: Plan;
  invoke(call: InvokeCall): Promise<InvokeResult>;
  close(): Promise<void>;
}

/** Builds the gateway of a document; what an earlier call has used up or left in a cache counts for the next. */
export async function openGateway(
  document: InvokeOptions["document"],
): Promise<OpenGateway | Exclude<InvokeResult, Invoked>> {
  const generated = await generate(document);
  const { plan } = generated;
  if (plan === undefined) return { kind: "invalid", generated };
  if (plan.gateway.api.kind === "websocket") {
    const hint = "serve it with gen-gateway dev, and connect";
    return { kind: "problem", message: "a WebSocket API has connections, not calls", hint };
  }
  const secrets = new DevSecrets();
  secrets.complete(plan);
  const folder = resolve(document.out ?? dirname(document.input));
  const hearing: Hearing = { heard: [], log: null };
  try {
    const build = await buildInMemory(generated.files, { folder });
    const gateway = await build
      .createGateway({
        secrets: secrets.source,
        views: false,
        // the log of the call is shown whatever the settings say
        logger: { warn: () => undefined, error: () => undefined },
        trace: () => (event) => {
          hearing.heard.push(event);
          hearing.log?.add(event);
        },
      })
      .catch(async (error: unknown) => {
        await build.dispose();
        throw error;
      });
    return {
      kind: "open",
      plan,
      invoke: (call) => invokeOnce({ generated, plan, gateway, hearing, secrets }, call),
      close: async () => {
        await gateway.close();
        await build.dispose();
      },
    };
  } catch (error) {
    if (error instanceof BuildProblem) return { kind: "unbuilt", message: error.message };
    throw error;
  }
}

/** What the call that is under way has told. */
interface Hearing {
  heard: TraceEvent[];
  log: ExecutionLog | null;
}

interface Opened {
  readonly generated: GenerateResult;
  readonly plan: Plan;
  readonly gateway: Gateway;
  readonly hearing: Hearing;
  readonly secrets: DevSecrets;
}

async function invokeOnce(opened: Opened, call: InvokeCall): Promise<InvokeResult> {
  try {
    return await callGateway(opened, call);
  } catch (error) {
    if (!(error instanceof CallerProblem)) throw error;
    return { kind: "problem", message: error.message, hint: error.hint };
  }
}

async function callGateway(
  { generated, plan, gateway, hearing, secrets }: Opened,
  call: InvokeCall,
): Promise<Invoked> {
  const stage = chooseStage(plan, call.stage);
  const asked = { ...call, target: target(stage, call.path) };
  const headers = [...call.headers, ...(await callerHeaders(plan, asked, secrets.source))];
  const { redact } = plan.tables.stages[stage] ?? {};
  const log = new ExecutionLog({
    level: "INFO",
    dataTrace: true,
    clock: Date.now,
    ...(redact === undefined ? {} : { redact }),
  });
  const heard: TraceEvent[] = [];
  Object.assign(hearing, { heard, log });
  const startedAt = performance.now();
  const response = await gateway.handle({
    method: call.method,
    target: asked.target,
    rawHeaders: headers,
    body: call.body ?? null,
    remoteAddress: "127.0.0.1",
    protocol: "https",
  });
  const latencyMs = Math.round(performance.now() - startedAt);
  const body = await wholeBody(response);
  const route = servedBy(generated, plan, heard);
  return {
    kind: "invoked",
    generated,
    stage,
    route,
    hint: route === null ? hintFor(plan, call) : refusalHint(plan, heard, call.as),
    status: response.status,
    headers: response.headers,
    body,
    latencyMs,
    log: log.request === null ? refusalLines(heard) : testInvokeLines(log),
  };
}

function chooseStage({ gateway, tables }: Plan, asked: string | undefined): string {
  const names = gateway.deployment.stages.map(({ name }) => name);
  if (asked === undefined) return tables.defaultStage ?? names[0] ?? "";
  if (names.includes(asked)) return asked;
  const near = nearest(asked, names);
  const known = near === undefined ? `there are ${names.join(", ")}` : `did you mean "${near}"?`;
  throw new CallerProblem(`there is no stage "${asked}"`, known);
}

function target(stage: string, path: string): string {
  return stage === "$default" ? path : `/${stage}${path}`;
}

async function wholeBody({ body }: GatewayResponse): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  if (typeof body === "string" || body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Buffer[] = [];
  const stream: Readable = body;
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

function servedBy(
  { locate }: GenerateResult,
  { operations }: Plan,
  heard: readonly TraceEvent[],
): InvokedRoute | null {
  const matched = heard.find((event) => event.kind === "matched");
  const served = operations.find(({ name }) => name === matched?.operation);
  if (served === undefined) return null;
  const { method, path, routeKey, at } = served.operation;
  return { operation: served.name, method, path: routeKey ?? path, place: locate(at) ?? null };
}

function refusalLines(heard: readonly TraceEvent[]): readonly string[] {
  return heard.flatMap((event) => (event.kind === "gateway-error" ? [event.detail] : []));
}

/** A stage in front of the path is the usual mistake. */
function hintFor({ tables }: Plan, { method, path }: InvokeCall): string {
  const first = /^\/([^/?]+)/.exec(path)?.[1] ?? "";
  if (Object.hasOwn(tables.stages, first)) {
    return `the path begins behind the stage: leave "/${first}" out, or name it with --stage`;
  }
  return routeHint(tables.routes, method, path);
}
