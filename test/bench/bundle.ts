import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles programs of this folder, one `.mjs` file each, as a generated project is built for production. */
export async function bundlePrograms(files: readonly string[], folder: string): Promise<void> {
  await build({
    entryPoints: files.map((file) => fileURLToPath(new URL(file, import.meta.url))),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
}
