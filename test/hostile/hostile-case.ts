import type { GatewayProcess } from "./gateway-process.js";
import type { Crowd, Expectation, HostileCase } from "./hostile-case-file.js";
import type { Recorder } from "./hostile-servers.js";
import { exchangeBytes, openSocket, type Exchange } from "./raw-connection.js";

/** What a case runs against. */
export interface CaseContext {
  /** The stage's segment, or nothing. */
  readonly prefix: string;
  readonly gateway: GatewayProcess;
  readonly backend: Recorder;
  readonly canary: Recorder;
  readonly authorizer: Recorder;
}

/** Runs one case; gives what was not as it must be. */
export async function runCase(item: HostileCase, context: CaseContext): Promise<string[]> {
  const { expect } = item;
  const isLogged = expect.oneLogLine === true;
  // lines of the case before are on their way
  if (isLogged) await context.gateway.takeOutput();
  const before = expect.rssGrowthMiB === undefined ? 0 : await context.gateway.memory();
  const exchanges = await perform(item, context);
  const wrong = [
    ...exchanges.flatMap((exchange) => checkExchange(exchange, expect)),
    ...checkIdentities(item, exchanges),
    ...checkServers(expect, context),
    ...(isLogged ? checkLog(await context.gateway.takeOutput()) : []),
  ];
  if (expect.rssGrowthMiB !== undefined) {
    const grown = ((await context.gateway.memory()) - before) / 1024 / 1024;
    if (grown > expect.rssGrowthMiB) wrong.push(`memory grew by ${grown.toFixed(0)} MiB`);
  }
  if (!context.gateway.isRunning()) wrong.push("the process ended");
  else wrong.push(...(await checkAlive(expect, context)));
  return wrong;
}

async function perform(item: HostileCase, context: CaseContext): Promise<readonly Exchange[]> {
  const { raw, expect, identities = [] } = item;
  if (typeof raw === "string") {
    const untilClosed = expect.closed === true || expect.waitClose === true;
    const { port } = context.gateway;
    const options = { port, half: expect.half === true, untilClosed };
    return [await exchangeBytes(fill(raw, context, item.vars === true), options)];
  }
  if (raw !== null) {
    await crowd(raw, context);
    return [];
  }
  const exchanges: Exchange[] = [];
  for (const [value, query] of identities) {
    // results are kept for a stage, whichever way it is addressed: calls are counted for each way
    const calls = expect.authorizerCalls ?? 0;
    const isKept = calls > 0 && (expect.times ?? 1) > calls;
    const header = isKept ? `${value ?? ""}${context.prefix}` : value;
    for (let time = 0; time < (expect.times ?? 1); time++) {
      exchanges.push(await get(authRequest(header, query), context));
    }
  }
  return exchanges;
}

function authRequest(header: string | null, query: string | null): string {
  const search = query === null ? "" : `?Q1=${encodeURIComponent(query)}`;
  const line = header === null ? "" : `H1: ${header}\r\n`;
  return `GET {P}/auth${search} HTTP/1.1\r\nHost: {H}\r\n${line}\r\n`;
}

function get(raw: string, context: CaseContext): Promise<Exchange> {
  const options = { port: context.gateway.port, half: false, untilClosed: false };
  return exchangeBytes(fill(raw, context, false), options);
}

function fill(raw: string, { prefix, gateway }: CaseContext, hasVariables: boolean): string {
  const filled = raw.replaceAll("{P}", prefix).replaceAll("{H}", `127.0.0.1:${gateway.port}`);
  if (!hasVariables) return filled;
  const length = filled.length - filled.indexOf("\r\n\r\n") - 4;
  return filled.replace(/Content-Length: \d+/, `Content-Length: ${length}`);
}

/** While a crowd is there, others must be served: that is asked before it leaves. */
async function crowd(raw: Crowd, context: CaseContext): Promise<void> {
  const { port } = context.gateway;
  const sockets = await Promise.all(Array.from({ length: raw.conns }, () => openSocket(port)));
  const sent = raw.send === undefined ? undefined : fill(raw.send, context, false);
  for (const socket of sockets) {
    if (raw.noRead === true) socket.pause();
    else socket.resume();
    if (sent !== undefined) socket.write(Buffer.from(sent, "latin1"));
    if (raw.reset === true) socket.resetAndDestroy();
  }
  const alive = await checkAlive({ alive: true, aliveMs: 2000 }, context);
  for (const socket of sockets) socket.destroy();
  if (alive.length > 0) throw new Error(`beside the crowd: ${alive.join("; ")}`);
}

const stackTrace = /\n\s+at .+:\d+|node:internal/;

function checkExchange(exchange: Exchange, expect: Expectation): string[] {
  const { answers, rest } = exchange;
  const wrong: string[] = [];
  const first = answers[0]?.status ?? (exchange.closed ? 0 : -1);
  const allowed = expect.status;
  if (first === -1) wrong.push("neither an answer nor an end");
  if (allowed !== undefined && !allowed.includes(first)) wrong.push(`status ${first}`);
  for (const { status, head, body } of answers) {
    if (status >= 500 && allowed?.includes(status) !== true) wrong.push(`unlisted ${status}`);
    if (stackTrace.test(body)) wrong.push(`a stack trace: ${body}`);
    if (matches(expect.headerNever, head)) wrong.push(`in the headers: ${head}`);
    if (matches(expect.bodyNever, body)) wrong.push(`in the body: ${body}`);
  }
  if (matches(expect.lastBodyNever, answers.at(-1)?.body ?? "")) wrong.push("in the last body");
  if (answers.length > (expect.maxResponses ?? Infinity)) wrong.push(`${answers.length} answers`);
  if (answers.length < (expect.minResponses ?? 0)) wrong.push(`only ${answers.length} answers`);
  if (expect.closed === true && !exchange.closed) wrong.push("not closed");
  if (rest !== "" && !exchange.closed) wrong.push(`half an answer: ${rest.slice(0, 80)}`);
  if (answers.length > 0 && exchange.firstByteMs > (expect.maxMs ?? Infinity))
    wrong.push(`answered after ${exchange.firstByteMs.toFixed(0)} ms`);
  return wrong;
}

function matches(pattern: string | undefined, text: string): boolean {
  return pattern !== undefined && new RegExp(pattern, "i").test(text);
}

function checkIdentities({ expect }: HostileCase, exchanges: readonly Exchange[]): string[] {
  const wrong: string[] = [];
  const statuses = exchanges.map(({ answers }) => answers[0]?.status);
  if (expect.status401 === true && statuses.some((status) => status !== 401))
    wrong.push(`status ${statuses.join(", ")}, not 401`);
  if (expect.principalsDiffer !== undefined) {
    const principals = exchanges.map(({ answers }) => answers[0]?.body);
    if (statuses.some((status) => status !== 200)) wrong.push(`status ${statuses.join(", ")}`);
    if ((principals[0] !== principals[1]) !== expect.principalsDiffer)
      wrong.push(`principals: ${principals.join(" and ")}`);
  }
  return wrong;
}

function checkServers(expect: Expectation, { backend, canary, authorizer }: CaseContext): string[] {
  const wrong = backend.malformed.map((code) => `malformed at the backend: ${code}`);
  const { received } = backend;
  if (received.length > (expect.upstreamMax ?? Infinity))
    wrong.push(`${received.length} requests at the backend`);
  if (canary.received.length > 0) wrong.push("the canary was called");
  const calls = authorizer.received.length;
  if (expect.authorizerCalls !== undefined && calls !== expect.authorizerCalls)
    wrong.push(`${calls} calls of the authorizer`);
  for (const { method, target, headers } of received) {
    const line = `${method} ${target}`;
    if (matches(expect.upstreamNever ?? undefined, line)) wrong.push(`at the backend: ${line}`);
    if (expect.upstreamUnder !== undefined && !isUnder(target, expect.upstreamUnder))
      wrong.push(`outside at the backend: ${line}`);
    if (expect.oneSegment === true && !/^\/by\/[^/?]*$/.test(target))
      wrong.push(`not one segment: ${line}`);
    for (const [name, pattern] of Object.entries(expect.upstreamHeader ?? {})) {
      const value = headers[name]?.toString();
      const isRight = pattern === null ? value === undefined : matches(pattern, value ?? "");
      if (!isRight) wrong.push(`header ${name} at the backend: ${String(value)}`);
    }
  }
  return wrong;
}

/** Also for a backend that takes dots apart, decoded or not. */
function isUnder(target: string, folder: string): boolean {
  const path = target.split("?")[0] ?? "";
  const read = [path, new URL(path, "http://backend").pathname];
  return read.every((text) => text === folder || text.startsWith(`${folder}/`));
}

function checkLog(output: string): string[] {
  const lines = output.split("\n").filter((line) => line !== "");
  const isClean = lines.every((line) => !/[\p{Cc}\u2028\u2029]/u.test(line));
  return lines.length === 1 && isClean ? [] : [`${lines.length} lines in the access log`];
}

async function checkAlive(expect: Expectation, context: CaseContext): Promise<string[]> {
  const good = await get("GET {P}/mock HTTP/1.1\r\nHost: {H}\r\n\r\n", context);
  if (good.answers[0]?.status !== 200) return ["a good request is not served afterwards"];
  return good.firstByteMs > (expect.aliveMs ?? 2000)
    ? [`a good request waited ${good.firstByteMs.toFixed(0)} ms`]
    : [];
}
