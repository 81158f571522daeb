/**
 * How fast the gateway is beside the plainest program that does the same: `node:http` for a mock
 * answer, `node:http` and undici for a pass-through proxy. Servers, backend and load are processes
 * of their own; the measured rounds alternate, so that a busy machine slows both sides.
 *
 * `node --import tsx test/bench/gateway.ts [--json] [--rounds N] [--ms N]`
 */
import { fileURLToPath } from "node:url";
import { printRounds, readEffort } from "./print-rounds.js";
import { withBench, type BenchResult, type Effort } from "./rounds.js";

export function benchGateway(
  effort: Effort = { rounds: 21, ms: 400 },
): Promise<readonly BenchResult[]> {
  return withBench(effort, async ({ serve, compare }) => {
    const upstream = await serve("upstream");
    const origin = `http://127.0.0.1:${String(upstream.port)}`;
    const gateway = await serve("gateway", origin);
    const rawMock = await serve("raw-mock");
    const rawProxy = await serve("raw-proxy", origin);
    return [
      await compare(
        "mock",
        0.8,
        { server: gateway, path: "/dev/mock" },
        { server: rawMock, path: "/dev/mock" },
      ),
      await compare(
        "proxy",
        0.85,
        { server: gateway, path: "/dev/proxy" },
        { server: rawProxy, path: "/items" },
      ),
    ];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  printRounds("gateway beside raw", await benchGateway(readEffort()));
}
