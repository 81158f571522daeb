/**
 * What access control costs: a protected pass-through proxy beside the same one unprotected, in one
 * process, with the same request. Results, keys and signing keys are warm.
 *
 * `node --import tsx test/bench/access.ts [--json] [--rounds N] [--ms N]`
 */
import { fileURLToPath } from "node:url";
import { printRounds, readEffort } from "./print-rounds.js";
import { withBench, type BenchResult, type Effort } from "./rounds.js";

export function benchAccess(
  effort: Effort = { rounds: 21, ms: 400 },
): Promise<readonly BenchResult[]> {
  return withBench(effort, async ({ serve, compare }) => {
    const upstream = await serve("upstream");
    const gateway = await serve("access", `http://127.0.0.1:${String(upstream.port)}`);
    const beside = (name: string, goal: number | null, path: string): Promise<BenchResult> => {
      const headers = gateway.headers[path] ?? [];
      return compare(
        name,
        goal,
        { server: gateway, path, headers },
        { server: gateway, path: "/dev/open", headers },
      );
    };
    return [
      await beside("user pool token", 0.75, "/dev/token"),
      await beside("API key and throttle", 0.9, "/dev/keyed"),
      await beside("kept authorizer result", null, "/dev/authorizer"),
      await beside("IAM signature", null, "/dev/signed"),
    ];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  printRounds("beside unprotected", await benchAccess(readEffort()));
}
