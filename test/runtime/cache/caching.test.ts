import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type {
  CacheTable,
  IntegrationTable,
  PolicyDocument,
} from "../../../src/runtime/contracts.js";
import { allow } from "../../../src/runtime/functions/authorizer.js";
import { encryptedStore } from "../../../src/runtime/state/encrypted.js";
import { createMemoryStore } from "../../../src/runtime/state/memory.js";
import {
  arn,
  authorizer,
  methodSettings,
  noting,
  openedBy,
  policy,
  protectedGateway,
  statement,
  type ProtectedGateway,
  type ProtectedOptions,
} from "../access/protected-gateway.js";
import { httpBackend, type Backend } from "../support/backend.js";
import { call, type Answer } from "../support/client.js";
import { functionProxy, httpProxy, stage, type TestRoute } from "../support/table.js";

const open: Backend[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((backend) => backend.close()));
});

function cached(rest: Partial<CacheTable> = {}): CacheTable {
  return {
    ttlSeconds: 60,
    encrypted: false,
    requireAuthorization: true,
    unauthorizedStrategy: "FAIL_WITH_403",
    keyParameters: [],
    namespace: "abc123",
    ...rest,
  };
}

/** Calls of the function behind all routes. */
let calls = 0;
beforeEach(() => {
  calls = 0;
});

interface Setup extends ProtectedOptions {
  readonly cache?: Partial<CacheTable>;
  readonly routes?: Readonly<Record<string, TestRoute>>;
}

/** A gateway whose routes are all cached; its function answers with the number of the call. */
function cachingGateway({ cache, routes, ...rest }: Setup = {}): ProtectedGateway {
  const integration = functionProxy("count");
  const known = routes ?? { "ANY /pets": { integration }, "GET /pets/{id}": { integration } };
  const methods = Object.fromEntries(
    Object.keys(known).map((key) => [key, methodSettings({ cache: cached(cache) })]),
  );
  return protectedGateway(known, {
    ...rest,
    api: { stages: { dev: stage({ methods }) }, ...rest.api },
    functions: {
      count: () => {
        calls += 1;
        return { statusCode: 203, headers: { "X-Call": String(calls) }, body: `call ${calls}` };
      },
      ...rest.functions,
    },
  });
}

const get = (
  gateway: ProtectedGateway,
  target: string,
  ...headers: readonly string[]
): Promise<Answer> => call(gateway, "GET", target, { headers });

const uses = ({ trace }: ProtectedGateway): readonly string[] =>
  trace.flatMap((event) => (event.kind === "cache" ? [event.use] : []));

describe("entries", () => {
  test("are kept whole until their time is up", async () => {
    const gateway = cachingGateway();
    const first = await get(gateway, "/dev/pets");
    gateway.advance(59_999);
    const second = await get(gateway, "/dev/pets");
    for (const answer of [first, second]) {
      expect(answer).toMatchObject({ status: 203, text: "call 1" });
      expect(answer.header("X-Call")).toBe("1");
    }
    gateway.advance(2);
    expect((await get(gateway, "/dev/pets")).text).toBe("call 2");
    expect(uses(gateway)).toEqual(["miss", "hit", "miss"]);
  });

  test("carry each request's own ids", async () => {
    const gateway = cachingGateway();
    const answers = [await get(gateway, "/dev/pets"), await get(gateway, "/dev/pets")];
    for (const name of ["x-amzn-RequestId", "x-amz-apigw-id", "X-Amzn-Trace-Id"]) {
      const values = answers.map((answer) => answer.header(name));
      expect(new Set(values).size).toBe(2);
      expect(values.join()).not.toContain(" ");
    }
  });

  test("are shared whatever the query, where the key has no parameters", async () => {
    const gateway = cachingGateway();
    await get(gateway, "/dev/pets?a=1");
    expect((await get(gateway, "/dev/pets?a=2")).text).toBe("call 1");
  });

  test("of one method are none of another", async () => {
    const gateway = cachingGateway();
    await get(gateway, "/dev/pets");
    for (const method of ["HEAD", "POST", "DELETE"]) await call(gateway, method, "/dev/pets");
    expect(calls).toBe(4);
    await call(gateway, "GET", "/dev/pets", { headers: ["X-HTTP-Method-Override", "DELETE"] });
    expect(calls).toBe(4);
    expect((await get(gateway, "/dev/pets")).text).toBe("call 1");
  });

  test.each<
    [
      name: string,
      keyParameters: CacheTable["keyParameters"],
      one: [string, string[]],
      other: [string, string[]],
    ]
  >([
    ["a path value", [{ path: "id" }], ["/dev/pets/1", []], ["/dev/pets/2", []]],
    ["a path value, escaped or not", [{ path: "id" }], ["/dev/pets/a", []], ["/dev/pets/%61", []]],
    ["a query parameter", [{ queryString: "a" }], ["/dev/pets?a=1", []], ["/dev/pets?a=2", []]],
    [
      "an absent parameter and an empty one",
      [{ queryString: "a" }],
      ["/dev/pets", []],
      ["/dev/pets?a=", []],
    ],
    [
      "all values of a parameter",
      [{ multiValueQueryString: "a" }],
      ["/dev/pets?a=1&a=2", []],
      ["/dev/pets?a=1,2", []],
    ],
    ["a header", [{ header: "X-A" }], ["/dev/pets", ["X-A", "1"]], ["/dev/pets", ["X-A", "2"]]],
    [
      "values in each other's place",
      [{ queryString: "a" }, { queryString: "b" }],
      ["/dev/pets?a=1&b=2", []],
      ["/dev/pets?a=2&b=1", []],
    ],
    [
      "a separator within a value",
      [{ queryString: "a" }, { queryString: "b" }],
      ["/dev/pets?a=1%22,%222&b=3", []],
      ["/dev/pets?a=1&b=2%22,%223", []],
    ],
  ])("differ by %s", async (_name, keyParameters, one, other) => {
    const gateway = cachingGateway({ cache: { keyParameters } });
    const texts: string[] = [];
    for (const [target, headers] of [one, other, one, other]) {
      texts.push((await get(gateway, target, ...headers)).text);
    }
    expect(texts).toEqual(["call 1", "call 2", "call 1", "call 2"]);
  });

  test("of errors of the gateway are none", async () => {
    const { handler } = noting<never>((_event, count) => {
      if (count === 1) throw new Error("broken");
      return { statusCode: 200, body: "well" };
    });
    const gateway = cachingGateway({ functions: { count: handler } });
    expect((await get(gateway, "/dev/pets")).status).toBe(502);
    expect((await get(gateway, "/dev/pets")).text).toBe("well");
  });

  test("are for callers who may call alone", async () => {
    const routes = { "GET /pets": openedBy("auth", { integration: functionProxy("count") }) };
    const gateway = cachingGateway({
      routes,
      access: { authorizers: { auth: authorizer("token") } },
      functions: {
        authorizer: ({ authorizationToken: token }: { readonly authorizationToken: string }) =>
          allow(token, token === "good" ? "*" : []),
      },
    });
    expect((await get(gateway, "/dev/pets", "Authorization", "good")).text).toBe("call 1");
    expect((await get(gateway, "/dev/pets", "Authorization", "bad")).status).toBe(403);
    expect((await get(gateway, "/dev/pets")).status).toBe(401);
    expect((await get(gateway, "/dev/pets", "Authorization", "good")).text).toBe("call 1");
  });
});

describe("Cache-Control: max-age=0", () => {
  const refresh = ["Cache-Control", "max-age=0"];

  test.each<[strategy: CacheTable["unauthorizedStrategy"], status: number, warning: RegExp | null]>(
    [
      ["FAIL_WITH_403", 403, null],
      ["SUCCEED_WITH_RESPONSE_HEADER", 203, /^199 /],
      ["SUCCEED_WITHOUT_RESPONSE_HEADER", 203, null],
    ],
  )("of somebody who may not: %s", async (unauthorizedStrategy, status, warning) => {
    const gateway = cachingGateway({ cache: { unauthorizedStrategy } });
    await get(gateway, "/dev/pets");
    const answer = await get(gateway, "/dev/pets", ...refresh);
    expect(answer.status).toBe(status);
    if (warning === null) expect(answer.header("Warning")).toBeUndefined();
    else expect(answer.header("Warning")).toMatch(warning);
    expect((await get(gateway, "/dev/pets")).header("Warning")).toBeUndefined();
    expect(calls).toBe(1);
  });

  test("of anybody, where nobody needs leave", async () => {
    const gateway = cachingGateway({ cache: { requireAuthorization: false } });
    await get(gateway, "/dev/pets");
    expect((await get(gateway, "/dev/pets", ...refresh)).text).toBe("call 2");
    expect((await get(gateway, "/dev/pets")).text).toBe("call 2");
    expect(uses(gateway)).toEqual(["miss", "refresh", "hit"]);
  });

  test.each<[name: string, document: PolicyDocument, status: number]>([
    ["invoke alone", policy(statement("Allow", "*")), 403],
    [
      "both actions",
      policy({
        Effect: "Allow",
        Action: ["execute-api:Invoke", "execute-api:InvalidateCache"],
        Resource: "*",
      }),
      203,
    ],
    ["every action", policy({ Effect: "Allow", Action: "execute-api:*", Resource: "*" }), 203],
    [
      "every action, with a denial",
      policy(
        { Effect: "Allow", Action: "*", Resource: "*" },
        { Effect: "Deny", Action: "execute-api:InvalidateCache", Resource: arn("GET/pets") },
      ),
      403,
    ],
    [
      "leave for another method",
      policy(statement("Allow", "*"), {
        Effect: "Allow",
        Action: "execute-api:InvalidateCache",
        Resource: arn("GET/dogs"),
      }),
      403,
    ],
  ])("of somebody whose policy says: %s", async (_name, policyDocument, status) => {
    const gateway = cachingGateway({
      routes: { "GET /pets": openedBy("auth", { integration: functionProxy("count") }) },
      access: { authorizers: { auth: authorizer("token") } },
      functions: { authorizer: () => ({ principalId: "me", policyDocument }) },
    });
    const known = ["Authorization", "t"];
    await get(gateway, "/dev/pets", ...known);
    expect((await get(gateway, "/dev/pets", ...known, ...refresh)).status).toBe(status);
    expect(calls).toBe(status === 203 ? 2 : 1);
  });
});

describe("large answers", () => {
  const limit = 1_048_576;

  async function gatewayOf(
    length: number,
    table: Partial<IntegrationTable> = {},
  ): Promise<ProtectedGateway> {
    const backend = await httpBackend((_request, response) => {
      calls += 1;
      response.writeHead(200, {
        "Content-Type": "application/octet-stream",
        "X-Call": String(calls),
      });
      Readable.from(pieces(length)).pipe(response);
    });
    open.push(backend);
    const integration = { ...httpProxy([`${backend.origin}/`]), ...table } as IntegrationTable;
    return cachingGateway({
      routes: { "GET /pets": { integration } },
      api: {
        binaryMediaTypes: ["*/*"],
        stages: { dev: stage({ methods: { "GET /pets": methodSettings({ cache: cached() }) } }) },
      },
    });
  }

  function* pieces(length: number): Generator<Buffer> {
    for (let left = length; left > 0; left -= 65_536)
      yield Buffer.alloc(Math.min(left, 65_536), left % 251);
  }

  test.each([
    ["up to the limit are kept", limit - 300, 1],
    ["that just pass it with their headers are not, and arrive whole", limit, 2],
    ["far beyond it are not, and arrive whole", 3 * limit, 2],
  ])("%s", async (_name, length, wanted) => {
    const gateway = await gatewayOf(length);
    const whole = Buffer.concat([...pieces(length)]);
    for (let i = 0; i < 2; i++) {
      const { bytes } = await get(gateway, "/dev/pets");
      expect(bytes.equals(whole)).toBe(true);
    }
    expect(calls).toBe(wanted);
  });

  test("that are streamed as they come are never kept", async () => {
    const gateway = await gatewayOf(10, { transfer: "STREAM" });
    await get(gateway, "/dev/pets");
    await get(gateway, "/dev/pets");
    expect(calls).toBe(2);
  });
});

test("an encrypted entry is not readable in the store, and cannot be changed there", async () => {
  const store = createMemoryStore();
  const kept: { readonly key: string; value: Buffer }[] = [];
  const spied = {
    ...store,
    read: (_space: string, key: string) =>
      kept.findLast((entry) => entry.key === key)?.value ?? null,
    write: (_space: string, key: string, value: Buffer) => void kept.push({ key, value }),
    close: () => store.close(),
  };
  const secret = Buffer.alloc(32, 7);
  const gateway = cachingGateway({
    cache: { encrypted: true },
    parts: { state: () => ({ store: spied, encrypted: () => encryptedStore(spied, secret) }) },
  });
  await get(gateway, "/dev/pets");
  expect((await get(gateway, "/dev/pets")).text).toBe("call 1");
  const [entry] = kept;
  if (entry === undefined) throw new Error("nothing was kept");
  expect(entry.value.includes("call 1")).toBe(false);
  const changed = Buffer.from(entry.value);
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  entry.value = changed;
  expect((await get(gateway, "/dev/pets")).text).toBe("call 2");
});
