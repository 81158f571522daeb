import type { BackendCall, BackendDefinitions, HttpAnswer, HttpBackend } from "./behaviour.js";
import { createCallLog, type CallLog } from "./call-log.js";
import { answerInvocation } from "./lambda-endpoint.js";
import {
  startLoopbackServer,
  type LoopbackServer,
  type ReceivedRequest,
} from "./loopback-server.js";
import { startOidcIssuer, type OidcIssuer } from "./oidc-issuer.js";

/** Where the backends are: origins such as `http://127.0.0.1:4101`. */
export interface BackendOrigins {
  /** The Lambda API. */
  readonly lambda: string;
  /** By backend name. */
  readonly http: Readonly<Record<string, string>>;
  /** By service as in integration ARNs: `sqs`, `s3`, `states`. */
  readonly aws: Readonly<Record<string, string>>;
  /** Issuer URLs by name. */
  readonly oidc: Readonly<Record<string, string>>;
}

/**
 * The servers behind one API. They keep their ports while cases come and go, so that a gateway built for the API can
 * serve all its cases; behaviour and recorded calls change with `use`.
 */
export interface Backends {
  readonly origins: BackendOrigins;
  /** Calls since the last `use`, of all backends but the issuers. */
  readonly log: CallLog;
  /** Takes on the behaviour of a case and forgets the calls of the last one. */
  use(definitions: BackendDefinitions): void;
  /** A token of an issuer. Throws when there is no such issuer. */
  signToken(issuer: string, claims: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

/** Names of the servers that an API's document, stages and cases speak of. */
export interface BackendNames {
  readonly http: ReadonlySet<string>;
  readonly aws: ReadonlySet<string>;
  /** Algorithm by issuer name. */
  readonly oidc: ReadonlyMap<string, string>;
}

const NO_BACKENDS: BackendDefinitions = {
  lambda: new Map(),
  http: new Map(),
  aws: [],
  oidc: new Map(),
};

/** Starts every named server on a free port. */
export async function startBackends(names: BackendNames): Promise<Backends> {
  const log = createCallLog();
  const stop = new AbortController();
  let current = NO_BACKENDS;

  const lambda = await startLoopbackServer((request) =>
    answerInvocation(request, { functions: current.lambda, log, stopped: stop.signal }),
  );
  const http = await startEach(names.http, (name) =>
    startLoopbackServer((request) => {
      log.record(httpCall("http", name, request));
      return Promise.resolve(answerHttp(current.http.get(name), request));
    }),
  );
  const aws = await startEach(names.aws, (service) =>
    startLoopbackServer((request) => {
      log.record(httpCall("aws", service, request));
      return Promise.resolve(
        current.aws.find((answer) => answer.service === service) ?? notDefined(service),
      );
    }),
  );
  const oidc = await startEach(names.oidc.keys(), (name) =>
    startOidcIssuer(names.oidc.get(name) ?? "RS256"),
  );

  return {
    origins: {
      lambda: lambda.origin,
      http: mapValues(http, (server) => server.origin),
      aws: mapValues(aws, (server) => server.origin),
      oidc: mapValues(oidc, (issuer) => issuer.issuer),
    },
    log,
    use(definitions) {
      current = definitions;
      log.clear();
    },
    signToken(issuer, claims) {
      const found = oidc.get(issuer);
      if (found === undefined) throw new Error(`no OIDC backend named ${issuer}`);
      return found.sign(claims);
    },
    async close() {
      stop.abort();
      const servers: readonly (LoopbackServer | OidcIssuer)[] = [
        lambda,
        ...http.values(),
        ...aws.values(),
        ...oidc.values(),
      ];
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

function httpCall(kind: "http" | "aws", name: string, request: ReceivedRequest): BackendCall {
  return { kind, name, ...request };
}

function answerHttp(backend: HttpBackend | undefined, request: ReceivedRequest): HttpAnswer {
  if (backend === undefined) return notDefined("backend");
  if (backend.do === "respond") return backend;
  return { status: 200, headers: [["Content-Type", "application/json"]], body: request.body };
}

/** A server that the case at hand does not speak of: the API names it, this case gives it no behaviour. */
function notDefined(name: string): HttpAnswer {
  return {
    status: 501,
    headers: [["Content-Type", "text/plain"]],
    body: Buffer.from(`${name} has no behaviour in this case`),
  };
}

async function startEach<T>(
  names: Iterable<string>,
  start: (name: string) => Promise<T>,
): Promise<Map<string, T>> {
  const started = new Map<string, T>();
  for (const name of names) started.set(name, await start(name));
  return started;
}

function mapValues<T>(
  map: ReadonlyMap<string, T>,
  value: (one: T) => string,
): Record<string, string> {
  return Object.fromEntries([...map].map(([name, one]) => [name, value(one)]));
}
