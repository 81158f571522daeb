// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ManagedGateway } from "../gateway.js";
import type { AdminOperation } from "./admin-operation.js";

/** The gateway's numbers, where some are kept. */
export function metricsOperations(
  { metrics }: Pick<ManagedGateway, "metrics">,
  path: string | null,
): readonly AdminOperation[] {
  if (metrics === null || path === null) return [];
  const answer: AdminOperation["answer"] = async () => ({
    status: 200,
    body: null,
    text: { type: metrics.type, text: await metrics.read() },
  });
  return [{ method: "GET", path, answer }];
}
