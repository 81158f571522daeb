import type { Diagnostic, DiagnosticSink } from "../diagnostics.js";
import { isList, isObject, setMember, type JsonObject } from "../json.js";
import type { LoadedDocument } from "../load/document.js";
import { descend, parsePointer, type Pointer } from "../pointer.js";

/** Where something was left out of a document, and what that means: `GET /pets is not served`. */
export type LeftOut = Map<Pointer, string>;

/** Stands for an operation that cannot be read: the route is there, open to nobody's backend, and answers 501. */
const unserved = { responses: { "501": { description: "Not served." } }, security: [] };

/** Stands for a resource policy that cannot be read. */
const denyAll = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: "*", Action: "execute-api:Invoke", Resource: "*" }],
};

const policyKey = "x-amazon-apigateway-policy";
const integrationsKey = "x-amazon-apigateway-integrations";
const anyMethod = "x-amazon-apigateway-any-method";
const methods: ReadonlySet<string> = new Set([
  "get",
  "put",
  "post",
  "delete",
  "options",
  "head",
  "patch",
  anyMethod,
]);

/**
 * Takes out of a document, in place, what its errors are about, so that the rest can be served: operations
 * with an error become such that answer 501, and so do all that share a broken part (a path's parameters, a
 * security scheme, a common integration); paths that cannot be are removed; a policy that cannot be read denies
 * all. What was taken is added to `left`. False, and nothing is changed: an error is about something else, or
 * the document is none of OpenAPI.
 */
export function leaveOut(
  document: LoadedDocument,
  errors: readonly Diagnostic[],
  left: LeftOut,
): boolean {
  if (document.format !== "openapi") return false;
  const parts = errors.map(({ at }) => partOf(document, at));
  const known = parts.filter((part) => part !== undefined);
  if (known.length < parts.length || known.length === 0) return false;
  const taking = new Taking(document, left);
  for (const part of known) taking.take(part);
  return true;
}

/** Tells what was left out. */
export function reportLeftOut(left: LeftOut, sink: DiagnosticSink): void {
  for (const [at, meaning] of left) {
    sink.info("GG111", at, `${meaning}: an error is left out`, {
      hint: "without --keep-going nothing is generated before the errors are mended",
    });
  }
}

type Part =
  | { readonly kind: "operation"; readonly path: string; readonly method: string }
  /** All operations of a path. */
  | { readonly kind: "operations"; readonly path: string }
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "scheme"; readonly section: readonly string[]; readonly name: string }
  /** What the document asks of operations that ask nothing themselves. */
  | { readonly kind: "security" }
  | { readonly kind: "integration"; readonly name: string }
  | { readonly kind: "policy" };

function partOf(document: LoadedDocument, at: Pointer): Part | undefined {
  if (at !== document.at && !at.startsWith(`${document.at}/`)) return undefined;
  const keys = parsePointer(at).keys.slice(parsePointer(document.at).keys.length);
  const [first, second, third] = keys;
  switch (first) {
    case policyKey:
      return { kind: "policy" };
    case "paths":
      if (second === undefined) return undefined;
      if (third === undefined) return { kind: "path", path: second };
      return methods.has(third)
        ? { kind: "operation", path: second, method: third }
        : { kind: "operations", path: second };
    case "securityDefinitions":
      return second === undefined
        ? undefined
        : { kind: "scheme", section: ["securityDefinitions"], name: second };
    case "components":
      if (third === undefined) return undefined;
      if (second === "securitySchemes") {
        return { kind: "scheme", section: ["components", "securitySchemes"], name: third };
      }
      if (second === integrationsKey) return { kind: "integration", name: third };
      return undefined;
    case "security":
      return { kind: "security" };
    default:
      return undefined;
  }
}

class Taking {
  readonly #document: LoadedDocument;
  readonly #left: LeftOut;

  constructor(document: LoadedDocument, left: LeftOut) {
    this.#document = document;
    this.#left = left;
  }

  take(part: Part): void {
    const { root } = this.#document;
    switch (part.kind) {
      case "policy":
        setMember(root, policyKey, structuredClone(denyAll));
        this.#tell([policyKey], "every call is refused");
        return;
      case "path":
        remove(root["paths"], part.path);
        this.#tell(["paths", part.path], `${part.path} is not served`);
        return;
      case "operation":
        this.#takeOperation(part.path, part.method);
        return;
      case "operations":
        this.#takeOperations(part.path);
        return;
      case "security":
        this.#takeUsers((operation) => operation["security"] === undefined);
        remove(root, "security");
        return;
      case "scheme":
        this.#takeUsers((operation) =>
          mentions(operation["security"] ?? root["security"], part.name),
        );
        if (mentions(root["security"], part.name)) remove(root, "security");
        remove(inside(root, part.section), part.name);
        return;
      case "integration":
        this.#takeUsers((operation) =>
          JSON.stringify(operation).includes(`/${integrationsKey}/${part.name}"`),
        );
        remove(inside(root, ["components", integrationsKey]), part.name);
    }
  }

  #takeOperations(path: string): void {
    const item = this.#pathItem(path);
    for (const member of Object.keys(item ?? {})) {
      if (methods.has(member)) this.#takeOperation(path, member);
      // the broken member of the path; its own extensions may be of use to others
      else if (!member.startsWith("x-")) remove(item, member);
    }
  }

  #takeUsers(uses: (operation: JsonObject) => boolean): void {
    const { paths } = this.#document.root;
    for (const [path, item] of Object.entries(isObject(paths) ? paths : {})) {
      for (const [method, operation] of Object.entries(isObject(item) ? item : {})) {
        if (methods.has(method) && isObject(operation) && uses(operation)) {
          this.#takeOperation(path, method);
        }
      }
    }
  }

  #takeOperation(path: string, method: string): void {
    const item = this.#pathItem(path);
    if (item === undefined) return;
    const operation = item[method];
    const { operationId, parameters } = isObject(operation) ? operation : {};
    setMember(item, method, {
      ...(typeof operationId === "string" ? { operationId } : {}),
      // those of the path's variables are asked for
      ...(isList(parameters) ? { parameters: parameters.filter(isPathParameter) } : {}),
      ...structuredClone(unserved),
    });
    const name = method === anyMethod ? "ANY" : method.toUpperCase();
    this.#tell(["paths", path, method], `${name} ${path} answers 501`);
  }

  #pathItem(path: string): JsonObject | undefined {
    return inside(this.#document.root, ["paths", path]);
  }

  #tell(keys: readonly string[], meaning: string): void {
    this.#left.set(descend(this.#document.at, keys), meaning);
  }
}

function isPathParameter(parameter: unknown): boolean {
  return isObject(parameter) && parameter["in"] === "path" && typeof parameter["name"] === "string";
}

function inside(root: JsonObject, keys: readonly string[]): JsonObject | undefined {
  let node: unknown = root;
  for (const key of keys) {
    node = isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }
  return isObject(node) ? node : undefined;
}

function remove(object: unknown, key: string): void {
  if (isObject(object)) delete (object as Record<string, unknown>)[key];
}

/** Whether requirements name a scheme. */
function mentions(security: unknown, name: string): boolean {
  return isList(security) && security.some((item) => isObject(item) && Object.hasOwn(item, name));
}
