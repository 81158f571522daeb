import { afterEach, describe, expect, test } from "vitest";
import { createCredentialSource, renewed } from "../../../src/runtime/aws/credentials.js";
import type { AwsCredentials } from "../../../src/runtime/aws/signing-keys.js";
import { startLoopbackServer } from "../../support/backends/loopback-server.js";
import { readSignature } from "../../support/sigv4.js";

const MINUTE = 60_000;

describe("renewal", () => {
  interface State {
    asked: number;
    now: number;
    fails: boolean;
    readonly get: () => Promise<AwsCredentials>;
  }

  function provider(lifetimeMs: number | null): State {
    const ask = (): Promise<AwsCredentials> => {
      state.asked += 1;
      if (state.fails) return Promise.reject(new Error("no keys"));
      const expiration =
        lifetimeMs === null ? {} : { expiration: new Date(state.now + lifetimeMs) };
      const accessKeyId = `key${String(state.asked)}`;
      return Promise.resolve({ accessKeyId, secretAccessKey: "s", ...expiration });
    };
    const state: State = { asked: 0, now: 0, fails: false, get: renewed(ask, () => state.now) };
    return state;
  }

  test("keys are kept until five minutes before they expire", async () => {
    const state = provider(60 * MINUTE);
    expect((await state.get()).accessKeyId).toBe("key1");
    state.now = 54 * MINUTE;
    expect((await state.get()).accessKeyId).toBe("key1");
    state.now = 55 * MINUTE;
    expect((await state.get()).accessKeyId).toBe("key2");
  });

  test("keys without an end are asked for once", async () => {
    const state = provider(null);
    await state.get();
    state.now = 1e12;
    await state.get();
    expect(state.asked).toBe(1);
  });

  test("callers at the same time share one renewal", async () => {
    const state = provider(60 * MINUTE);
    await Promise.all([state.get(), state.get(), state.get()]);
    expect(state.asked).toBe(1);
  });

  test("a failed renewal leaves good keys in use, and is tried again", async () => {
    const state = provider(60 * MINUTE);
    await state.get();
    state.fails = true;
    state.now = 58 * MINUTE;
    expect((await state.get()).accessKeyId).toBe("key1");
    state.now = 61 * MINUTE;
    await expect(state.get()).rejects.toThrow("no keys");
    state.fails = false;
    expect((await state.get()).accessKeyId).toBe("key4");
  });
});

describe("the standard provider chain", () => {
  const before = { ...process.env };
  afterEach(() => {
    for (const name of Object.keys(process.env)) {
      if (!(name in before)) Reflect.deleteProperty(process.env, name);
    }
    Object.assign(process.env, before);
  });

  test("takes keys from the environment, and assumes roles by STS once", async () => {
    const calls: { body: string; accessKeyId: string }[] = [];
    const sts = await startLoopbackServer((request) => {
      const body = Buffer.from(request.body).toString();
      calls.push({ body, accessKeyId: readSignature(request).accessKeyId });
      return Promise.resolve({
        status: 200,
        headers: [["Content-Type", "text/xml"]],
        body: Buffer.from(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
          <AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>
          <SecretAccessKey>role-secret</SecretAccessKey><SessionToken>token</SessionToken>
          <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>
          <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>`),
      });
    });
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: "AKIAOWN",
      AWS_SECRET_ACCESS_KEY: "own-secret",
      AWS_ENDPOINT_URL_STS: sts.origin,
    });
    try {
      const source = createCredentialSource();
      expect(await source.chain()).toMatchObject({ accessKeyId: "AKIAOWN" });
      const arn = "arn:aws:iam::123456789012:role/gateway";
      const role = source.role(arn, "eu-west-1");
      expect(source.role(arn, "eu-west-1")).toBe(role);
      expect(await role()).toMatchObject({ accessKeyId: "ASIAROLE", sessionToken: "token" });
      await role();
      expect(calls).toHaveLength(1);
      expect(calls[0]?.accessKeyId).toBe("AKIAOWN");
      expect(new URLSearchParams(calls[0]?.body).get("RoleArn")).toBe(arn);
    } finally {
      await sts.close();
    }
  });
});
