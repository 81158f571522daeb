import { createRequire } from "node:module";

/** Version of this package. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url);
  const { version } = require("gen-gateway/package.json") as { readonly version: string };
  return version;
}
