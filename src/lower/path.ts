import { quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import type { Lowering } from "./lowering.js";

export interface PathVariable {
  readonly name: string;
  readonly greedy: boolean;
}

/** A path of the document, checked: `/pets/{petId}`, `/files/{proxy+}`. */
export interface LoweredPath {
  readonly at: Pointer;
  /** With the base path, without a trailing slash. */
  readonly path: string;
  readonly variables: readonly PathVariable[];
}

/**
 * Reads a path as the service does: segments are literal, `{name}` or, last, `{name+}`. Undefined when no
 * router could serve it. Problems: GG200 to GG205.
 */
export function lowerPath(
  context: Lowering,
  written: string,
  at: Pointer,
  basePath: string,
): LoweredPath | undefined {
  const { sink } = context;
  if (context.kind === "http" && written === "$default")
    return { at, path: "/$default", variables: [] };
  if (!written.startsWith("/")) {
    sink.error("GG200", at, `the path ${quote(written)} must begin with "/"`);
    return undefined;
  }
  const trimmed = written === "/" ? "" : written.replace(/\/$/, "");
  if (trimmed !== written && written !== "/") {
    sink.info("GG205", at, `the trailing slash of ${quote(written)} is dropped: it never counts`);
  }
  const path = `${basePath}${trimmed}` || "/";
  const variables = path === "/" ? [] : readSegments(context, path, at);
  return variables && { at, path, variables };
}

function readSegments(
  context: Lowering,
  path: string,
  at: Pointer,
): readonly PathVariable[] | undefined {
  const { sink } = context;
  const variables: PathVariable[] = [];
  const segments = path.slice(1).split("/");
  for (const [index, segment] of segments.entries()) {
    const variable = /^\{([^{}+]+)(\+?)\}$/.exec(segment);
    if (!variable) {
      if (!checkLiteral(context, segment, path, at)) return undefined;
      continue;
    }
    const [, name = "", plus] = variable;
    const greedy = plus === "+";
    if (greedy && index < segments.length - 1) {
      const message = `${quote(segment)} takes the rest of the path and must be its last segment`;
      sink.error("GG203", at, message);
      return undefined;
    }
    if (variables.some((other) => other.name === name)) {
      sink.error("GG204", at, `the path ${quote(path)} has two variables named ${quote(name)}`);
      return undefined;
    }
    variables.push({ name, greedy });
  }
  return variables;
}

/** False when no router could serve the segment. */
function checkLiteral(context: Lowering, segment: string, path: string, at: Pointer): boolean {
  const { sink } = context;
  if (segment === "") {
    sink.error("GG201", at, `the path ${quote(path)} has an empty segment`);
    return false;
  }
  if (/[{}]/.test(segment)) {
    const message = `${quote(segment)}: a variable must be a whole segment of the path`;
    return refuseSegment(context, "GG202", segment, at, message);
  }
  if (/[\s?#\\\p{Cc}]/u.test(segment)) {
    const message = `the path segment ${quote(segment)} holds characters that no request path can have`;
    return refuseSegment(context, "GG201", segment, at, message);
  }
  if (!/^[A-Za-z0-9_.,:$~-]+$/.test(segment)) {
    const message = `the path segment ${quote(segment)} holds characters that API Gateway does not take`;
    sink.warning("GG201", at, message, { hint: "letters, digits and _ - . , : are allowed" });
  }
  return true;
}

/**
 * Public descriptions have paths like `/{sid}.json` and `/files/{id}#copy`, which neither the service nor the
 * router can serve: they are left out. Anything odder is a mistake, or an attack.
 */
function refuseSegment(
  { sink }: Lowering,
  code: "GG201" | "GG202",
  segment: string,
  at: Pointer,
  message: string,
): false {
  const details = { hint: "write /{name}, or a literal segment" };
  if (/^[\w.,:$~#?=&{}'()-]*$/.test(segment)) {
    sink.warning(code, at, `${message}; the path is left out`, details);
  } else sink.error(code, at, message, details);
  return false;
}

/**
 * Rules about several paths: one variable child for a resource, none below a greedy one, no two paths that
 * differ only in the names of their variables. Problems: GG206, GG207, GG208.
 */
export function checkPaths(context: Lowering, paths: readonly LoweredPath[]): void {
  const children = new Map<string, { readonly variable: string; readonly at: Pointer }>();
  const shapes = new Map<string, string>();
  for (const { path, at } of paths) {
    const segments = path.slice(1).split("/");
    for (const [index, segment] of segments.entries()) {
      if (!segment.startsWith("{")) continue;
      const parent = `/${segments.slice(0, index).join("/")}`;
      const known = children.get(parent);
      if (!known) children.set(parent, { variable: segment, at });
      else if (known.variable !== segment) {
        const message = `A sibling (${known.variable}) of this resource already has a variable path part -- only one is allowed: ${quote(segment)} in ${quote(path)}`;
        context.sink.warning("GG206", at, message, {
          hint: "API Gateway refuses this; here both are served, the first of the document first",
        });
      }
    }
    const shape = path.replaceAll(/\{[^{}]+\}/g, "{}");
    const twin = shapes.get(shape);
    if (twin === undefined) shapes.set(shape, path);
    else
      context.sink.warning(
        "GG208",
        at,
        `${quote(path)} matches the same requests as ${quote(twin)}`,
      );
  }
}
