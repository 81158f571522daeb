// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { isRecord } from "../json-record.js";
import { compileCondition, type Condition } from "./condition.js";
import { parsePattern, type Pattern } from "./pattern.js";
import type {
  CompiledPolicy,
  CompiledStatement,
  Listed,
  PolicyApi,
  PolicyKind,
  PolicyProblem,
  PrincipalMatcher,
} from "./policy.js";

export interface CompileOptions {
  readonly kind: PolicyKind;
  readonly api: PolicyApi;
}

export type CompileResult =
  | { readonly policy: CompiledPolicy; readonly problems: readonly [] }
  /** Nothing that cannot be read whole is used: it might be the denial that is missing. */
  | { readonly policy: null; readonly problems: readonly PolicyProblem[] };

/** Policies of 2008, which is also the default, know no variables. */
const VERSIONS = ["2008-10-17", "2012-10-17"];

/**
 * Reads an IAM policy document, or the JSON text of one. Source: IAM user guide, "Grammar of the IAM
 * JSON policy language". What is wrong is said with its place; nothing is thrown.
 */
export function compilePolicy(document: unknown, options: CompileOptions): CompileResult {
  const reader = new PolicyReader(options);
  const statements = reader.read(typeof document === "string" ? parseText(document) : document);
  const [first, ...others] = reader.problems;
  return first === undefined
    ? { policy: { statements }, problems: [] }
    : { policy: null, problems: [first, ...others] };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

type Json = Readonly<Record<string, unknown>>;
type Path = readonly string[];

const POLICY_MEMBERS = ["Version", "Id", "Statement"];
const STATEMENT_MEMBERS = [
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Principal",
  "NotPrincipal",
  "Condition",
];

/** How an action and a resource are written; stars may stand for their first parts. */
const FORMS = {
  Action: { form: /^(?:\*|[^:]+:.+)$/s, what: "an action, as execute-api:Invoke" },
  Resource: {
    form: /^(?:arn:|execute-api:\/|[*?]|\$\{)/,
    what: "an ARN, or execute-api:/stage/METHOD/path",
  },
} as const;

/** An ARN without wildcards, of which principals have none, or one that a placeholder is part of. */
const IDENTITY_ARN = /^(?:arn:[^:*?]+:(?:iam|sts)::\d{12}:[^*?]+|.*\$\{.*)$/s;
/** The unique id that stands in a policy once its user or role is gone. */
const DELETED_IDENTITY = /^A[A-Z0-9]{15,127}$/;

class PolicyReader {
  readonly problems: PolicyProblem[] = [];
  readonly #options: CompileOptions;
  #variables = false;

  constructor(options: CompileOptions) {
    this.#options = options;
  }

  read(document: unknown): readonly CompiledStatement[] {
    if (!isRecord(document)) {
      this.#problem([], "a policy is an object");
      return [];
    }
    this.#checkMembers(document, POLICY_MEMBERS, []);
    const { Version: version = VERSIONS[0], Statement: statement } = document;
    if (!VERSIONS.some((known) => known === version)) {
      this.#problem(["Version"], `the version is one of ${VERSIONS.join(", ")}`);
    }
    this.#variables = version === VERSIONS[1];
    const list: unknown = isRecord(statement) ? [statement] : statement;
    if (!Array.isArray(list)) {
      this.#problem(["Statement"], "Statement is an object or a list of objects");
      return [];
    }
    const isList = list === statement;
    return list.flatMap((item: unknown, index) =>
      this.#statement(item, isList ? ["Statement", String(index)] : ["Statement"], index),
    );
  }

  #statement(item: unknown, path: Path, index: number): readonly CompiledStatement[] {
    if (!isRecord(item)) {
      this.#problem(path, "a statement is an object");
      return [];
    }
    this.#checkMembers(item, STATEMENT_MEMBERS, path);
    const { Effect: effect, Sid: sid } = item;
    if (effect !== "Allow" && effect !== "Deny") {
      this.#problem([...path, "Effect"], "Effect is Allow or Deny");
    }
    const actions = this.#patterns(item, "Action", path);
    const resources = this.#patterns(item, "Resource", path);
    const principals = this.#principals(item, path);
    const conditions = this.#conditions(item["Condition"], [...path, "Condition"]);
    if (actions === undefined || resources === undefined) return [];
    const name = typeof sid === "string" && sid !== "" ? sid : String(index + 1);
    return [
      {
        name,
        effect: effect === "Deny" ? "Deny" : "Allow",
        actions,
        resources,
        principals,
        conditions,
      },
    ];
  }

  /** An element or its `Not` form: exactly one of both. */
  #patterns(item: Json, element: "Action" | "Resource", path: Path): Listed<Pattern> | undefined {
    const found = this.#oneOf(item, element, path);
    if (found === undefined) return undefined;
    const texts = this.#texts(found.value, found.path, `${element} is a text or a list of texts`);
    const { form, what } = FORMS[element];
    // what is not of the form would match nothing: a denial would be of no effect without a word
    const wrong = texts.find((text) => !form.test(text));
    if (wrong !== undefined) this.#problem(found.path, `"${wrong}" is not ${what}`);
    const isResource = element === "Resource";
    // variables stand in resources alone
    const variables = this.#variables && isResource;
    const options = { wildcards: true, variables, ignoreCase: !isResource };
    return {
      negated: found.negated,
      items: texts.map((text) => parsePattern(isResource ? this.#expanded(text) : text, options)),
    };
  }

  #oneOf(
    item: Json,
    element: string,
    path: Path,
  ): { readonly negated: boolean; readonly value: unknown; readonly path: Path } | undefined {
    const names = [element, `Not${element}`];
    const [name, other] = names.filter((candidate) => item[candidate] !== undefined);
    if (name === undefined) {
      this.#problem(path, `a statement has ${names.join(" or ")}`);
      return undefined;
    }
    if (other !== undefined) {
      this.#problem([...path, other], `a statement has ${names.join(" or ")}, not both`);
      return undefined;
    }
    return { negated: name !== element, value: item[name], path: [...path, name] };
  }

  /** `execute-api:/stage/GET/path` is short for the ARN of the policy's own API. */
  #expanded(text: string): string {
    if (!text.startsWith("execute-api:/")) return text;
    const { partition, region, accountId, apiId } = this.#options.api;
    const prefix = `arn:${partition}:execute-api:${region}:${accountId}:${apiId}`;
    return `${prefix}${text.slice("execute-api:".length)}`;
  }

  /** Only the API's own policy says whom a statement is for. An authorizer's may, without effect. */
  #principals(item: Json, path: Path): Listed<PrincipalMatcher> | null {
    const { kind } = this.#options;
    const isNamed = item["Principal"] !== undefined || item["NotPrincipal"] !== undefined;
    if (kind !== "resource") {
      if (kind === "identity" && isNamed) {
        this.#problem(path, "the policy of a caller has no Principal");
      }
      return null;
    }
    const found = this.#oneOf(item, "Principal", path);
    if (found === undefined) return null;
    return { negated: found.negated, items: this.#matchers(found.value, found.path) };
  }

  #matchers(value: unknown, path: Path): readonly PrincipalMatcher[] {
    if (value === "*") return [{ kind: "everybody" }];
    if (!isRecord(value)) {
      this.#problem(path, 'a principal is "*" or an object');
      return [];
    }
    return Object.entries(value).flatMap(([type, names]) => {
      const place = [...path, type];
      const texts = this.#texts(names, place, "principals are a text or a list of texts");
      if (type === "AWS") return texts.flatMap((text) => this.#awsPrincipal(text, place));
      if (["Service", "Federated", "CanonicalUser"].includes(type)) {
        return texts.map((): PrincipalMatcher => ({ kind: "nobody" }));
      }
      this.#problem(place, `"${type}" is not a kind of principal`);
      return [];
    });
  }

  /** Everybody, an account (by its digits or its root), or one identity, exactly. */
  #awsPrincipal(text: string, path: Path): readonly PrincipalMatcher[] {
    if (text === "*") return [{ kind: "everybody" }];
    const account = /^(?:arn:[^:]*:iam::(\d{12}):root|(\d{12}))$/.exec(text);
    if (account !== null) {
      return [{ kind: "account", account: account[1] ?? account[2] ?? "" }];
    }
    if (DELETED_IDENTITY.test(text)) return [{ kind: "nobody" }];
    if (IDENTITY_ARN.test(text)) return [{ kind: "arn", arn: text }];
    this.#problem(path, `"${text}" is not "*", an account or the whole ARN of an identity`);
    return [];
  }

  #conditions(value: unknown, path: Path): readonly Condition[] {
    if (value === undefined) return [];
    if (!isRecord(value)) {
      this.#problem(path, "Condition is an object");
      return [];
    }
    return Object.entries(value).flatMap(([operator, keys]) => {
      const place = [...path, operator];
      if (!isRecord(keys)) {
        this.#problem(place, "an operator has an object of keys");
        return [];
      }
      return Object.entries(keys).flatMap(([key, values]) =>
        this.#condition(operator, key, values, [...place, key]),
      );
    });
  }

  #condition(operator: string, key: string, values: unknown, path: Path): readonly Condition[] {
    const texts = this.#texts(values, path, "values are texts, numbers or booleans", true);
    const condition = compileCondition(operator, key, texts, { variables: this.#variables });
    if (typeof condition !== "string") return [condition];
    this.#problem(path, condition);
    return [];
  }

  #texts(value: unknown, path: Path, message: string, scalars = false): readonly string[] {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.flatMap((item) => {
      if (typeof item === "string") return [item];
      return scalars && (typeof item === "number" || typeof item === "boolean")
        ? [String(item)]
        : [];
    });
    if (texts.length < list.length) this.#problem(path, message);
    return texts;
  }

  #checkMembers(object: Json, known: readonly string[], path: Path): void {
    for (const key of Object.keys(object)) {
      if (!known.includes(key)) this.#problem([...path, key], `"${key}" is not an element`);
    }
  }

  #problem(path: Path, message: string): void {
    this.problems.push({ path, message });
  }
}
