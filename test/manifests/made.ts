import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../../src/diagnostics.js";
import { generateManifests } from "../../src/generate-manifests.js";
import type { Target } from "../../src/ir/manifest.js";
import { targets as allTargets } from "../../src/ir/manifest.js";

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Manifests by their path, and what was said of the document. */
export interface Made {
  readonly files: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** The manifests of a document from memory. */
export async function makeManifests(
  document: object | string,
  settings: object = {},
  targets: readonly Target[] | "chosen" = allTargets,
): Promise<Made> {
  const isText = typeof document === "string";
  return made(
    await generateManifests({
      input: isText ? "openapi.yaml" : "openapi.json",
      text: isText ? document : JSON.stringify(document),
      settings,
      targets: targets === "chosen" ? undefined : targets,
    }),
  );
}

/** The manifests of an example, with the settings beside it. */
export async function makeExample(
  name: string,
  targets: readonly Target[] | "chosen" = allTargets,
): Promise<Made> {
  return made(
    await generateManifests({
      input: join(repository, "examples", name, documentOf(name)),
      targets: targets === "chosen" ? undefined : targets,
    }),
  );
}

/** The manifests of an example of which a text was changed: a copy of it, in a folder of the test's. */
export async function makeChangedExample(
  name: string,
  change: (text: string, file: string) => string,
  place: string,
  targets: readonly Target[] | "chosen" = allTargets,
): Promise<Made> {
  const from = join(repository, "examples", name);
  mkdirSync(place, { recursive: true });
  for (const file of readdirSync(from).filter((one) => one.endsWith(".yaml"))) {
    writeFileSync(join(place, file), change(readFileSync(join(from, file), "utf8"), file));
  }
  return made(
    await generateManifests({
      input: join(place, documentOf(name)),
      targets: targets === "chosen" ? undefined : targets,
    }),
  );
}

function documentOf(name: string): string {
  return name === "chat" ? "asyncapi.yaml" : "openapi.yaml";
}

function made(result: Awaited<ReturnType<typeof generateManifests>>): Made {
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  return {
    files: new Map(result.files.map(({ path, content }) => [path, content])),
    diagnostics: result.diagnostics,
  };
}

export function fileOf({ files }: Made, path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`there is no ${path}: ${[...files.keys()].join(", ")}`);
  return text;
}

export const examples = [
  "aws-services",
  "chat",
  "ci-cd-stages",
  "on-prem-proxy",
  "orders-http-api",
  "petstore",
  "public-api",
  "secure-microservices",
  "webhook-receiver",
];
