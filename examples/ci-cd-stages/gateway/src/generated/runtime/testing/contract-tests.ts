// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ApiTable } from "../contracts.js";
import { createGateway, type Gateway, type GatewayParts } from "../gateway.js";
import type { GatewayRequest } from "../http/message.js";
import { createTestBackend, redirect } from "./test-backend.js";

/** One request, and what the document alone says of its answer. */
export interface ContractCase {
  readonly operation: string;
  readonly method: string;
  /** Path and query without the stage. */
  readonly target: string;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: string | null;
  readonly expect: {
    readonly calls: "function" | "http" | null;
    /** Null: the document does not decide it. */
    readonly status: number | null;
    /** Parameters without which the validator refuses the call. */
    readonly required: readonly string[];
    /** Status for a caller who shows nothing; null: the route is open. */
    readonly anonymous: number | null;
  };
}

export interface ContractTests {
  readonly api: ApiTable;
  readonly parts: GatewayParts;
  readonly cases: readonly ContractCase[];
}

/**
 * Registers one test for each case with `node:test`. What stands behind the gateway is played by the
 * test: every function and every host answers 200, every authorizer function lets its caller in.
 */
export function contractTests({ api, parts, cases }: ContractTests): void {
  const backend = createTestBackend();
  let gateway: Gateway | undefined;
  let operation: string | undefined;
  before(async () => {
    // Requests to AWS services are signed; the test's own backend takes any keys.
    process.env["AWS_ACCESS_KEY_ID"] ??= "contract-test";
    process.env["AWS_SECRET_ACCESS_KEY"] ??= "contract-test";
    const origin = await backend.start();
    gateway = createGateway(
      redirect(api, origin),
      {
        ...parts,
        functions: { url: backend.functions },
      },
      {
        secrets: () => "known to the contract test alone",
        views: false,
        trace: () => (event) => {
          if (event.kind === "matched") operation = event.operation;
        },
      },
    );
  });
  after(async () => {
    await gateway?.close();
    await backend.stop();
  });
  const [stage = ""] = Object.keys(api.stages);
  const prefix = stage === "$default" ? "" : `/${stage}`;
  const call = async (item: ContractCase, target: string, headers: readonly string[]) => {
    operation = undefined;
    backend.calls.length = 0;
    assert.ok(gateway);
    const response = await gateway.handle(request(item, `${prefix}${target}`, headers));
    await drain(response.body);
    return response;
  };
  for (const item of cases) {
    const { expect } = item;
    test(`${item.method} ${item.target} is answered by ${item.operation}`, async () => {
      const response = await call(item, item.target, item.headers);
      assert.equal(operation, item.operation);
      if (expect.status !== null) assert.equal(response.status, expect.status);
      if (expect.calls !== null) assert.deepEqual(backend.calls, [expect.calls]);
    });
    if (expect.required.length > 0) {
      test(`${item.method} ${item.target} asks for ${expect.required.join(", ")}`, async () => {
        const response = await call(item, pathOf(item.target), ["host", "localhost"]);
        assert.equal(response.status, 400);
        assert.deepEqual(backend.calls, []);
      });
    }
    if (expect.anonymous !== null) {
      test(`${item.method} ${item.target} refuses who shows nothing`, async () => {
        const response = await call(item, pathOf(item.target), ["host", "localhost"]);
        assert.equal(response.status, expect.anonymous);
        assert.deepEqual(backend.calls, []);
      });
    }
  }
}

function request(item: ContractCase, target: string, headers: readonly string[]): GatewayRequest {
  return {
    method: item.method,
    target,
    rawHeaders: headers,
    body: item.body === null ? null : Buffer.from(item.body),
    remoteAddress: "127.0.0.1",
    protocol: "http",
  };
}

function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

async function drain(body: unknown): Promise<void> {
  if (typeof body !== "object" || body === null || !(Symbol.asyncIterator in body)) return;
  for await (const chunk of body as AsyncIterable<unknown>) void chunk;
}
