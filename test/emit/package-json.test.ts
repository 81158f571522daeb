import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dependencyVersions } from "../../src/emit/files/package-json.js";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as Manifest;
const own = { ...manifest.dependencies, ...manifest.devDependencies };

const major = (range: string | undefined): string | undefined => /\d+/.exec(range ?? "")?.[0];

test.each(Object.entries(dependencyVersions))(
  "generated projects use the release of %s that is tested here",
  (name, range) => {
    expect(major(range)).toBe(major(own[name]));
  },
);
