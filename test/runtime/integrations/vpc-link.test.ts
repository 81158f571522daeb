import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import type { IntegrationTable, StageTable } from "../../../src/runtime/contracts.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { httpIntegration } from "../../../src/runtime/integrations/http.js";
import { httpBackend } from "../support/backend.js";
import { call, type Answer } from "../support/client.js";
import { apiTable, http, httpProxy, stage } from "../support/table.js";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Seen {
  readonly line: string;
  readonly host: string | undefined;
  /** Name that the client asked a certificate for. */
  readonly serverName: string | false | null | undefined;
}

const seenOf = ({ method, url, headers, socket }: IncomingMessage): Seen => ({
  line: `${method ?? ""} ${url ?? ""}`,
  host: headers.host,
  serverName: "servername" in socket ? (socket as TLSSocket).servername : undefined,
});

async function privateHost(seen: Seen[]): Promise<string> {
  const backend = await httpBackend((incoming, outgoing) => {
    seen.push(seenOf(incoming));
    outgoing.end("{}");
  });
  open.push(backend);
  return backend.origin;
}

async function privateTlsHost(seen: Seen[]): Promise<string> {
  const fixture = (name: string): Buffer =>
    readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
  const server = createServer(
    { key: fixture("private-host.key"), cert: fixture("private-host.crt") },
    (incoming, outgoing) => {
      seen.push(seenOf(incoming));
      outgoing.end("{}");
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  });
  return `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function run(integration: IntegrationTable, rest: Partial<StageTable>): Promise<Answer> {
  const gateway = createGateway(
    apiTable({ "ANY /p/{id}": { integration } }, { stages: { dev: stage(rest) } }),
    { integrations: { http: httpIntegration, http_proxy: httpProxyIntegration } },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  open.push(gateway);
  return call(gateway, "GET", "/dev/p/7?q=1");
}

const linked = {
  method: "GET",
  vpcLink: ["link"],
  requestParameters: [{ to: "path", name: "id", from: { path: "id" } }],
} as const;
const uri = (scheme: string) => [`${scheme}://stock.internal:8443/items/`, { path: "id" }];

describe.each([
  ["http", http, "GET /dev/items/7"],
  ["http_proxy", httpProxy, "GET /dev/items/7?q=1"],
] as const)("%s through a VPC link", (_kind, table, line) => {
  test("calls the private host; the URI is left to say Host, the stage comes first", async () => {
    const seen: Seen[] = [];
    const upstream = await privateHost(seen);
    const vpcLinks = { link: { upstream, stageInPath: true } };
    expect((await run(table(uri("http"), linked), { vpcLinks })).status).toBe(200);
    expect(seen).toEqual([{ line, host: "stock.internal:8443", serverName: undefined }]);
  });

  test("leaves the stage out for links of version 1, and stays under the upstream's path", async () => {
    const seen: Seen[] = [];
    const upstream = `${await privateHost(seen)}/base/`;
    const vpcLinks = { link: { upstream, stageInPath: false } };
    await run(table(uri("http"), linked), { vpcLinks });
    expect(seen[0]?.line).toBe(line.replace("/dev", "/base"));
  });

  test("finds its id in a stage variable, and leaves a mapped Host alone", async () => {
    const seen: Seen[] = [];
    const requestParameters = [
      ...linked.requestParameters,
      { to: "header", name: "Host", from: { literal: "mapped" } },
    ] as const;
    await run(
      table(uri("http"), { ...linked, requestParameters, vpcLink: [{ stageVariable: "id" }] }),
      {
        variables: { id: "link" },
        vpcLinks: { link: { upstream: await privateHost(seen), stageInPath: true } },
      },
    );
    expect(seen[0]?.host).toBe("mapped");
  });

  test("asks for the certificate of the URI's host", async () => {
    const seen: Seen[] = [];
    const vpcLinks = { link: { upstream: await privateTlsHost(seen), stageInPath: true } };
    const trusting = { ...linked, insecureSkipVerification: true };
    expect((await run(table(uri("https"), trusting), { vpcLinks })).status).toBe(200);
    expect(seen[0]).toMatchObject({ host: "stock.internal:8443", serverName: "stock.internal" });
    expect((await run(table(uri("https"), linked), { vpcLinks })).status).toBe(504);
    expect(seen).toHaveLength(1);
  });

  test("trusts the authorities of the link's settings, under the name that they say", async () => {
    const seen: Seen[] = [];
    const caFile = fileURLToPath(new URL("../fixtures/private-host.crt", import.meta.url));
    const linkTo = (upstream: string, serverName: string | null) => ({
      link: {
        upstream,
        stageInPath: false,
        connection: {
          tls: { caFile, serverName, insecureSkipVerification: false },
          keepAlive: true,
          maxConcurrency: null,
          retries: null,
          circuitBreaker: null,
        },
      },
    });
    const upstream = await privateTlsHost(seen);
    const named = [`https://balancer.example:8443/items/`, { path: "id" }];
    const status = async (target: typeof named, serverName: string | null): Promise<number> =>
      (await run(table(target, linked), { vpcLinks: linkTo(upstream, serverName) })).status;
    expect(await status(uri("https"), null)).toBe(200);
    expect(await status(named, null)).toBe(504);
    expect(await status(named, "stock.internal")).toBe(200);
    expect(seen.map(({ serverName }) => serverName)).toEqual(["stock.internal", "stock.internal"]);
  });

  test("answers 501 where the settings name no upstream", async () => {
    const answer = await run(table(uri("http"), linked), {});
    expect(answer.status).toBe(501);
    expect(answer.text).toContain('VPC link \\"link\\" leads nowhere');
  });

  test("needs no link where a backend of the settings stands for the host", async () => {
    const seen: Seen[] = [];
    const target = { kind: "url", url: await privateHost(seen) } as const;
    const backends = [{ match: ["stock.internal"], target, timeoutMs: null }];
    await run(table(uri("http"), linked), { backends });
    expect(seen[0]?.line).toBe(line.replace("/dev", ""));
  });
});
