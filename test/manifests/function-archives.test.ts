import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { generate } from "../../src/generate.js";
import { documentWith, invocation, lambdaProxy } from "../lower/lower-text.js";
import { repository } from "./made.js";
import { runTool, withTools, workFolder, writeFiles } from "./tools.js";

const folder = workFolder();
const functions = "deploy/functions";

describe("functions for Terraform", () => {
  let place = "";
  const build = (): Buffer => {
    execFileSync(process.execPath, [join(functions, "build.mjs")], { cwd: place });
    return readFileSync(join(place, functions, "OrdersFunction.zip"));
  };

  beforeAll(async () => {
    const { files, diagnostics } = await generate({
      input: "openapi.json",
      text: JSON.stringify(
        documentWith({ integration: { ...lambdaProxy, uri: invocation("orders") } }),
      ),
      settings: { targets: ["terraform"] },
    });
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    place = join(folder(), "project");
    const texts = new Map(files.map(({ path, content }) => [path, content]));
    writeFiles({ files: texts, diagnostics: [] }, place);
    symlinkSync(join(repository, "node_modules"), join(place, "node_modules"));
  });

  test("built twice, the archive has the same bytes, whenever that is", () => {
    const first = build();
    const bundled = join(place, functions, "OrdersFunction/index.mjs");
    utimesSync(bundled, 0, 0);
    expect(build().equals(first)).toBe(true);
  });

  withTools("unzip")(
    "the archive holds the bundled handler and its map, which everybody may read",
    { timeout: 60_000 },
    async () => {
      build();
      const archive = join(place, functions, "OrdersFunction.zip");
      expect(runTool("unzip", ["-tq", archive], place)).toContain("No errors detected");
      const listed = runTool("unzip", ["-Z", archive], place);
      expect(listed).toMatch(/^-rw-r--r--.* index\.mjs$/m);
      expect(listed).toMatch(/^-rw-r--r--.* index\.mjs\.map$/m);
      runTool("unzip", ["-q", archive, "-d", "taken-out"], place);
      const url = pathToFileURL(join(place, "taken-out/index.mjs")).href;
      expect(typeof ((await import(url)) as { readonly handler: unknown }).handler).toBe(
        "function",
      );
    },
  );
});
