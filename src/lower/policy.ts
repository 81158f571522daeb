import type { DiagnosticCode, DiagnosticSink } from "../diagnostics.js";
import { isList, isObject, member, quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import { descend } from "../pointer.js";
import { compilePolicy } from "../runtime/policy/compile.js";
import { canHaveValue } from "../runtime/policy/condition-keys.js";

/** Stands for the API while a policy is only read. */
const anyApi = { partition: "aws", region: "us-east-1", accountId: "000000000000", apiId: "api" };

/**
 * Reports what cannot be read in an IAM policy document. A policy that is not understood whole must
 * not be applied in part: each problem is an error. Condition keys that no request has here are
 * warned of, since they often deny everything.
 */
export function checkPolicy(
  document: unknown,
  at: Pointer,
  owner: { readonly kind: "resource" | "identity"; readonly code: DiagnosticCode },
  sink: DiagnosticSink,
): void {
  const { problems } = compilePolicy(document, { kind: owner.kind, api: anyApi });
  for (const { path, message } of problems) {
    sink.error(owner.code, descend(at, path), `the policy cannot be read: ${message}`);
  }
  if (problems.length > 0) return;
  for (const path of conditionKeys(document)) {
    const key = path.at(-1) ?? "";
    if (canHaveValue(key)) continue;
    const message = `no request has the condition key ${quote(key)} here: it counts as missing`;
    sink.warning("GG109", descend(at, path), message);
  }
}

/** Where keys of conditions stand in a policy that can be read. */
function conditionKeys(document: unknown): readonly (readonly string[])[] {
  const statement = isObject(document) ? member(document, "Statement") : undefined;
  const statements = isList(statement)
    ? statement.map((item, index) => [["Statement", String(index)], item] as const)
    : [[["Statement"], statement] as const];
  return statements.flatMap(([path, item]) => {
    const operators = isObject(item) ? member(item, "Condition") : undefined;
    return Object.entries(isObject(operators) ? operators : {}).flatMap(([operator, keys]) =>
      Object.keys(isObject(keys) ? keys : {}).map((key) => [...path, "Condition", operator, key]),
    );
  });
}
