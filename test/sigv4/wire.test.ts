import { describe, expect, test } from "vitest";
import { startServer } from "../../src/runtime/server/node.js";
import {
  policy,
  principal,
  protectedGateway,
  signed,
  START_MS,
  statement,
  type ProtectedGateway,
} from "../runtime/access/protected-gateway.js";
import { rawClient } from "../runtime/support/raw-client.js";
import { stage } from "../runtime/support/table.js";
import { isExpected, readSignatureCases, type SignatureCase } from "./run-cases.js";

/** A gateway that knows the key of a case, at the time of the case. */
function gatewayOf({ context, now }: SignatureCase): ProtectedGateway {
  const { sessionToken } = context;
  const gateway = protectedGateway(
    { "ANY /{proxy+}": signed },
    {
      api: { region: context.region, stages: { prod: stage() } },
      access: {
        principals: [
          principal("caller", {
            accessKeyId: context.accessKeyId,
            sessionToken: sessionToken === undefined ? null : { secret: "token", key: null },
            policies: [policy(statement("Allow", "*"))],
          }),
        ],
      },
      secrets: { "caller-secret": context.secretAccessKey, token: sessionToken ?? "" },
    },
  );
  gateway.advance(Date.parse(now ?? context.timestamp) - START_MS);
  return gateway;
}

/** The bytes of a case over a socket: `valid`, or status and error type. */
async function outcome(item: SignatureCase): Promise<string> {
  const { method, target, headers, body } = item.signed;
  const server = await startServer(gatewayOf(item), {
    port: 0,
    host: "127.0.0.1",
    protocol: "https",
    handleSignals: false,
  });
  try {
    const client = await rawClient(server.port);
    const lines = [
      `${method} ${target} HTTP/1.1`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
    ];
    client.write(Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`));
    const answer = await client.closed();
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? "none";
    const errorType = /^x-amzn-ErrorType: (\S+)/im.exec(answer)?.[1] ?? "";
    return status === "200" ? "valid" : `${status} ${errorType}`;
  } finally {
    await server.stop();
  }
}

/** Cases of the gateway's own service; others are compared step by step, without a gateway. */
const own = readSignatureCases()
  .flatMap(([, cases]) => cases)
  .filter(({ context, executeApi, wire }) => {
    return context.service === "execute-api" && executeApi !== false && wire !== false;
  });

describe("signatures over a socket", () => {
  test.each(own.map((item) => [item.id, item] as const))("%s", async (_id, item) => {
    const seen = await outcome(item);
    expect({ seen, isExpected: isExpected(item, seen) }).toEqual({ seen, isExpected: true });
  });
});
