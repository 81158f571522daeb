import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jwtFolder, readJwtCases, readVectors } from "./cases.js";
import { startCognitoGateway, type CognitoGateway } from "./cognito-gateway.js";
import { runJwtCase, runVector } from "./run-cases.js";

const folder = jwtFolder();
const cases = readJwtCases(folder);
const of = (authorizer: "jwt" | "cognito") =>
  cases.cases
    .filter((item) => item.authorizer === authorizer)
    .map((item) => [item.id, item] as const);

describe("tokens for JWT authorizers", () => {
  test.each(of("jwt"))("%s", async (_id, item) => {
    expect(await runJwtCase(cases, item)).toMatchObject({ passed: true });
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });
});

describe("tokens for user pools", () => {
  let gateway: CognitoGateway;
  beforeAll(async () => {
    gateway = await startCognitoGateway(cases);
  });
  afterAll(() => gateway.close());
  test.each(of("cognito"))("%s", async (_id, item) => {
    expect(await gateway.run(item)).toMatchObject({ passed: true });
  });
});

const vectors = ["json_web_signature_test.json", "json_web_key_test.json"].flatMap((name) =>
  readVectors(folder, name),
);
describe.skipIf(vectors.length === 0)("signature vectors (with the shared cases)", () => {
  test.each(vectors.map((vector) => [`${vector.id} ${vector.comment}`, vector] as const))(
    "%s",
    async (_title, vector) => {
      expect(await runVector(vector)).toMatchObject({ passed: true });
    },
  );
});
