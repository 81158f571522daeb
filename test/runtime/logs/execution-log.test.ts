import { describe, expect, test } from "vitest";
import type { ExecutionLogTable } from "../../../src/runtime/contracts.js";
import {
  methodSettings,
  protectedGateway,
  type ProtectedGateway,
} from "../access/protected-gateway.js";
import { call } from "../support/client.js";
import { functionProxy, stage } from "../support/table.js";

function loggingGateway(executionLog: ExecutionLogTable | null): ProtectedGateway {
  return protectedGateway(
    {
      "POST /pets": { integration: functionProxy("echo") },
      "POST /broken": { integration: functionProxy("broken") },
      "POST /silent": { integration: functionProxy("echo") },
    },
    {
      api: {
        stages: {
          dev: stage({
            methods: {
              "POST /pets": methodSettings({ executionLog }),
              "POST /broken": methodSettings({ executionLog }),
            },
          }),
        },
      },
      functions: {
        echo: (event: object) => ({ statusCode: 200, body: JSON.stringify(event) }),
        broken: () => {
          throw new Error("no luck");
        },
      },
    },
  );
}

const send = (gateway: ProtectedGateway, path: string, ...headers: readonly string[]) =>
  call(gateway, "POST", path, { headers, body: '{"pet":"Rex"}' });

const texts = ({ lines }: ProtectedGateway): readonly string[] =>
  lines.map((line) => line.replace(/^\([0-9a-f-]{36}\) /, ""));

describe("levels", () => {
  test("INFO tells the steps", async () => {
    const gateway = loggingGateway({ level: "INFO", dataTrace: false });
    await send(gateway, "/dev/pets?a=b");
    expect(texts(gateway)).toEqual([
      expect.stringMatching(/^Starting execution for request: [0-9a-f-]{36}$/),
      "HTTP Method: POST, Resource Path: /pets",
      "Endpoint request URI: echo",
      "Sending request to echo",
      "Received response. Status: 200, Integration latency: 0 ms",
      "Successfully completed execution",
      "Method completed with status: 200",
    ]);
  });

  test("data tracing adds headers and bodies", async () => {
    const gateway = loggingGateway({ level: "INFO", dataTrace: true });
    await send(gateway, "/dev/pets?a=b", "X-Pet", "Rex");
    const lines = texts(gateway).join("\n");
    expect(lines).toMatch(/^Method request query string: \{a=b\}$/m);
    expect(lines).toMatch(/^Method request headers: \{X-Pet=Rex, /m);
    expect(lines).toContain('Method request body before transformations: {"pet":"Rex"}');
    expect(lines).toContain('Endpoint request body after transformations: {"resource":"/pets"');
  });

  test("ERROR tells failures alone", async () => {
    const gateway = loggingGateway({ level: "ERROR", dataTrace: true });
    await send(gateway, "/dev/pets");
    expect(gateway.lines).toEqual([]);
    await send(gateway, "/dev/broken");
    expect(texts(gateway)).toEqual([
      expect.stringMatching(/^Lambda execution failed \(Unhandled\): .*no luck/),
      "Method completed with status: 502",
    ]);
  });

  test("a method without a log has none", async () => {
    const gateway = loggingGateway({ level: "INFO", dataTrace: true });
    await send(gateway, "/dev/silent");
    await send(loggingGateway(null), "/dev/pets");
    expect(gateway.lines).toEqual([]);
  });
});

describe("what is not shown", () => {
  const secrets = [
    "very.secret.token",
    "session=very-secret",
    "key-0123456789abcdef",
    "secret+session/token",
  ];

  test("credentials, wherever they turn up", async () => {
    const gateway = loggingGateway({ level: "INFO", dataTrace: true });
    const [token = "", cookie = "", key = "", session = ""] = secrets;
    const target = `/dev/pets?X-Amz-Signature=${"0".repeat(63)}1&X-Amz-Security-Token=${encodeURIComponent(session)}&a=b`;
    const { text } = await send(
      gateway,
      target,
      "authorization",
      `Bearer "${token}"`,
      "Cookie",
      cookie,
      "X-API-Key",
      key,
      "X-Amz-Security-Token",
      session,
    );
    for (const secret of secrets) expect(text).toContain(secret);
    const lines = gateway.lines.join("\n");
    for (const secret of secrets) expect(lines).not.toContain(secret);
    expect(lines).toContain("X-Amz-Signature=***, X-Amz-Security-Token=***, a=b");
    expect(lines).toContain(
      "Authorization=***, Cookie=***, X-API-Key=****cdef, X-Amz-Security-Token=***",
    );
  });

  test("lines that a client writes", async () => {
    const gateway = loggingGateway({ level: "INFO", dataTrace: true });
    await send(gateway, "/dev/pets?a=b%0A(00000000)%20Method%20completed%20with%20status:%20500");
    expect(gateway.lines.every((line) => !line.includes("\n"))).toBe(true);
    expect(texts(gateway).filter((line) => line.startsWith("Method completed"))).toHaveLength(1);
  });

  test("more than 1024 bytes of a line", async () => {
    const gateway = loggingGateway({ level: "INFO", dataTrace: true });
    await call(gateway, "POST", "/dev/pets", { body: "é".repeat(5000) });
    for (const line of gateway.lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(1026);
  });
});
