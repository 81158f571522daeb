import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, describe, expect, test } from "vitest";
import type { Logger } from "../../../src/runtime/logger.js";
import { createKeySource, isAllowedAddress } from "../../../src/runtime/tokens/key-source.js";
import { createTokenVerifier } from "../../../src/runtime/tokens/verifier.js";
import { httpBackend, type Backend } from "../support/backend.js";

const minute = 60_000;
const hour = 60 * minute;

/** An issuer whose keys and behaviour change while it runs. */
interface Issuer {
  readonly origin: string;
  /** Paths that were asked for. */
  readonly asked: string[];
  keys: readonly object[];
  answer: (text: string) => { readonly status: number; readonly body: string } | null;
}

const open: Backend[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((backend) => backend.close()));
});

async function startIssuer(): Promise<Issuer> {
  const issuer: { -readonly [K in keyof Issuer]: Issuer[K] } = {
    origin: "",
    asked: [],
    keys: [],
    answer: (body) => ({ status: 200, body }),
  };
  const backend = await httpBackend((request, response) => {
    issuer.asked.push(request.url ?? "");
    const document = request.url?.endsWith("/openid-configuration")
      ? { issuer: issuer.origin, jwks_uri: `${issuer.origin}/keys` }
      : { keys: issuer.keys };
    const answer = issuer.answer(JSON.stringify(document));
    // null: it never answers
    if (answer !== null) response.writeHead(answer.status).end(answer.body);
  });
  open.push(backend);
  issuer.origin = backend.origin;
  return issuer;
}

async function makeKey(
  kid: string,
): Promise<{ jwk: object; sign: (issuer: string) => Promise<string> }> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, use: "sig" },
    sign: (issuer) =>
      new SignJWT({})
        .setProtectedHeader({ alg: "RS256", kid })
        .setIssuer(issuer)
        .setExpirationTime("2h")
        .sign(privateKey),
  };
}

/** A verifier of the issuer's tokens on a clock that the test sets. */
function verifierOf(issuer: Issuer) {
  const time = { nowMs: Date.now() };
  const warnings: string[] = [];
  const logger: Logger = { warn: (message) => warnings.push(message), error: () => undefined };
  const clock = (): number => time.nowMs;
  const keys = createKeySource({ address: { issuer: issuer.origin }, clock, logger });
  const verifier = createTokenVerifier({ issuer: issuer.origin, keys, clock });
  const verify = async (token: string): Promise<string> => {
    try {
      await verifier.verify(token);
      return "verified";
    } catch (error) {
      return (error as { readonly kind: string }).kind;
    }
  };
  return { time, warnings, verify };
}

describe("the keys of an issuer", () => {
  test("are discovered once, for all who ask at the same time", async () => {
    const issuer = await startIssuer();
    const key = await makeKey("one");
    issuer.keys = [key.jwk];
    const { verify } = verifierOf(issuer);
    const token = await key.sign(issuer.origin);
    expect(await Promise.all([verify(token), verify(token), verify(token)])).toEqual([
      "verified",
      "verified",
      "verified",
    ]);
    expect(issuer.asked).toEqual(["/.well-known/openid-configuration", "/keys"]);
  });

  test("are fetched anew for an unknown key id, once a minute at most", async () => {
    const issuer = await startIssuer();
    const [old, next] = [await makeKey("old"), await makeKey("next")];
    issuer.keys = [old.jwk];
    const { time, verify } = verifierOf(issuer);
    const [oldToken, nextToken] = [await old.sign(issuer.origin), await next.sign(issuer.origin)];
    expect(await verify(oldToken)).toBe("verified");
    issuer.keys = [next.jwk];
    expect(await verify(nextToken)).toBe("key");
    time.nowMs += minute;
    expect(await verify(nextToken)).toBe("verified");
    // a key that was taken back verifies nothing any more, not even what it verified before
    expect(await verify(oldToken)).toBe("key");
    expect(issuer.asked.length).toBe(4);
  });

  test("stay good for two hours while the issuer is down, and come back by themselves", async () => {
    const issuer = await startIssuer();
    const key = await makeKey("one");
    issuer.keys = [key.jwk];
    const { time, verify, warnings } = verifierOf(issuer);
    const token = await key.sign(issuer.origin);
    expect(await verify(token)).toBe("verified");
    issuer.answer = () => ({ status: 503, body: "" });
    time.nowMs += 1.5 * hour;
    expect(await verify(token)).toBe("verified");
    await expect.poll(() => warnings.length).toBe(1);
    time.nowMs += hour;
    expect(await verify(await key.sign(issuer.origin))).toBe("keys-unavailable");
    issuer.answer = (body) => ({ status: 200, body });
    expect(await verify(await key.sign(issuer.origin))).toBe("keys-unavailable");
    time.nowMs += minute;
    expect(await verify(await key.sign(issuer.origin))).not.toBe("keys-unavailable");
  });

  test("that become too old while they are fetched in vain are nobody's unheard failure", async () => {
    const issuer = await startIssuer();
    const key = await makeKey("one");
    issuer.keys = [key.jwk];
    const { time, verify, warnings } = verifierOf(issuer);
    const token = await key.sign(issuer.origin);
    expect(await verify(token)).toBe("verified");
    issuer.answer = () => {
      time.nowMs += hour;
      return { status: 503, body: "" };
    };
    time.nowMs += 1.5 * hour;
    // answered with the keys at hand; a rejection that nobody takes would end the process
    expect(await verify(token)).toBe("verified");
    await expect.poll(() => warnings.length).toBe(1);
  });

  test("are asked for less and less often while the issuer fails", async () => {
    const issuer = await startIssuer();
    const key = await makeKey("one");
    const { time, verify } = verifierOf(issuer);
    const token = await key.sign(issuer.origin);
    issuer.answer = () => ({ status: 500, body: "" });
    const asked: number[] = [];
    for (let second = 0; second < 10; second += 1) {
      expect(await verify(token)).toBe("keys-unavailable");
      asked.push(issuer.asked.length);
      time.nowMs += 1000;
    }
    expect(asked).toEqual([1, 2, 2, 3, 3, 3, 3, 4, 4, 4]);
  });

  test.each<[name: string, answer: (text: string, issuer: Issuer) => ReturnType<Issuer["answer"]>]>(
    [
      ["never answers", () => null],
      ["answers garbage", () => ({ status: 200, body: "<html>" })],
      ["answers another object", () => ({ status: 200, body: "{}" })],
      ["answers too much", () => ({ status: 200, body: " ".repeat(200_000) })],
      [
        "says that it is another",
        (text) => ({ status: 200, body: text.replace("127.0.0.1", "127.0.0.2") }),
      ],
    ],
  )("are not taken from an issuer that %s", async (_name, answer) => {
    const issuer = await startIssuer();
    const key = await makeKey("one");
    issuer.keys = [key.jwk];
    issuer.answer = (text) => answer(text, issuer);
    const { verify, warnings } = verifierOf(issuer);
    const startedMs = performance.now();
    expect(await verify(await key.sign(issuer.origin))).toBe("keys-unavailable");
    expect(performance.now() - startedMs).toBeLessThan(4000);
    expect(warnings.length).toBe(1);
  });

  test("are not fetched from where an issuer redirects to", async () => {
    const issuer = await startIssuer();
    const canary: string[] = [];
    const elsewhere = await httpBackend((request, response) => {
      canary.push(request.url ?? "");
      response.end("{}");
    });
    open.push(elsewhere);
    const redirecting = await httpBackend((_request, response) =>
      response.writeHead(302, { Location: elsewhere.origin }).end(),
    );
    open.push(redirecting);
    const key = await makeKey("one");
    const { verify } = verifierOf({ ...issuer, origin: redirecting.origin });
    expect(await verify(await key.sign(redirecting.origin))).toBe("keys-unavailable");
    expect(canary).toEqual([]);
  });

  test.each<[address: string, allowed: boolean]>([
    ["https://issuer.example/keys", true],
    ["http://127.0.0.1:9000/keys", true],
    ["http://localhost/keys", true],
    ["http://[::1]:80/keys", true],
    ["http://issuer.example/keys", false],
    ["http://127.0.0.1.issuer.example/keys", false],
    ["http://10.0.0.1/keys", false],
    ["https://user:secret@issuer.example/keys", false],
    ["file:///etc/passwd", false],
    ["keys", false],
  ])("may be at %s: %s", (address, allowed) => {
    expect(isAllowedAddress(address)).toBe(allowed);
  });
});
