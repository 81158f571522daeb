import { createTwoFilesPatch, diffLines } from "diff";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeChangedExample, makeExample, type Made } from "./made.js";
import { workFolder } from "./tools.js";

const folder = workFolder();

const body = "deploy/cloudformation/openapi.json";
const bodyOfTerraform = "deploy/terraform/openapi.json.tftpl";
const template = "deploy/cloudformation/template.yaml";
const templateOfCdk = "deploy/cdk/template.json";

/** Lines of each file that are not in the other, by path; files that are alike are left out. */
function changedLines(before: Made, after: Made): ReadonlyMap<string, readonly string[]> {
  const paths = new Set([...before.files.keys(), ...after.files.keys()]);
  const changed = [...paths].map((path): readonly [string, readonly string[]] => {
    const parts = diffLines(before.files.get(path) ?? "", after.files.get(path) ?? "");
    return [
      path,
      parts.flatMap(({ added, removed, value }) => {
        const sign = added ? "+" : removed ? "-" : "";
        const lines = value.replace(/\n$/, "").split("\n");
        return sign === "" ? [] : lines.map((line) => `${sign}${line}`);
      }),
    ];
  });
  return new Map(changed.filter(([, lines]) => lines.length > 0));
}

/** The id of the deployment, of which the last ten digits are the hash. */
function identity({ files }: Made): string {
  const ids = [...(files.get(template) ?? "").matchAll(/^ {2}(Deployment[0-9a-f]{10}):$/gm)];
  expect(ids).toHaveLength(1);
  return ids[0]?.[1] ?? "";
}

/** With `PRINT_DIFF=1`, what a change does is shown. */
function print(before: Made, after: Made): void {
  if (process.env["PRINT_DIFF"] === undefined) return;
  for (const path of changedLines(before, after).keys()) {
    const texts = [before.files.get(path) ?? "", after.files.get(path) ?? ""] as const;
    process.stdout.write(createTwoFilesPatch(path, path, ...texts, "", "", { context: 1 }));
  }
}

describe.each<[example: string, from: string, to: string, holds: number]>([
  ["petstore", "Welcome to your Pet Store API", "Come in", 1],
  ["aws-services", 'The table failed"}', 'The table did not answer"}', 2],
  ["ci-cd-stages", "The queue did not take the scan", "No queue took the scan", 1],
])("one mapping template of %s", (name, from, to, holds) => {
  const changed = (change: (text: string) => string, place: string): Promise<Made> =>
    makeChangedExample(name, change, join(folder(), `${name}-${place}`));

  test("changes the body and the identity of the deployment, and nothing else of any target", async () => {
    const before = await makeExample(name);
    const after = await changed((text) => text.replaceAll(from, to), "changed");
    print(before, after);
    const lines = changedLines(before, after);
    expect([...lines.keys()].toSorted()).toEqual([templateOfCdk, body, template, bodyOfTerraform]);

    for (const path of [body, bodyOfTerraform]) {
      const own = lines.get(path) ?? [];
      const [removed, added] = ["-", "+"].map((sign) => own.filter((one) => one[0] === sign));
      expect(removed).toHaveLength(holds);
      const [was, is] = [from, to].map((text) => JSON.stringify(text).slice(1, -1));
      expect(added).toEqual(
        removed?.map((line) => line.replace("-", "+").replace(was ?? "", is ?? "")),
      );
      expect(removed?.every((line) => line.includes(was ?? ""))).toBe(true);
    }

    const [old, next] = [identity(before), identity(after)];
    expect(next).not.toBe(old);
    const hashes = [old, next].map((id) => id.replace("Deployment", ""));
    const [was = "", is = ""] = hashes;
    for (const path of [template, templateOfCdk]) {
      const own = lines.get(path) ?? [];
      expect(own.every((line) => line.includes(was) || line.includes(is))).toBe(true);
      // quotes around a hash depend on whether it could be a number
      const [then, now] = [before, after].map(({ files }) => files.get(path)?.replaceAll('"', ""));
      expect(then?.replaceAll(was, is)).toBe(now);
    }
  });

  test("left as it was, no byte differs", async () => {
    const before = await makeExample(name);
    expect(before.files.size).toBeGreaterThan(20);
    const after = await changed((text) => text, "same");
    expect([...after.files]).toEqual([...before.files]);
  });
});

test("the deployment of Terraform follows the body that is imported", async () => {
  const { files } = await makeExample("petstore", ["terraform"]);
  const main = files.get("deploy/terraform/main.tf") ?? "";
  expect(main).toMatch(/triggers = \{\n\s+body = sha256\(local\.body\)\n/);
  expect(main).toContain('body = templatefile("${path.module}/openapi.json.tftpl"');
});
