import fc from "fast-check";
import { request, type IncomingHttpHeaders } from "node:http";
import { describe, expect, test } from "vitest";
import { createGateway } from "../../../src/runtime/gateway.js";
import { httpProxyIntegration } from "../../../src/runtime/integrations/http-proxy.js";
import { startServer } from "../../../src/runtime/server/node.js";
import { httpBackend } from "../support/backend.js";
import { apiTable, httpProxy } from "../support/table.js";
import { trustedProxies } from "../../../src/runtime/server/trusted-proxies.js";

const inside = trustedProxies(["10.0.0.0/8", "fd00::/8", "192.0.2.1"]);
const hops = (...values: readonly string[]) =>
  values.flatMap((value) => ["X-Forwarded-For", value]);

describe("the client behind trusted proxies", () => {
  test("is not believed of anybody else", () => {
    expect(inside("203.0.113.5", hops("198.51.100.1"))).toBeNull();
    expect(inside("", hops("198.51.100.1"))).toBeNull();
  });

  test.each<[what: string, peer: string, headers: readonly string[], client: string]>([
    ["the one that the proxy was called by", "10.0.0.7", hops("198.51.100.1"), "198.51.100.1"],
    ["not what it says itself", "10.0.0.7", hops("1.1.1.1, 198.51.100.1"), "198.51.100.1"],
    [
      "behind several proxies",
      "10.0.0.7",
      hops("198.51.100.1, 192.0.2.1, 10.9.9.9"),
      "198.51.100.1",
    ],
    ["over several lines", "10.0.0.7", hops("1.1.1.1", "198.51.100.1", "10.1.1.1"), "198.51.100.1"],
    ["the proxy, where it says nothing", "10.0.0.7", [], "10.0.0.7"],
    ["a proxy, where there are only such", "10.0.0.7", hops("10.0.0.8, 10.0.0.9"), "10.0.0.8"],
    ["told with its port", "10.0.0.7", hops("198.51.100.1:4711"), "198.51.100.1"],
    ["of version 6", "fd00::1", hops("2001:db8::5"), "2001:db8::5"],
    ["of version 6 with its port", "fd00::1", hops("[2001:db8::5]:4711"), "2001:db8::5"],
    [
      "of version 4 in a form of version 6",
      "10.0.0.7",
      hops("::ffff:198.51.100.1"),
      "198.51.100.1",
    ],
    ["the nearest that is known", "10.0.0.7", hops("198.51.100.1, unknown, 10.0.0.8"), "10.0.0.8"],
    [
      "the nearest that is known, where one is empty",
      "10.0.0.7",
      hops("198.51.100.1,"),
      "10.0.0.7",
    ],
  ])("is %s", (_what, peer, headers, client) => {
    expect(inside(peer, headers)?.address).toBe(client);
  });

  test("is the first one where all are trusted", () => {
    const all = trustedProxies("all");
    expect(all("203.0.113.5", hops("198.51.100.1, 203.0.113.9"))?.address).toBe("198.51.100.1");
  });

  test("is never one of the trusted networks where the proxy was called from elsewhere", () => {
    const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((tail) => tail.join("."));
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), address, (made, tail) => {
        const outside = `198.${tail}`;
        const headers = hops([...made.map((text) => text.replaceAll(",", "")), outside].join(", "));
        expect(inside("10.0.0.7", headers)?.address).toBe(outside);
      }),
    );
  });

  test.each<[value: string, protocol: string | null]>([
    ["https", "https"],
    ["HTTP", "http"],
    ["http, https", "https"],
    ["gopher", null],
    ["", null],
  ])("came by the protocol %j", (value, protocol) => {
    expect(inside("10.0.0.7", ["x-forwarded-proto", value])?.protocol).toBe(protocol);
  });

  test.each<[value: string, port: number | null]>([
    ["443", 443],
    ["80, 8443", 8443],
    ["0", null],
    ["65536", null],
    ["x", null],
  ])("came to the port %j", (value, port) => {
    expect(inside("10.0.0.7", ["X-Forwarded-Port", value])?.port).toBe(port);
  });
});

test("a gateway behind a proxy tells backends of the client, and of the proxy", async () => {
  const seen: IncomingHttpHeaders[] = [];
  const backend = await httpBackend((incoming, outgoing) => {
    seen.push(incoming.headers);
    outgoing.end("{}");
  });
  const gateway = createGateway(
    apiTable({
      "GET /a": {
        integration: httpProxy([`${backend.origin}/a`], {
          method: "GET",
          requestParameters: [
            { to: "header", name: "X-Client", from: { context: "identity.sourceIp" } },
          ],
        }),
      },
    }),
    { integrations: { http_proxy: httpProxyIntegration } },
  );
  const server = await startServer(gateway, {
    port: 0,
    host: "127.0.0.1",
    handleSignals: false,
    trustProxy: trustedProxies(["127.0.0.1"]),
  });
  try {
    const headers = {
      "X-Forwarded-For": "1.1.1.1, 198.51.100.1",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Port": "8443",
    };
    await new Promise<void>((resolve, reject) => {
      request(`${server.url}/dev/a`, { headers }, (answer) => {
        answer.resume().once("end", resolve);
      })
        .once("error", reject)
        .end();
    });
    expect(seen[0]).toMatchObject({
      "x-client": "198.51.100.1",
      "x-forwarded-for": "1.1.1.1, 198.51.100.1, 127.0.0.1",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "8443",
    });
  } finally {
    await server.stop();
    await backend.close();
  }
});
