import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { environmentSecrets, resolveSecret } from "../../src/runtime/secrets.js";

const folder = mkdtempSync(join(tmpdir(), "gen-gateway-secrets-"));
mkdirSync(join(folder, "orders/keys"), { recursive: true });
writeFileSync(join(folder, "orders/keys/acme"), "from a file\n");
writeFileSync(join(folder, "pair"), '{"user": "ada", "age": 36}');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = environmentSecrets({
  GATEWAY_SECRETS_DIR: join(folder, "."),
  ORDERS_KEYS_OTHER: "from the environment",
});

describe("secrets", () => {
  test.each<[name: string, secret: string, key: string | null, want: string]>([
    ["a file of the folder", "orders/keys/acme", null, "from a file"],
    ["the environment", "orders/keys/other", null, "from the environment"],
    ["a member of a JSON object", "pair", "user", "ada"],
  ])("%s", (_name, secret, key, want) => {
    expect(resolveSecret({ secret, key }, source)).toBe(want);
  });

  test.each<[name: string, secret: string, key: string | null, message: RegExp]>([
    ["a secret that is not set", "nowhere/to/be", null, /set NOWHERE_TO_BE or put it into/],
    ["a path out of the folder", "../secrets", null, /is not set/],
    ["an absolute path", "/etc/passwd", null, /is not set/],
    ["a member that is no text", "pair", "age", /"pair" has no text "age"/],
    ["a member of the prototype", "pair", "constructor", /has no text/],
    ["a member of a text", "orders/keys/acme", "user", /has no text/],
  ])("%s: the message names it and says no value", (_name, secret, key, message) => {
    expect(() => resolveSecret({ secret, key }, source)).toThrow(message);
    expect(() => resolveSecret({ secret, key }, source)).not.toThrow(/from a file|ada|36/);
  });
});
