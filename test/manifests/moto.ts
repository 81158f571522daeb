import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { freePort, until } from "../support/redis-server.js";
import { at, list, members, type Tree } from "./checks/tree.js";

/** AWS as `moto_server` plays it, on the loopback. */
export interface Moto {
  /** What `AWS_ENDPOINT_URL` is set to. */
  readonly url: string;
  /** Requests since the start, without those that only look: `PUT /restapis/x`. */
  readonly changes: readonly string[];
  stop(): Promise<void>;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  body: string;
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  body: string;
}

/**
 * Starts a server of its own. What moto 5.2 has not, and AWS has, is added on the way there and back; this is all of it:
 * - an import that takes a mock without `uri` and `httpMethod`;
 * - settings of methods that do not encrypt their cache unless they say so;
 * - canaries of stages, whose deployment moto takes for that of the stage;
 * - `LoggingConfig` of functions;
 * - composite alarms;
 * - deployments of APIs of the second version, and what stages of theirs say of them.
 */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const child = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const killNow = (): void => void child.kill("SIGKILL");
  process.once("exit", killNow);
  const additions = new Additions();
  const changes: string[] = [];
  const front = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      outgoing.writeHead(502).end(String(error));
    });
  });
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const asked: Asked = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: await textOf(incoming),
    };
    if (!isLook(asked)) changes.push(`${asked.method} ${asked.path.replace(/\?.*/, "")}`);
    const own = additions.answer(asked);
    const answered = own ?? (await forward(port, additions.asked(asked)));
    if (own === undefined) additions.answered(asked, answered);
    const headers = { ...answered.headers, "content-length": String(byteLength(answered.body)) };
    outgoing.writeHead(answered.status, headers).end(answered.body, "latin1");
  };
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  const { port: own } = front.address() as AddressInfo;
  const asking = { method: "GET", headers: {}, body: "" };
  await until(async () => {
    if (child.exitCode !== null) throw new Error("moto_server has ended");
    return (await forward(port, { ...asking, path: "/moto-api/data.json" })).status === 200;
  }, 60_000);
  return {
    url: `http://127.0.0.1:${own}`,
    changes,
    stop: async () => {
      process.off("exit", killNow);
      front.closeAllConnections();
      front.close();
      await ended(child);
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Bytes as text: nothing that is not JSON is touched. */
async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("latin1");
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, "latin1");
}

async function forward(port: number, { method, path, headers, body }: Asked): Promise<Answered> {
  const { "transfer-encoding": _chunked, ...rest } = headers;
  const sent = request({
    host: "127.0.0.1",
    port,
    method,
    path,
    headers: { ...rest, "content-length": String(byteLength(body)) },
  });
  sent.end(body, "latin1");
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const { "transfer-encoding": _own, ...answered } = response.headers;
  return {
    status: response.statusCode ?? 0,
    headers: answered,
    body: await textOf(response),
  };
}

/** Protocols of queries and targets ask with POST as well. */
function isLook({ method, headers, body }: Asked): boolean {
  if (method === "GET" || method === "HEAD") return true;
  const action =
    String(headers["x-amz-target"] ?? "")
      .split(".")
      .at(-1) ?? "";
  const word = action === "" ? /(?:^|&)Action=(\w+)/.exec(body)?.[1] : action;
  return /^(?:Get|List|Describe)/.test(word ?? "");
}

/** What is added to moto; see {@link startMoto}. */
class Additions {
  /** Paths of settings that are there. */
  readonly #settings = new Set<string>();
  /** By the path of the stage. */
  readonly #canaries = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #logging = new Map<string, Tree>();
  /** What they were made with, by ARN. */
  readonly #composites = new Map<string, URLSearchParams>();
  /** Deployment by stage. */
  readonly #staged = new Map<string, string>();
  readonly #deployments = new Map<string, { readonly [key: string]: Tree }>();

  asked(asked: Asked): Asked {
    const { method, path } = asked;
    if (method === "PUT" && /^\/restapis\/[^/?]+(?:\?|$)/.test(path)) {
      return { ...asked, body: toLatin1(withMocks(parsed(asked))) };
    }
    if (method === "PATCH" && /^\/restapis\/[^/]+\/stages\/[^/]+$/.test(path)) {
      const body = this.#withoutCanary(path, this.#withPlainCaches(path, parsed(asked)));
      return { ...asked, body: toLatin1(body) };
    }
    const stage = this.#stageOf(asked);
    const deployed = at(parsed(asked), "deploymentId");
    if (stage !== undefined && typeof deployed === "string") this.#staged.set(stage, deployed);
    const created = at(parsed(asked), "LoggingConfig");
    if (method !== "GET" && path.startsWith("/2015-03-31/functions") && created !== undefined) {
      const name = path.split("/")[3] ?? String(at(parsed(asked), "FunctionName"));
      this.#logging.set(name, created);
    }
    return asked;
  }

  answered(asked: Asked, answered: Answered): void {
    const { method, path } = asked;
    const canary = this.#canaries.get(path);
    if (canary !== undefined && answered.status < 300) {
      answered.body = toLatin1({ ...(parsed(answered) as object), canarySettings: canary });
    }
    const stage = this.#stageOf(asked);
    const deployed = stage === undefined ? undefined : this.#staged.get(stage);
    if (deployed !== undefined && answered.status < 300 && method !== "DELETE") {
      answered.body = toLatin1({ ...(parsed(answered) as object), deploymentId: deployed });
    }
    const name = /^\/2015-03-31\/functions\/([^/?]+)/.exec(path)?.[1];
    const logging = name === undefined ? undefined : this.#logging.get(name);
    const body = parsed(answered);
    if (method !== "GET" || logging === undefined || at(body, "Configuration") === undefined) {
      return;
    }
    const configuration = { ...(at(body, "Configuration") as object), LoggingConfig: logging };
    answered.body = toLatin1({ ...(body as object), Configuration: configuration });
  }

  /** Undefined: moto has it. */
  answer(asked: Asked): Answered | undefined {
    const { method, path, body } = asked;
    if (path === "/" && body.startsWith("Action=")) return this.#alarms(new URLSearchParams(body));
    if (!/^\/v2\/apis\/[^/]+\/deployments/.test(path)) return undefined;
    const [, , , apiId = "", , id] = path.split("/");
    const json = (status: number, body: object): Answered => ({
      status,
      headers: { "content-type": "application/json" },
      body: toLatin1(body),
    });
    if (method === "POST") {
      const deploymentId = `d${this.#deployments.size + 1}`;
      const made = { deploymentId, deploymentStatus: "DEPLOYED", autoDeployed: false };
      this.#deployments.set(`${apiId}/${deploymentId}`, made);
      return json(201, made);
    }
    const key = `${apiId}/${id ?? ""}`;
    const known = this.#deployments.get(key);
    if (known === undefined) return json(404, { message: "NotFoundException" });
    if (method === "DELETE") this.#deployments.delete(key);
    return json(200, known);
  }

  #withoutCanary(path: string, body: Tree): Tree {
    const operations = list(body, "patchOperations");
    const isCanary = (operation: Tree): boolean =>
      String(at(operation, "path")).startsWith("/canarySettings");
    for (const operation of operations.filter(isCanary)) {
      const [, , name, variable] = String(at(operation, "path")).split("/");
      const value = String(at(operation, "value"));
      if (name === undefined) {
        this.#canaries.delete(path);
        continue;
      }
      const known = this.#canaries.get(path) ?? {};
      const overrides = { ...(known["stageVariableOverrides"] as object | undefined) };
      this.#canaries.set(path, {
        ...known,
        ...(variable !== undefined
          ? { stageVariableOverrides: { ...overrides, [variable]: value } }
          : { [name]: name === "deploymentId" ? value : (JSON.parse(value) as unknown) }),
      });
    }
    return {
      ...(body as object),
      patchOperations: operations.filter((operation) => !isCanary(operation)),
    };
  }

  /** Questions and orders about composite alarms. */
  #alarms(given: URLSearchParams): Answered | undefined {
    const action = given.get("Action") ?? "";
    const name = given.get("AlarmName") ?? given.get("AlarmNames.member.1") ?? "";
    const arn = `arn:aws:cloudwatch:us-east-1:123456789012:alarm:${name}`;
    const xml = (inner: string): Answered => ({
      status: 200,
      headers: { "content-type": "text/xml" },
      body: `<${action}Response xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><${action}Result>${inner}</${action}Result></${action}Response>`,
    });
    switch (action) {
      case "PutCompositeAlarm":
        this.#composites.set(arn, given);
        return xml("");
      case "DescribeAlarms":
        if (given.get("AlarmTypes.member.1") !== "CompositeAlarm") return undefined;
        return xml(
          `<CompositeAlarms>${compositeText(arn, this.#composites.get(arn))}</CompositeAlarms>`,
        );
      case "DeleteAlarms":
        return this.#composites.delete(arn) ? xml("") : undefined;
      case "ListTagsForResource": {
        const own = this.#composites.get(given.get("ResourceARN") ?? "");
        return own && xml(`<Tags>${membersText(own, /^Tags\.member\.(\d+)\.(Key|Value)$/)}</Tags>`);
      }
      default:
        return undefined;
    }
  }

  /** A stage of the second version. */
  #stageOf({ method, path, body }: Asked): string | undefined {
    const [, api, name] = /^\/v2\/apis\/([^/]+)\/stages(?:\/([^/?]+))?$/.exec(path) ?? [];
    if (api === undefined) return undefined;
    const made = method === "POST" ? at(parsed({ body }), "stageName") : undefined;
    const stage = name ?? made;
    return typeof stage === "string" ? `${api} ${decodeURIComponent(stage)}` : undefined;
  }

  #withPlainCaches(path: string, body: Tree): Tree {
    const operations = at(body, "patchOperations");
    if (!Array.isArray(operations)) return body;
    const given = operations as readonly Tree[];
    const added: object[] = [];
    for (const operation of given) {
      const own = /^(\/[^/]+\/[^/]+)\/(?:metrics|logging|throttling|caching)\//.exec(
        String(at(operation, "path")),
      )?.[1];
      const key = `${path} ${own ?? ""}`;
      if (own === undefined || this.#settings.has(key)) continue;
      this.#settings.add(key);
      added.push({ op: "replace", path: `${own}/caching/dataEncrypted`, value: "false" });
    }
    return { ...(body as object), patchOperations: [...added, ...given] };
  }
}

function compositeText(arn: string, given: URLSearchParams | undefined): string {
  if (given === undefined) return "";
  const one = (name: string): string => `<${name}>${escaped(given.get(name) ?? "")}</${name}>`;
  const actions = ["AlarmActions", "OKActions"].map((name) => {
    const values = [...given].filter(([key]) => key.startsWith(`${name}.member.`));
    return `<${name}>${values.map(([, value]) => `<member>${escaped(value)}</member>`).join("")}</${name}>`;
  });
  const names = ["ActionsEnabled", "AlarmDescription", "AlarmName", "AlarmRule"];
  return `<member><AlarmArn>${arn}</AlarmArn>${names.map(one).join("")}${actions.join("")}</member>`;
}

/** `Tags.member.1.Key` and the like as elements. */
function membersText(given: URLSearchParams, pattern: RegExp): string {
  const found = new Map<string, string>();
  for (const [key, value] of given) {
    const [, index = "", name = ""] = pattern.exec(key) ?? [];
    if (index === "") continue;
    found.set(index, `${found.get(index) ?? ""}<${name}>${escaped(value)}</${name}>`);
  }
  return [...found.values()].map((inner) => `<member>${inner}</member>`).join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function withMocks(document: Tree): Tree {
  for (const [, item] of members(document, "paths")) {
    for (const [, operation] of members(item)) {
      const integration = at(operation, "x-amazon-apigateway-integration");
      if (at(integration, "type") !== "mock") continue;
      Object.assign(integration as object, { uri: "", httpMethod: "POST" });
    }
  }
  return document;
}

/** Undefined: it is no JSON. */
function parsed({ body }: { readonly body: string }): Tree {
  if (!body.startsWith("{")) return undefined;
  try {
    return JSON.parse(Buffer.from(body, "latin1").toString()) as Tree;
  } catch {
    return undefined;
  }
}

function toLatin1(value: Tree): string {
  return Buffer.from(JSON.stringify(value)).toString("latin1");
}
