import type { JsonObject } from "../../json.js";
import { isObject, setMember } from "../../json.js";
import type { Scalar } from "../intrinsics.js";
import type { HclBlock, HclBody, HclExpression } from "./hcl.js";

/** Locals inside of locals; more is a circle. */
const maxNesting = 30;

/** Names in Terraform of what CloudFormation calls pseudo parameters, each with what may stand behind it. */
const environment: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^data\.aws_region\.\w+\.(?:name|id|region)$/, "AWS::Region"],
  [/^data\.aws_caller_identity\.\w+\.account_id$/, "AWS::AccountId"],
  [/^data\.aws_partition\.\w+\.partition$/, "AWS::Partition"],
  [/^data\.aws_partition\.\w+\.dns_suffix$/, "AWS::URLSuffix"],
];

/** What the expressions of a Terraform file stand for. */
export class ModuleValues {
  readonly #locals = new Map<string, HclExpression>();
  readonly #variables = new Map<string, HclExpression>();
  readonly #given: ReadonlyMap<string, Scalar>;
  /** Expressions that were asked for and are not computed here: their text stands for them. */
  readonly unread = new Set<HclExpression>();

  constructor(body: HclBody, given: ReadonlyMap<string, Scalar>) {
    this.#given = given;
    for (const block of body.blocks) {
      if (block.type === "locals") {
        for (const [name, { value }] of block.body.attributes) this.#locals.set(name, value);
      }
      const [name] = block.labels;
      const value = block.body.attributes.get("default")?.value;
      if (block.type === "variable" && name !== undefined && value)
        this.#variables.set(name, value);
    }
  }

  /** A value as JSON; what is not known is text that still names it: `${aws_sqs_queue.q.arn}`. */
  value(expression: HclExpression, nesting = maxNesting): unknown {
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "text":
        return this.#text(expression.text);
      case "list":
        return expression.items.map((item) => this.value(item, nesting));
      case "object":
        return this.#object(expression, nesting);
      case "reference":
        return this.#reference(expression.path, nesting);
      case "call":
        return this.#call(expression, nesting);
      case "other":
        this.unread.add(expression);
        return `\${${expression.text}}`;
    }
  }

  /** A single value behind a name, as texts interpolate it; undefined where it is not known. */
  scalar(path: string): Scalar | undefined {
    const value = this.#known(path, maxNesting);
    return isScalar(value) && !String(value).includes("${") ? value : undefined;
  }

  /** The address of a function behind its attribute; it names what is not known. */
  functionText(path: string): string | undefined {
    return functionValue(path, this.#given);
  }

  /** Interpolations of names that are known; the others are left to the intrinsics. */
  #text(text: string): string {
    return text.replaceAll(/(?<!\$)\$\{\s*([\w.[\]"-]+)\s*\}/g, (whole, path: string) => {
      const value = this.#known(path, maxNesting);
      return isScalar(value) ? String(value) : whole;
    });
  }

  #object(expression: HclExpression & { readonly kind: "object" }, nesting: number): JsonObject {
    const object: Record<string, unknown> = {};
    for (const { key, value } of expression.entries) {
      const name = this.#text(key.replace(/^\$\{"(.*)"\}$/, "$1"));
      setMember(object, name, this.value(value, nesting));
    }
    return object;
  }

  #reference(path: string, nesting: number): unknown {
    const value = this.#known(path, nesting);
    return value === undefined ? `\${${path}}` : value;
  }

  #known(path: string, nesting: number): unknown {
    if (nesting === 0) return undefined;
    const [root, name = "", ...rest] = path.split(".");
    if (root === "var") {
      const given =
        this.#given.get(path) ?? (rest.length === 0 ? this.#given.get(name) : undefined);
      const written = this.#variables.get(name);
      return given ?? (written && this.#into(this.value(written, nesting - 1), rest));
    }
    if (root === "local") {
      const written = this.#locals.get(name);
      return written && this.#into(this.value(written, nesting - 1), rest);
    }
    const given = this.#given.get(path);
    if (given !== undefined) return given;
    const [, pseudo] = environment.find(([pattern]) => pattern.test(path)) ?? [];
    if (pseudo !== undefined) return this.#given.get(pseudo);
    return functionValue(path, this.#given);
  }

  #into(value: unknown, keys: readonly string[]): unknown {
    return keys.reduce<unknown>(
      (node, key) => (isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined),
      value,
    );
  }

  #call(expression: HclExpression & { readonly kind: "call" }, nesting: number): unknown {
    const [first] = expression.arguments;
    switch (expression.name) {
      case "jsonencode":
      case "yamlencode":
        return first && this.value(first, nesting);
      case "tostring":
      case "tonumber":
      case "tolist":
      case "toset":
        return first && this.value(first, nesting);
      case "merge": {
        const parts = expression.arguments.map((part) => this.value(part, nesting));
        const merged: Record<string, unknown> = {};
        for (const part of parts) {
          for (const [key, item] of Object.entries(isObject(part) ? part : {})) {
            setMember(merged, key, item);
          }
        }
        return merged;
      }
      default:
        this.unread.add(expression);
        return `\${${expression.name}}`;
    }
  }
}

/** A function of Lambda by its resource: its name in the gateway is the name of the resource. */
function functionValue(path: string, given: ReadonlyMap<string, Scalar>): string | undefined {
  const [, name, attribute] =
    /^aws_lambda_(?:function|alias)\.([\w-]+)\.(arn|qualified_arn|invoke_arn|function_name)$/.exec(
      path,
    ) ?? [];
  if (name === undefined) return undefined;
  if (attribute === "function_name") return name;
  const arn = `\${${name}.arn}`;
  if (attribute !== "invoke_arn") return arn;
  const [partition, region] = [given.get("AWS::Partition"), given.get("AWS::Region")].map(String);
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`;
}

/** Blocks of a type; resources by their type, too. */
export function resourcesOf(body: HclBody, ...types: readonly string[]): readonly HclBlock[] {
  return body.blocks.filter(
    ({ type, labels: [first] }) =>
      type === "resource" && first !== undefined && types.includes(first),
  );
}

/** `aws_api_gateway_rest_api.main`. */
export function addressOf({ labels }: HclBlock): string {
  return labels.join(".");
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
