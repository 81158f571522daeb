import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { digestOf } from "../write/digest.js";

/*
 * What a run read and left, so that the next one sees that there is nothing to do without doing it. It is
 * kept among this user's caches, not in the project: whoever can write to a checkout must not be able to
 * say that it is up to date. Without it, or with a wrong one, a run just does its work.
 */

/** The files of a run. */
export interface RunFiles {
  /** What tells the generator and its options from all others. */
  readonly key: string;
  /** Whole places of all files that were read or looked for. */
  readonly inputs: Iterable<string>;
  /** Of all files of the project, and what was written to them where something was. */
  readonly outputs: ReadonlyMap<string, Buffer | undefined>;
}

/** Remembered runs; more than these are swept. */
const maxRuns = 100;

/** Remembers a run that left its folder as it is to be. */
export function rememberRun(out: string, { key, inputs, outputs }: RunFiles, report: object): void {
  quietly(() => {
    const digests = {
      inputs: [...new Set(inputs)].toSorted().map((place) => [place, digestOfInput(place)]),
      outputs: [...outputs]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([place, written]) => [place, written ? digestOf(written) : digestOfOutput(place)]),
    };
    const file = cacheFile(out);
    mkdirSync(cacheFolder(), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ key, digests, report }), { mode: 0o600 });
    renameSync(draft, file);
    sweep();
  });
}

/** The report of the last run on a folder, when all that it read and wrote still is as it was. */
export function rememberedRun(out: string, key: string): unknown {
  return quietly(() => {
    const value: unknown = JSON.parse(readFileSync(cacheFile(out), "utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    if (!("key" in value && "digests" in value && "report" in value)) return undefined;
    const { digests, report } = value;
    if (value.key !== key || typeof digests !== "object" || digests === null) return undefined;
    if (!("inputs" in digests && "outputs" in digests)) return undefined;
    const isSame =
      areSame(digests.inputs, digestOfInput) && areSame(digests.outputs, digestOfOutput);
    return isSame ? report : undefined;
  });
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  const caches = xdg ?? local ?? join(homedir(), ".cache");
  return join(caches, "gen-gateway", "runs");
}

function cacheFile(out: string): string {
  const name = createHash("sha256")
    .update(realpathSync(resolve(out)))
    .digest("hex");
  return join(cacheFolder(), `${name.slice(0, 32)}.json`);
}

function areSame(digests: unknown, digest: (place: string) => string | null): boolean {
  return (
    Array.isArray(digests) &&
    digests.length > 0 &&
    digests.every(
      (pair: unknown) =>
        Array.isArray(pair) && typeof pair[0] === "string" && digest(pair[0]) === pair[1],
    )
  );
}

/** Null: there is no file that can be read. */
function digestOfInput(place: string): string | null {
  const bytes = quietly(() => readFileSync(place));
  return bytes === undefined ? null : createHash("sha256").update(bytes).digest("hex");
}

/** As the writer compares files. */
function digestOfOutput(place: string): string | null {
  const bytes = quietly(() => readFileSync(place));
  return bytes === undefined ? null : digestOf(bytes);
}

function sweep(): void {
  const files = readdirSync(cacheFolder()).map((name) => join(cacheFolder(), name));
  if (files.length <= maxRuns) return;
  const byAge = files
    .map((file) => ({ file, time: statSync(file).mtimeMs }))
    .toSorted((a, b) => a.time - b.time);
  for (const { file } of byAge.slice(0, files.length - maxRuns)) rmSync(file, { force: true });
}

/** A cache that cannot be used is none. */
function quietly<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
