import type { Plan } from "../../plan/plan.js";

/** Versions of what a generated project may depend on; a test keeps them at the releases that are tested here. */
export const dependencyVersions: Readonly<Record<string, string>> = {
  "@aws-sdk/credential-providers": "^3.0.0",
  "@redis/client": "^6.3.1",
  "@smithy/signature-v4": "^5.0.0",
  "@types/node": "^20.19.0",
  "@types/ws": "^8.18.2",
  esbuild: "^0.28.2",
  jose: "^6.2.18",
  re2js: "^2.10.0",
  tsx: "^4.23.15",
  typescript: "^7.0.2",
  undici: "^7.30.2",
  ws: "^8.23.0",
};

/** The keys of package.json that the generator keeps; everything else is the user's. */
export function packageJson(plan: Plan, packages: ReadonlySet<string>): object {
  const pick = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries([...names].sort().map((name) => [name, dependencyVersions[name] ?? "*"]));
  return {
    name: plan.project.packageName,
    version: "0.0.0",
    private: true,
    type: "module",
    engines: { node: ">=20.19" },
    scripts: {
      dev: "tsx watch src/main.ts",
      build: "node build.mjs",
      start: "node dist/main.js",
      test: "tsx --test test/*.test.ts",
      typecheck: "tsc",
    },
    dependencies: pick([...packages]),
    devDependencies: pick([
      "@types/node",
      ...(packages.has("ws") ? ["@types/ws"] : []),
      "esbuild",
      "tsx",
      "typescript",
    ]),
  };
}

/** The strictest settings of the compiler; it only checks, esbuild and tsx translate. */
export const tsconfig = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2023"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    types: ["node"],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    allowUnreachableCode: false,
    allowUnusedLabels: false,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    erasableSyntaxOnly: true,
    forceConsistentCasingInFileNames: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ["src", "test"],
} as const;
