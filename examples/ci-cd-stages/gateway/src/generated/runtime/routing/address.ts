// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Addressed } from "../exchange.js";

/** The request target in two: path as the client wrote it, and query without `?`. */
export interface Target {
  readonly path: string;
  readonly query: string;
  /** Authority of an absolute-form target; null for the usual origin form. */
  readonly authority: string | null;
}

/**
 * Takes a request target apart. A fragment is cut off; an absolute-form target loses its scheme
 * and authority, which the caller compares with `Host`. Null for any other form.
 */
export function parseTarget(target: string): Target | null {
  let rest = target;
  let authority: string | null = null;
  if (target.charCodeAt(0) !== 47) {
    const absolute = /^https?:\/\/([^/?#]*)/i.exec(target);
    if (absolute?.[1] === undefined) return null;
    authority = absolute[1];
    rest = target.slice(absolute[0].length);
    if (!rest.startsWith("/")) rest = `/${rest}`;
  }
  const hash = rest.indexOf("#");
  if (hash !== -1) rest = rest.slice(0, hash);
  const mark = rest.indexOf("?");
  return mark === -1
    ? { path: rest, query: "", authority }
    : { path: rest.slice(0, mark), query: rest.slice(mark + 1), authority };
}

/** Stage variables by stage name. */
export type StageVariables = ReadonlyMap<string, Readonly<Record<string, string>>>;

export interface AddressOptions {
  readonly stages: StageVariables;
  /** Answers without its name in the path; null: none does. */
  readonly defaultStage: string | null;
}

/**
 * Finds the stage of a path: the first segment where it names one, else the default stage.
 * Host names of the service's own form always carry the stage in the path.
 *
 * `path` is the rest with its leading slashes made one, `contextPath` keeps them:
 * `//stage//x` is stage `stage`, path `/x`, context path `/stage//x`.
 */
export function findStage(
  path: string,
  isServiceHost: boolean,
  options: AddressOptions,
): Addressed | null {
  let start = 0;
  while (path.charCodeAt(start) === 47) start += 1;
  const slash = path.indexOf("/", start);
  const end = slash === -1 ? path.length : slash;
  const first = path.slice(start, end);
  const variables = options.stages.get(first);
  if (variables !== undefined) {
    return {
      stage: first,
      stageVariables: variables,
      path: collapseLeadingSlashes(path, end),
      contextPath: start === 1 ? path : `/${path.slice(start)}`,
    };
  }
  const stage = isServiceHost ? null : options.defaultStage;
  const defaults = stage === null ? undefined : options.stages.get(stage);
  if (stage === null || defaults === undefined) return null;
  return {
    stage,
    stageVariables: defaults,
    path: collapseLeadingSlashes(path, 0),
    contextPath: path,
  };
}

function collapseLeadingSlashes(path: string, from: number): string {
  let start = from;
  while (path.charCodeAt(start) === 47) start += 1;
  return start === 1 ? path : `/${path.slice(start)}`;
}

/** What the gateway wants to know of a `Host` header. */
export interface HostFacts {
  /** Host name, IPv4 address or bracketed IPv6 address, with an optional port; or no header. */
  readonly isValid: boolean;
  /** The service's own form: `API.execute-api.REGION.amazonaws.com`. */
  readonly isService: boolean;
}

export interface HostReader {
  read(host: string | null): HostFacts;
}

/** Reads hosts and remembers the last one: nearly all requests name the same. */
export function createHostReader(): HostReader {
  let last = "";
  let facts = hostFacts(last);
  return {
    read(host) {
      if (host === null) return NO_HOST;
      if (host !== last) {
        facts = hostFacts(host);
        last = host;
      }
      return facts;
    },
  };
}

const NO_HOST: HostFacts = { isValid: true, isService: false };

function hostFacts(host: string): HostFacts {
  return {
    isValid: /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host),
    isService: host.toLowerCase().includes(".execute-api."),
  };
}
