import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Version of this package. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url);
  const { version } = require("gen-gateway/package.json") as { readonly version: string };
  return version;
}

/** Set by the build. */
declare const GEN_GATEWAY_BUILT: boolean | undefined;

/** What tells this build of the package from all others; undefined where the sources run by themselves. */
export function buildId(): string | undefined {
  if (typeof GEN_GATEWAY_BUILT === "undefined") return undefined;
  return readFileSync(new URL("build-id.txt", import.meta.url), "utf8");
}
