// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { HttpMethod, RouteTable } from "../contracts.js";

/** A found route with the names and undecoded values of its path parameters, in order. */
export interface RouteMatch {
  readonly route: RouteTable;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

export interface Router {
  /** Finds the route for a method and an undecoded path without leading double slashes. */
  find(method: string, path: string): RouteMatch | null;
}

/** One segment of the resource tree. */
interface Node {
  readonly children: Map<string, Node>;
  parameter: Node | null;
  /** Routes of `{name+}` below this node. */
  greedy: MethodMap | null;
  readonly methods: MethodMap;
}

/** Routes of one resource by method, as matches that still lack their values. */
type MethodMap = Map<string, RouteMatch>;

export interface RouterOptions {
  /** `/pets/` is not `/pets`. */
  readonly trailingSlashCounts?: boolean;
}

const ANY_METHODS: ReadonlySet<string> = new Set<HttpMethod>([
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
]);
const NO_VALUES: readonly string[] = [];

/**
 * Builds the router of a REST API. Static beats `{name}` beats `{name+}`, segment by segment, and
 * the method takes part in the choice: a resource without it is passed over for a less specific
 * one that has it. Every node is reached by one path only, so a search visits no node twice.
 */
export function createRouter(
  routes: readonly RouteTable[],
  { trailingSlashCounts = false }: RouterOptions = {},
): Router {
  const root = createNode();
  const fixed = new Map<string, MethodMap>();
  for (const route of routes) addRoute(root, fixed, route);
  return {
    find(method, path) {
      if (!ANY_METHODS.has(method)) return null;
      const trimmed = trailingSlashCounts ? path : withoutTrailingSlashes(path);
      // A wholly static resource is the most specific one there can be.
      const known = fixed.get(trimmed);
      const match = known === undefined ? undefined : pick(known, method);
      return match ?? search(root, { path: trimmed, method, trailingSlashCounts }, 1, []);
    },
  };
}

function createNode(): Node {
  return { children: new Map(), parameter: null, greedy: null, methods: new Map() };
}

function addRoute(root: Node, fixed: Map<string, MethodMap>, route: RouteTable): void {
  const path = withoutTrailingSlashes(route.path);
  const segments = path === "/" ? [] : path.slice(1).split("/");
  const names: string[] = [];
  const entry: RouteMatch = { route, names, values: NO_VALUES };
  let node = root;
  for (const segment of segments) {
    const name = /^\{(.+?)(\+?)\}$/.exec(segment);
    if (name?.[1] === undefined) {
      node = child(node, segment);
      continue;
    }
    names.push(name[1]);
    if (name[2] === "+") {
      node.greedy ??= new Map();
      node.greedy.set(route.method, entry);
      return;
    }
    node = node.parameter ??= createNode();
  }
  node.methods.set(route.method, entry);
  if (names.length === 0) fixed.set(path, node.methods);
}

function child(node: Node, segment: string): Node {
  const known = node.children.get(segment);
  if (known !== undefined) return known;
  const made = createNode();
  node.children.set(segment, made);
  return made;
}

/** What a search is for. */
interface Wanted {
  readonly path: string;
  readonly method: string;
  readonly trailingSlashCounts: boolean;
}

/** `start` is where the next segment begins; values are pushed and taken back on the way. */
function search(node: Node, wanted: Wanted, start: number, values: string[]): RouteMatch | null {
  const { path, method } = wanted;
  if (start >= path.length) {
    // a path that ends with its last segment is left one character further on
    if (wanted.trailingSlashCounts && start === path.length && start > 1) return null;
    const entry = pick(node.methods, method);
    return entry === undefined ? null : { ...entry, values };
  }
  const slash = path.indexOf("/", start);
  const end = slash === -1 ? path.length : slash;
  const segment = path.slice(start, end);
  const known = node.children.get(segment);
  if (known !== undefined) {
    const found = search(known, wanted, end + 1, values);
    if (found !== null) return found;
  }
  if (node.parameter !== null && segment !== "") {
    values.push(segment);
    const found = search(node.parameter, wanted, end + 1, values);
    if (found !== null) return found;
    values.pop();
  }
  const entry = node.greedy === null ? undefined : pick(node.greedy, method);
  if (entry === undefined) return null;
  values.push(path.slice(start));
  return { ...entry, values };
}

/** An explicit method beats ANY on the same resource. */
function pick(methods: MethodMap, method: string): RouteMatch | undefined {
  return methods.get(method) ?? methods.get("ANY");
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === 47) end -= 1;
  return end === path.length ? path : path.slice(0, end);
}
