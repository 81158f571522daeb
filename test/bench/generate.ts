import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { mebibytesOf, median, usageOf, type Usage } from "./process-usage.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const large = join(root, "../shared/large-specs");

/** Cost of one generation beside reading the document alone, each in a process of its own. */
export interface GenerationCost {
  readonly spec: string;
  /** CPU seconds of the whole command, Node's own start included. */
  readonly generateSeconds: number;
  /** CPU seconds of a process that only parses the document. */
  readonly parseSeconds: number;
  readonly ratio: number;
  /** Most resident memory of the command. */
  readonly peakMiB: number;
  /** Size of all files of the emitted project. */
  readonly outputMiB: number;
}

const rounds = 5;

/** Measures petstore and the largest documents at hand; `dist/` must be built. */
export function measureGeneration(): readonly GenerationCost[] {
  const folder = mkdtempSync(join(tmpdir(), "gen-gateway-bench-"));
  try {
    return benchSpecs(["github", "msgraph-v1"], folder).map(({ name, path }) =>
      measure(name, path, folder),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Petstore and those of the large documents that are at hand, unpacked into `folder`. */
export function benchSpecs(
  names: readonly string[],
  folder: string,
): readonly { readonly name: string; readonly path: string }[] {
  const petstore = join(root, "examples/petstore/openapi.yaml");
  const files = [{ name: "petstore", path: petstore }];
  for (const name of names) {
    const packed = join(large, `${name}.json.gz`);
    if (!existsSync(packed)) continue;
    const path = join(folder, `${name}.json`);
    writeFileSync(path, gunzipSync(readFileSync(packed)));
    files.push({ name, path });
  }
  return files;
}

function measure(spec: string, path: string, folder: string): GenerationCost {
  const out = join(folder, "out");
  const generate: Usage[] = [];
  const parse: Usage[] = [];
  // taken in turns, so that a slow moment of the machine meets both
  for (let round = 0; round < (spec === "petstore" ? rounds : 3); round++) {
    rmSync(out, { recursive: true, force: true });
    generate.push(usageOf([join(root, "bin/gen-gateway.js"), path, "-o", out, "--quiet"], folder));
    parse.push(usageOf(["--input-type=module", "-e", parseOnly, path], folder));
  }
  const generateSeconds = median(generate.map(({ seconds }) => seconds));
  const parseSeconds = median(parse.map(({ seconds }) => seconds));
  return {
    spec,
    generateSeconds,
    parseSeconds,
    ratio: generateSeconds / parseSeconds,
    peakMiB: Math.max(...generate.map(({ peakMiB }) => peakMiB)),
    outputMiB: mebibytesOf(out),
  };
}

const parseOnly = `
  import { readFileSync } from "node:fs";
  import { createRequire } from "node:module";
  const path = process.argv[1];
  const text = readFileSync(path, "utf8");
  if (path.endsWith(".json")) JSON.parse(text);
  else createRequire(${JSON.stringify(join(root, "package.json"))})("yaml").parse(text);
`;
