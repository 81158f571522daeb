// npm run jwt: the token cases of JWT_CASES, else of ../shared/jwt, else of the copies.
import { jwtFolder, readJwtCases, readVectors } from "../test/jwt/cases.js";
import { startCognitoGateway } from "../test/jwt/cognito-gateway.js";
import { runJwtCase, runVector, type JwtOutcome } from "../test/jwt/run-cases.js";

const cases = readJwtCases(jwtFolder());
const gateway = await startCognitoGateway(cases);
const tokens = await Promise.all(
  cases.cases.map((item) =>
    item.authorizer === "jwt" ? runJwtCase(cases, item) : gateway.run(item),
  ),
);
await gateway.close();
const vectorsOf = (name: string): Promise<JwtOutcome[]> =>
  Promise.all(readVectors(cases.folder, name).map(runVector));
const groups: readonly (readonly [string, readonly JwtOutcome[]])[] = [
  ["cases", tokens.filter(({ soft }) => !soft)],
  ["cases, soft", tokens.filter(({ soft }) => soft)],
  ["wycheproof signatures", await vectorsOf("json_web_signature_test.json")],
  ["wycheproof key sets", await vectorsOf("json_web_key_test.json")],
];
let failed = 0;
for (const [name, outcomes] of groups) {
  const wrong = outcomes.filter(({ passed }) => !passed);
  failed += wrong.length;
  console.log(`${name}: ${outcomes.length - wrong.length} passed, ${wrong.length} failed`);
  for (const { id, why, seen } of wrong) console.log(`  ${id}: ${why}; seen: ${seen}`);
}
process.exitCode = failed === 0 && tokens.length > 0 ? 0 : 1;
