import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hostileKey, startGateway, type GatewayProcess } from "./gateway-process.js";
import { runCase, type CaseContext } from "./hostile-case.js";
import { readCases, type HostileCase } from "./hostile-case-file.js";
import { startAuthorizer, startBackend, startCanary, type Recorder } from "./hostile-servers.js";

const folder = fileURLToPath(new URL("../../../shared/http-hostile/", import.meta.url));
const hasCases = existsSync(folder);
const cases = hasCases ? readCases(readFileSync(`${folder}cases.json`, "utf8")) : [];

function titled(item: HostileCase): [title: string, item: HostileCase] {
  return [`${item.group}: ${item.id}: ${item.why}`, item];
}

interface Servers {
  readonly backend: Recorder;
  readonly canary: Recorder;
  readonly authorizer: Recorder;
}

/** The ports of the files are examples; those here are free ones. */
function withPorts(text: string, { backend, canary }: Servers): string {
  return text.replaceAll("18092", String(backend.port)).replaceAll("18091", String(canary.port));
}

/** Starts the document as it is, and without its resource policy. */
async function startGateways(
  servers: Servers,
): Promise<{ whole: GatewayProcess; open: GatewayProcess }> {
  const text = withPorts(readFileSync(`${folder}spec.yaml`, "utf8"), servers);
  const url = `http://127.0.0.1:${servers.authorizer.port}`;
  const settings = {
    api: { kind: "rest" },
    stages: {
      dev: {
        logging: { access: { destination: "stdout", format: "$context.requestId $context.path" } },
      },
    },
    apiKeys: { good: { value: { secret: hostileKey.name } } },
    usagePlans: { all: { stages: ["dev"], keys: ["good"] } },
    backends: { functions: { match: ["arn:aws:lambda:*"], url } },
  };
  const { "x-amazon-apigateway-policy": _policy, ...open } = parse(text) as Readonly<
    Record<string, unknown>
  >;
  return {
    whole: await startGateway(text, settings),
    open: await startGateway(JSON.stringify(open), settings),
  };
}

const title = "hostile HTTP (skipped where ../shared/http-hostile is missing)";
describe.skipIf(!hasCases)(title, () => {
  let servers: Servers;
  let gateways: { whole: GatewayProcess; open: GatewayProcess };

  beforeAll(async () => {
    servers = {
      backend: await startBackend(),
      canary: await startCanary(),
      authorizer: await startAuthorizer(),
    };
    gateways = await startGateways(servers);
  });
  beforeEach(() => {
    for (const server of Object.values(servers)) server.clear();
  });
  afterAll(async () => {
    await Promise.all([gateways.whole.end(), gateways.open.end()]);
    await Promise.all(Object.values(servers).map((server) => server.close()));
  });

  describe.each(["", "/dev"])("prefix %j", (prefix) => {
    const run = (item: HostileCase, gateway: GatewayProcess): Promise<string[]> => {
      const ready = JSON.parse(withPorts(JSON.stringify(item), servers)) as HostileCase;
      const context: CaseContext = { prefix, gateway, ...servers };
      return runCase(ready, context);
    };

    test.each(cases.map(titled))("%s", async (_title, item) => {
      const gateway = item.id.startsWith("ip-") ? gateways.whole : gateways.open;
      expect(await run(item, gateway)).toEqual([]);
    });
  });
});
