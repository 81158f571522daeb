// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { FunctionBinding } from "../functions/binding.js";
import type { Handler } from "./integration.js";

/** Answers in place of a backend that the settings replace or that is missing. */
export function stubIntegration(
  stub: Pick<Extract<FunctionBinding, { kind: "stub" }>, "status" | "headers" | "body">,
): Handler {
  const headers = Object.entries(stub.headers).flat();
  return () => ({ status: stub.status, headers: headers.slice(), body: stub.body });
}
