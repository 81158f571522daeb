import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { startServer } from "../../src/runtime/server/node.js";
import { START_MS } from "../runtime/access/protected-gateway.js";
import { alice, iamGateway, send, session } from "./iam-gateway.js";
import {
  botocoreNote,
  hasBotocore,
  presignWithSdk,
  signWithBotocore,
  signWithSdk,
  type PlannedRequest,
} from "./signers.js";

const requests: readonly (readonly [name: string, planned: PlannedRequest])[] = [
  ["a plain path", { method: "GET", path: "/dev/pets" }],
  ["the root of the stage", { method: "GET", path: "/dev" }],
  ["the root with a slash", { method: "GET", path: "/dev/" }],
  ["a slash at the end", { method: "GET", path: "/dev/pets/" }],
  ["double slashes", { method: "GET", path: "/dev//pets///7" }],
  ["dots", { method: "GET", path: "/dev/pets/./x/../7" }],
  ["escapes", { method: "GET", path: "/dev/a%20b/c%2Fd/%C3%A9/%2541" }],
  ["escapes in small letters", { method: "GET", path: "/dev/a%2fb" }],
  ["marks", { method: "GET", path: "/dev/a~b_c-d.e/(f)'!*,:@&=+$" }],
  ["a query", { method: "GET", path: "/dev/pets", query: ["b", "2", "a", "1"] }],
  [
    "a parameter twice, out of order",
    { method: "GET", path: "/dev/pets", query: ["a", "2", "a", "1"] },
  ],
  [
    "names that sort by their bytes",
    { method: "GET", path: "/dev/pets", query: ["a.b", "1", "a-b", "2", "A", "3", "a", "4"] },
  ],
  ["empty values", { method: "GET", path: "/dev/pets", query: ["a", "", "", "b"] }],
  [
    "marks in a query",
    { method: "GET", path: "/dev/pets", query: ["q", "a b+c&d=e;f/g?h%20i'(j)*!~", "é", "☃"] },
  ],
  [
    "a body",
    {
      method: "POST",
      path: "/dev/pets",
      body: '{"a":1}',
      headers: { "content-type": "application/json" },
    },
  ],
  [
    "a form",
    {
      method: "PUT",
      path: "/dev/pets",
      body: "a=b&c=d",
      headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
    },
  ],
  ["DELETE", { method: "DELETE", path: "/dev/pets/7" }],
  [
    "a header of its own",
    { method: "GET", path: "/dev/pets", headers: { "x-custom": "  a   b  " } },
  ],
];

describe.each([
  ["a lasting key", alice],
  ["a session token", session],
] as const)("the AWS SDK, %s", (_name, identity) => {
  test.each(requests)("signs %s", async (_title, planned) => {
    const request = await signWithSdk(planned, identity, START_MS);
    expect(await send(iamGateway(), request)).toMatchObject({ status: 200 });
  });

  test.each(requests)("presigns %s", async (_title, planned) => {
    const request = await presignWithSdk(planned, identity, START_MS);
    expect(await send(iamGateway(), request)).toMatchObject({ status: 200 });
  });
});

test("a payload that was not signed may be any", async () => {
  const headers = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const planned = { method: "POST", path: "/dev/pets", body: "a", headers };
  const request = await signWithSdk(planned, alice, START_MS);
  expect((await send(iamGateway(), { ...request, body: "b" })).status).toBe(200);
});

test.each([
  ["five minutes late", START_MS - 300_000, 200],
  ["later", START_MS - 301_000, 403],
  ["five minutes early", START_MS + 300_000, 200],
  ["earlier", START_MS + 301_000, 403],
])("a clock that is %s", async (_name, signingMs, status) => {
  const request = await signWithSdk({ method: "GET", path: "/dev/pets" }, alice, signingMs);
  expect((await send(iamGateway(), request)).status).toBe(status);
});

test("a presigned address is good for as long as it says", async () => {
  const gateway = iamGateway();
  const request = await presignWithSdk({ method: "GET", path: "/dev/pets" }, alice, START_MS, 60);
  gateway.advance(60_000);
  expect((await send(gateway, request)).status).toBe(200);
  gateway.advance(1000);
  expect((await send(gateway, request)).status).toBe(403);
});

describe.skipIf(!hasBotocore)(`botocore${botocoreNote}`, () => {
  test.each([
    ["signs", alice, false],
    ["signs with a session token", session, false],
    ["presigns", alice, true],
    ["presigns with a session token", session, true],
  ] as const)("%s", async (_name, identity, presign) => {
    // botocore leaves the body of a presigned request out
    const planned = requests.filter(([, { body }]) => !presign || body === undefined);
    const signed = signWithBotocore(
      planned.map(([, request]) => ({ ...request, presign })),
      identity,
    );
    const gateway = iamGateway();
    gateway.advance(Date.now() - START_MS);
    const statuses = await Promise.all(
      signed.map(async (request, index) => [
        planned[index]?.[0],
        (await send(gateway, request)).status,
      ]),
    );
    expect(statuses).toEqual(planned.map(([name]) => [name, 200]));
  });
});

const hasCli = spawnSync("aws", ["--version"]).status === 0;
const cliNote = hasCli ? "" : " (skipped: no AWS CLI on this machine)";

describe.skipIf(!hasCli)(`the AWS CLI${cliNote}`, () => {
  /** The one service of the CLI that signs for `execute-api`: a call to `/@connections/ID`. */
  const command = "apigatewaymanagementapi";

  async function run(secret: string, ...args: readonly string[]): Promise<string> {
    const gateway = iamGateway();
    gateway.advance(Date.now() - START_MS);
    const server = await startServer(gateway, { port: 0, host: "127.0.0.1" });
    const endpoint = `http://127.0.0.1:${server.port}/dev`;
    try {
      const { stderr } = await promisify(execFile)(
        "aws",
        [command, ...args, "--endpoint-url", endpoint, "--region", "us-east-1"],
        {
          env: {
            ...process.env,
            AWS_ACCESS_KEY_ID: alice.accessKeyId,
            AWS_SECRET_ACCESS_KEY: secret,
            AWS_EC2_METADATA_DISABLED: "true",
            AWS_MAX_ATTEMPTS: "1",
          },
        },
      );
      return stderr;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      await server.stop();
    }
  }

  test("signs a path with marks, and a body", async () => {
    expect(
      await run(alice.secretAccessKey, "get-connection", "--connection-id", "L0SM9cOFvHcCIhw="),
    ).toBe("");
    expect(
      await run(
        alice.secretAccessKey,
        "post-to-connection",
        "--connection-id",
        "a",
        "--data",
        `fileb://${fileURLToPath(import.meta.url)}`,
      ),
    ).toBe("");
  }, 30_000);

  test("with another secret is refused", async () => {
    expect(await run("another", "get-connection", "--connection-id", "a")).toMatch(
      /403|Forbidden|signature/i,
    );
  }, 30_000);
});
