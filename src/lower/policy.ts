import type { DiagnosticCode, DiagnosticSink } from "../diagnostics.js";
import type { Pointer } from "../pointer.js";
import { descend } from "../pointer.js";
import { compilePolicy } from "../runtime/policy/compile.js";

/** Stands for the API while a policy is only read. */
const anyApi = { partition: "aws", region: "us-east-1", accountId: "000000000000", apiId: "api" };

/**
 * Reports what cannot be read in an IAM policy document. A policy that is not understood whole must
 * not be applied in part: each problem is an error.
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
}
