// Builds the page of the console: one HTML, one script and one style sheet, which ask for nothing else.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Builds it into a folder, which is emptied before. */
export async function buildConsole(outDir) {
  await build({
    root: join(root, "src/console"),
    base: "/console/",
    configFile: false,
    logLevel: "warn",
    build: {
      outDir,
      emptyOutDir: true,
      target: ["chrome123", "firefox120", "safari17.5"],
      modulePreload: { polyfill: false },
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        output: {
          entryFileNames: "console.js",
          assetFileNames: "console[extname]",
          codeSplitting: false,
        },
      },
    },
  });
}
