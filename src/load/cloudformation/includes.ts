import type { DiagnosticSink } from "../../diagnostics.js";
import { describe, isList, isObject, quote, setMember } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { child, root } from "../../pointer.js";
import type { BuildTools } from "../api-source.js";

/** A part of a template that stands in a file of its own, or in the template. */
export interface Included {
  readonly value: unknown;
  readonly at: Pointer;
}

/** Includes of one template; more is a mistake. */
const maxIncludes = 200;

/** Location of an include: a file beside the template, or an address in S3. Undefined: it is none. */
function includedFile(value: unknown): { readonly location: unknown } | undefined {
  const transform = isObject(value) ? value["Fn::Transform"] : undefined;
  if (!isObject(transform) || transform["Name"] !== "AWS::Include") return undefined;
  const parameters = transform["Parameters"];
  return { location: isObject(parameters) ? parameters["Location"] : undefined };
}

/** Reads a document whose place a template gives: `DefinitionUri`, `BodyS3Location`, `Location`. */
export async function readLocation(
  location: unknown,
  at: Pointer,
  { readFile, sink }: BuildTools,
): Promise<Included | undefined> {
  if (typeof location !== "string" || /^(?:s3:|\$\{)/.test(location)) {
    sink.error("GG026", at, `${describe(location)} is not a file that can be read from here`, {
      hint: "give the OpenAPI document itself, or a path beside the template",
    });
    return undefined;
  }
  const file = await readFile(location, at);
  return file && { value: file.value, at: root(file.name) };
}

/**
 * Puts the files of `AWS::Include` in the place of the transforms that name them. A body that is one include
 * and nothing else is the file itself, whose nodes keep their own pointers.
 */
export async function readIncludes(
  body: unknown,
  at: Pointer,
  tools: BuildTools,
): Promise<(Included & { readonly moved: ReadonlyMap<Pointer, Pointer> }) | undefined> {
  const whole = includedFile(body);
  const moved = new Map<Pointer, Pointer>();
  if (whole && isObject(body) && Object.keys(body).length === 1) {
    const location = tools.intrinsics.resolve(whole.location, at);
    const file = await readLocation(location, child(at, "Fn::Transform"), tools);
    return file && { ...file, moved };
  }
  const reader = new IncludeReader(tools, moved);
  const value = await reader.read(body, at);
  return reader.isRight ? { value, at, moved } : undefined;
}

class IncludeReader {
  readonly #tools: BuildTools;
  readonly #moved: Map<Pointer, Pointer>;
  readonly #seen = new Set<object>();
  #count = 0;
  isRight = true;

  constructor(tools: BuildTools, moved: Map<Pointer, Pointer>) {
    this.#tools = tools;
    this.#moved = moved;
  }

  async read(value: unknown, at: Pointer): Promise<unknown> {
    if (typeof value !== "object" || value === null || this.#seen.has(value)) return value;
    this.#seen.add(value);
    const include = includedFile(value);
    if (include && isObject(value)) return this.#include(value, include.location, at);
    for (const [key, item] of Object.entries(value)) {
      if (typeof item !== "object" || item === null) continue;
      const next = await this.read(item, child(at, isList(value) ? Number(key) : key));
      if (next === item) continue;
      if (isList(value)) (value as unknown[])[Number(key)] = next;
      else setMember(value as Record<string, unknown>, key, next);
    }
    return value;
  }

  /** The members of the file beside those that stand there. */
  async #include(value: object, location: unknown, at: Pointer): Promise<unknown> {
    const { sink, intrinsics } = this.#tools;
    const place = child(at, "Fn::Transform");
    if (++this.#count > maxIncludes)
      return this.#fail(place, `more than ${maxIncludes} includes`, sink);
    const file = await readLocation(intrinsics.resolve(location, place), place, this.#tools);
    if (file === undefined) {
      this.isRight = false;
      return value;
    }
    if (!isObject(file.value)) {
      return this.#fail(
        place,
        `${quote(String(location))} holds ${describe(file.value)}, no object`,
        sink,
      );
    }
    const included = intrinsics.resolve(file.value, file.at);
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(isObject(included) ? included : {})) {
      setMember(result, key, item);
      this.#moved.set(child(at, key), child(file.at, key));
    }
    for (const [key, item] of Object.entries(value)) {
      if (key === "Fn::Transform") continue;
      setMember(result, key, await this.read(item, child(at, key)));
      this.#moved.delete(child(at, key));
    }
    return result;
  }

  #fail(at: Pointer, message: string, sink: DiagnosticSink): undefined {
    this.isRight = false;
    sink.error("GG026", at, message);
  }
}
