import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A token case, as the README beside the cases describes it. */
export interface JwtCase {
  readonly id: string;
  readonly authorizer: "jwt" | "cognito";
  readonly route: string;
  readonly header: string | null;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly expect: "allow" | "deny";
  readonly status?: readonly number[];
  readonly alsoAccepted?: string;
  readonly confidence?: string;
  readonly why: string;
}

export interface JwtCases {
  readonly folder: string;
  readonly issuer: string;
  readonly audience: string;
  readonly cognitoUserPool: string;
  readonly cases: readonly JwtCase[];
  /** Key sets as texts, by name. */
  readonly keySets: Readonly<Record<"a" | "b" | "cognito", string>>;
}

const copied = fileURLToPath(new URL("cases", import.meta.url));
const shared = fileURLToPath(new URL("../../../shared/jwt", import.meta.url));

/** Folders with cases: `JWT_CASES`, else the shared ones where they are, else the copies. */
export function jwtFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment["JWT_CASES"] ?? (existsSync(shared) ? shared : copied);
}

export function readJwtCases(folder: string): JwtCases {
  const file = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as Omit<
    JwtCases,
    "folder" | "keySets"
  >;
  const sets = JSON.parse(readFileSync(join(folder, "jwks.json"), "utf8")) as Record<
    string,
    unknown
  >;
  const text = (name: string): string => JSON.stringify(sets[name]);
  return {
    ...file,
    folder,
    keySets: { a: text("a"), b: text("b"), cognito: text("cognito") },
  };
}

/** One vector of the Wycheproof suites. */
export interface SignatureVector {
  readonly id: string;
  readonly comment: string;
  readonly token: string;
  readonly result: "valid" | "invalid" | "acceptable";
  /** The key set that the token is checked with, as text. */
  readonly keySet: string;
  /** Algorithms of the keys. */
  readonly algorithms: readonly string[];
}

interface VectorFile {
  readonly testGroups: readonly {
    readonly comment: string;
    readonly public?: Record<string, unknown>;
    readonly private?: Record<string, unknown>;
    readonly tests: readonly {
      readonly tcId: number;
      readonly comment: string;
      readonly jws: string | object;
      readonly result: SignatureVector["result"];
    }[];
  }[];
}

/** The vectors of a file in the folder `wycheproof` beside the cases; empty where there is none. */
export function readVectors(folder: string, name: string): readonly SignatureVector[] {
  const path = join(folder, "wycheproof", name);
  if (!existsSync(path)) return [];
  const { testGroups } = JSON.parse(readFileSync(path, "utf8")) as VectorFile;
  return testGroups.flatMap((group) => {
    const key = group.public ?? group.private ?? {};
    const listed = key["keys"];
    const keys = Array.isArray(listed) ? (listed as Record<string, unknown>[]) : [key];
    return group.tests.map((test) => ({
      id: `${name}#${test.tcId}`,
      comment: `${group.comment}: ${test.comment}`,
      token: typeof test.jws === "string" ? test.jws : JSON.stringify(test.jws),
      result: test.result,
      keySet: JSON.stringify({ keys }),
      algorithms: keys.map(({ alg }) => String(alg)),
    }));
  });
}
