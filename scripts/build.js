// Builds dist/: the command, the library as ES modules, its declarations, and what both read at every run.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildConsole } from "./build-console.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

rmSync(join(root, "dist"), { recursive: true, force: true });

const shared = {
  absWorkingDir: root,
  bundle: true,
  // parsers and printers are bundled, since loading their many small files costs more than their work;
  // what holds native code, its own data files or the generated gateway's client stays a package
  external: [
    "esbuild",
    "ts-morph",
    "re2js",
    "undici",
    "yargs",
    "@apidevtools/*",
    "@smithy/*",
    "@aws-sdk/*",
  ],
  // a package that has both kinds of modules is taken as ES modules: the other kind may load parts at run time
  mainFields: ["module", "main"],
  platform: "node",
  target: "node20",
  sourcemap: "linked",
  logLevel: "warning",
};

// the library: ES modules
await build({
  ...shared,
  entryPoints: { index: "src/index.ts" },
  outdir: "dist",
  splitting: true,
  format: "esm",
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  define: { GEN_GATEWAY_BUILT: "true" },
});

// the command: one function, which bin/load-command.js calls; a digest in front tells it from others
const command = join(root, "dist/cli.cjs");
await build({
  ...shared,
  entryPoints: { cli: "src/cli/main.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  charset: "ascii",
  minifyWhitespace: true,
  minifySyntax: true,
  banner: {
    js: '(function (module, require, __filename, __import) { const __url = require("node:url").pathToFileURL(__filename).href;',
  },
  footer: { js: "})" },
  define: { GEN_GATEWAY_BUILT: "true", "import.meta.url": "__url" },
});
// code that was compiled before does not know how its script imports: whoever loads it does so
const commandText = readFileSync(command, "utf8").replace(
  /(?<![.\w$])import\((?!\$\{|\))/g,
  "__import(",
);
const commandDigest = createHash("sha256").update(commandText).digest("hex");
writeFileSync(command, `/* ${commandDigest} */${commandText}`);

await buildConsole(join(root, "dist/console"));

// a program of its own, which is not shipped: it reads the templates and the run-time once for all runs
const preparing = join(root, "dist/prepare-files.mjs");
await build({
  absWorkingDir: root,
  entryPoints: ["src/emit/prepare-files.ts"],
  outfile: preparing,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
});
const { prepareFiles } = await import(pathToFileURL(preparing).href);
for (const [path, text] of Object.entries(prepareFiles())) writeFileSync(join(root, path), text);
rmSync(preparing);
writeFileSync(join(root, "dist/build-id.txt"), digestOf(join(root, "dist")));
execFileSync(process.execPath, [join(root, "scripts/code-cache.js")], { stdio: "inherit" });

/** Tells one build from another: of all that runs. */
function digestOf(folder) {
  const hash = createHash("sha256");
  const names = [
    ...readdirSync(folder),
    ...readdirSync(join(folder, "console")).map((name) => `console/${name}`),
  ];
  for (const name of names.sort()) {
    if (!/\.(?:c?js|json|txt|html|css)$/.test(name)) continue;
    hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest("hex");
}

const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {
  stdio: "inherit",
});
