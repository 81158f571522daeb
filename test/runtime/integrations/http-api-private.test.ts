import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import type { HttpApiPrivateTable, StageTable } from "../../../src/runtime/contracts.js";
import { createGateway } from "../../../src/runtime/gateway.js";
import { createHttpClient } from "../../../src/runtime/http/client.js";
import { httpApiPrivateIntegration } from "../../../src/runtime/integrations/http-api-private.js";
import { httpApi } from "../../../src/runtime/kinds/http-api.js";
import { call, type Answer } from "../support/client.js";
import { apiTable, stage } from "../support/table.js";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const target = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/lb/1/2";

function privateTable(rest: Partial<HttpApiPrivateTable> = {}): HttpApiPrivateTable {
  return {
    kind: "http_api_private",
    method: "GET",
    target: [target],
    vpcLink: ["link"],
    serverName: null,
    timeoutMs: 5000,
    changes: { request: [], responses: {} },
    ...rest,
  };
}

async function run(table: HttpApiPrivateTable, rest: Partial<StageTable>): Promise<Answer> {
  const gateway = createGateway(
    apiTable({ "GET /a": { integration: table } }, { kind: "http", stages: { dev: stage(rest) } }),
    { kind: httpApi, integrations: { http_api_private: httpApiPrivateIntegration } },
    { logger: { warn: () => undefined, error: () => undefined } },
  );
  open.push(gateway);
  return call(gateway, "GET", "/dev/a");
}

interface Seen {
  /** Names that clients asked a certificate for. */
  readonly names: string[];
  readonly hosts: (string | undefined)[];
}

/** A host that shows a certificate for `stock.internal`, which no authority signed. */
async function privateTlsHost(seen: Seen): Promise<string> {
  const fixture = (name: string): Buffer =>
    readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
  const identity = { key: fixture("private-host.key"), cert: fixture("private-host.crt") };
  const server = createServer(
    {
      ...identity,
      SNICallback: (name, done) => {
        seen.names.push(name);
        done(null, createSecureContext(identity));
      },
    },
    ({ headers }, outgoing) => {
      seen.hosts.push(headers.host);
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

describe("private integrations", () => {
  test("ask for the certificate of the server name, and check it", async () => {
    const seen: Seen = { names: [], hosts: [] };
    const vpcLinks = { link: { upstream: await privateTlsHost(seen), stageInPath: true } };
    const answer = await run(privateTable({ serverName: "stock.internal" }), { vpcLinks });
    expect(seen.names).toEqual(["stock.internal"]);
    // nobody signed the certificate: no request is sent
    expect([answer.status, seen.hosts]).toEqual([503, []]);
  });

  test("the server name stands, whatever Host is sent", async () => {
    const seen: Seen = { names: [], hosts: [] };
    const origin = await privateTlsHost(seen);
    const client = createHttpClient({ insecure: true, serverName: "stock.internal" });
    open.push(client);
    const answer = await client.call({
      origin,
      path: "/",
      method: "GET",
      headers: ["Host", "other.example"],
      body: null,
      timeoutMs: 5000,
      maxBytes: 1000,
      whole: true,
      client: {},
    });
    expect([answer.status, seen]).toEqual([
      200,
      { names: ["stock.internal"], hosts: ["other.example"] },
    ]);
  });

  test("answer 501 where the settings name no upstream", async () => {
    const answer = await run(privateTable(), {});
    expect(answer.status).toBe(501);
    expect(answer.text).toContain('VPC link \\"link\\" leads nowhere');
  });

  test("find their link in a stage variable", async () => {
    const table = privateTable({ vpcLink: [{ stageVariable: "link" }] });
    const answer = await run(table, { variables: { link: "other" } });
    expect(answer.text).toContain('VPC link \\"other\\"');
  });

  test("may be replaced by a fixed answer", async () => {
    const backend = {
      match: [target],
      target: { kind: "mock", statusCode: 203, headers: {}, body: "fixed" },
      timeoutMs: null,
    } as const;
    const answer = await run(privateTable(), { backends: [backend] });
    expect([answer.status, answer.text]).toEqual([203, "fixed"]);
  });
});
