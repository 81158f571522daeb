import type { OutputFile } from "../emit/output-file.js";
import { digestOf } from "./digest.js";
import type { Manifest, NameSections } from "./manifest.js";
import { manifestPath, parseManifest, printManifest } from "./manifest.js";
import type { JsonMembers } from "./merge-json.js";
import { mergeJson, parseMembers } from "./merge-json.js";
import { mergeTexts } from "./merge-text.js";
import type { IsIgnored } from "./ignored.js";
import { readIgnored } from "./ignored.js";
import type { OutputFolder } from "./output-folder.js";
import { OutputProblem } from "./output-problem.js";
import { replacedPath } from "./output-path.js";
import { attributes, pristinePath, readPristine, type PristinePrinter } from "./pristine.js";

/** One file that a run would write or delete. */
export interface FileChange {
  readonly path: string;
  readonly action: "create" | "update" | "delete";
  /** Undefined when the file is new. */
  readonly before: Buffer | undefined;
  /** Undefined when the file goes. */
  readonly after: Buffer | undefined;
}

/** A file that the generator would have to overwrite although somebody else's work is in it. */
export interface Conflict {
  readonly path: string;
  /**
   * `edited`: the generator's file was changed. `foreign`: a file that it never wrote stands in its
   * way. `no-json`: keys are to be merged into a file that is no JSON object. To be merged, but not to
   * be: `overlap`, both sides changed the same lines; `no-base`, it is not known what was generated;
   * `too-different`, there is too much to compare.
   */
  readonly reason: "edited" | "foreign" | "no-json" | "overlap" | "no-base" | "too-different";
}

/**
 * What is done with edited files: refused; overwritten, with a copy kept among the records; merged; or
 * merged with markers where both sides changed the same lines.
 */
export type EditPolicy = "refuse" | "force" | "merge" | "merge-markers";

/** Something that a run leaves as it is and should say so. */
export type Notice =
  /** No longer generated, but edited: it is the user's now. */
  | { readonly kind: "stale-kept"; readonly path: string }
  /** Keys of a merged file that the generator newly wants otherwise than the user has them. */
  | { readonly kind: "keys-kept"; readonly path: string; readonly keys: readonly string[] }
  /** The user's edits are in it, and what is new of the generator's. */
  | { readonly kind: "merged"; readonly path: string }
  /** Merged, but for places that the user has to decide. */
  | { readonly kind: "markers"; readonly path: string; readonly overlaps: number }
  /** A module of the user's, in which he let something be mended. */
  | { readonly kind: "mended"; readonly path: string };

export interface Comparison {
  /** Sorted by path; the manifest is not among them. */
  readonly changes: readonly FileChange[];
  readonly conflicts: readonly Conflict[];
  readonly notices: readonly Notice[];
  /** Records of the generator whose text changes: the manifest, and what goes with it. */
  readonly records: readonly FileChange[];
  /** Files that the user's `.gen-gatewayignore` names; sorted. */
  readonly ignored: readonly string[];
}

/** A new text for a file of the user's, who asked for it. */
export interface UserEdit {
  readonly path: string;
  /** The text that it was made of; when the file has another by now, it is left alone. */
  readonly before: string;
  readonly after: string;
}

export interface CompareOptions {
  readonly generator: string;
  readonly inputDigest: string;
  readonly names: NameSections;
  readonly edits: EditPolicy;
  readonly userEdits: readonly UserEdit[];
  readonly pristine: PristinePrinter;
}

/** A generated file as the folder is to have it. */
export interface EncodedFile extends OutputFile {
  readonly bytes: Buffer;
}

/** Compares generated files with a folder. Reads only. */
export async function compareProject(
  files: readonly EncodedFile[],
  folder: OutputFolder,
  options: CompareOptions,
): Promise<Comparison> {
  const comparing = new Comparing(folder, options.edits, await readIgnored(folder));
  for (const file of files) await comparing.add(file);
  comparing.addStale(new Set(files.map(({ path }) => path)));
  for (const edit of options.userEdits) comparing.addUserEdit(edit);
  return comparing.result(options);
}

class Comparing {
  readonly #folder: OutputFolder;
  readonly #edits: EditPolicy;
  readonly #isIgnored: IsIgnored;
  readonly #manifestText: Buffer | undefined;
  readonly #last: Manifest | undefined;
  readonly #changes: FileChange[] = [];
  readonly #conflicts: Conflict[] = [];
  readonly #notices: Notice[] = [];
  readonly #owned = new Map<string, string>();
  readonly #contents = new Map<string, string>();
  readonly #merged = new Map<string, JsonMembers>();
  readonly #ignored: string[] = [];
  /** Read when a file is to be merged. */
  #pristine: ReadonlyMap<string, string> | undefined;

  constructor(folder: OutputFolder, edits: EditPolicy, isIgnored: IsIgnored) {
    this.#folder = folder;
    this.#edits = edits;
    this.#isIgnored = isIgnored;
    this.#manifestText = folder.read(manifestPath);
    this.#last = this.#manifestText && parseManifest(this.#manifestText.toString("utf8"));
    if (this.#manifestText && !this.#last && edits !== "force") {
      throw new OutputProblem(`${folder.name}/${manifestPath} cannot be understood`, {
        hint: "restore it from version control, or use --force, which keeps a copy of what it replaces",
      });
    }
  }

  async add(file: EncodedFile): Promise<void> {
    if (this.#isIgnored(file.path)) {
      this.#ignored.push(file.path);
      return;
    }
    switch (file.ownership) {
      case "owned":
        return this.#addOwned(file);
      case "once":
        if (!this.#folder.has(file.path)) this.#create(file);
        return;
      case "merged":
        return this.#addMerged(file);
    }
  }

  addUserEdit({ path, before, after }: UserEdit): void {
    const found = this.#folder.read(path);
    if (this.#isIgnored(path) || found?.toString("utf8") !== before) return;
    this.#changes.push(change(path, found, Buffer.from(after)));
    this.#notices.push({ kind: "mended", path });
  }

  /** Files of the last run that are no longer generated. */
  addStale(paths: ReadonlySet<string>): void {
    for (const [path, digest] of this.#last?.owned ?? []) {
      if (paths.has(path) || this.#isIgnored(path)) continue;
      const before = this.#folder.read(path);
      if (before === undefined) continue;
      if (digestOf(before) === digest) {
        this.#changes.push({ path, action: "delete", before, after: undefined });
      } else this.#notices.push({ kind: "stale-kept", path });
    }
  }

  result({ generator, inputDigest, names, pristine }: CompareOptions): Comparison {
    const manifest = {
      generator,
      input: inputDigest,
      names,
      owned: this.#owned,
      merged: this.#merged,
    };
    return {
      changes: this.#changes.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      conflicts: this.#conflicts,
      notices: this.#notices,
      records: [
        ...this.#pristineChanges(pristine),
        ...recordChange(manifestPath, this.#manifestText, Buffer.from(printManifest(manifest))),
      ],
      ignored: this.#ignored.toSorted(),
    };
  }

  /** The texts need no look where the manifest says that they are the same. */
  #pristineChanges(pristine: PristinePrinter): readonly FileChange[] {
    const last = this.#last?.owned;
    const isSame =
      last?.size === this.#owned.size &&
      [...this.#owned].every(([path, digest]) => last.get(path) === digest);
    if (isSame && this.#folder.has(pristinePath)) return [];
    const before = this.#folder.read(pristinePath);
    return [
      ...recordChange(
        attributes.path,
        this.#folder.read(attributes.path),
        Buffer.from(attributes.content),
      ),
      ...recordChange(pristinePath, before, pristine.print(this.#contents)),
    ];
  }

  async #addOwned({ path, content, bytes: after }: EncodedFile): Promise<void> {
    const digest = digestOf(after);
    this.#owned.set(path, digest);
    this.#contents.set(path, content);
    const before = this.#folder.read(path);
    if (before === undefined) {
      this.#changes.push(change(path, undefined, after));
      return;
    }
    const found = before.equals(after) ? digest : digestOf(before);
    if (found === digest) return;
    const known = this.#last?.owned.get(path);
    if (found !== known) {
      if (this.#edits === "refuse" || (this.#edits !== "force" && known === undefined)) {
        this.#conflicts.push({ path, reason: known === undefined ? "foreign" : "edited" });
        return;
      }
      if (this.#edits !== "force") return this.#mergeOwned(path, before, content);
      this.#keepCopy(path, before, found);
    }
    this.#changes.push(change(path, before, after));
  }

  /** Brings what is new of a generated file into the user's edited one. */
  async #mergeOwned(path: string, before: Buffer, theirs: string): Promise<void> {
    this.#pristine ??= readPristine(this.#folder);
    const base = this.#pristine.get(path);
    const isBase =
      base !== undefined && digestOf(Buffer.from(base)) === this.#last?.owned.get(path);
    if (!isBase) {
      this.#conflicts.push({ path, reason: "no-base" });
      return;
    }
    const merged = await mergeTexts({ mine: before.toString("utf8"), base, theirs });
    if (merged.kind === "too-different") {
      this.#conflicts.push({ path, reason: "too-different" });
      return;
    }
    if (merged.kind === "overlap") {
      if (this.#edits !== "merge-markers") {
        this.#conflicts.push({ path, reason: "overlap" });
        return;
      }
      this.#notices.push({ kind: "markers", path, overlaps: merged.overlaps });
    } else this.#notices.push({ kind: "merged", path });
    const after = Buffer.from(merged.text);
    if (!before.equals(after)) this.#changes.push(change(path, before, after));
  }

  async #addMerged(file: EncodedFile): Promise<void> {
    const { path, content } = file;
    const wanted = parseMembers(content);
    if (wanted === undefined) throw new Error(`the merged file ${path} is no JSON object`);
    this.#merged.set(path, wanted);
    const before = this.#folder.read(path);
    if (before === undefined) {
      this.#create(file);
      return;
    }
    const base = this.#last?.merged.get(path);
    const merged = await mergeJson({ text: before.toString("utf8"), base, wanted });
    if (merged === undefined) {
      this.#conflicts.push({ path, reason: "no-json" });
      return;
    }
    if (merged.kept.length > 0) this.#notices.push({ kind: "keys-kept", path, keys: merged.kept });
    const after = Buffer.from(merged.text);
    if (!before.equals(after)) this.#changes.push(change(path, before, after));
  }

  #create({ path, bytes }: EncodedFile): void {
    this.#changes.push(change(path, undefined, bytes));
  }

  #keepCopy(path: string, content: Buffer, digest: string): void {
    const copy = replacedPath(path, digest);
    if (!this.#folder.has(copy)) this.#changes.push(change(copy, undefined, content));
  }
}

function recordChange(
  path: string,
  before: Buffer | undefined,
  after: Buffer,
): readonly FileChange[] {
  return isSameText(before, after) ? [] : [change(path, before, after)];
}

function isSameText(before: Buffer | undefined, after: Buffer): boolean {
  return before !== undefined && digestOf(before) === digestOf(after);
}

function change(path: string, before: Buffer | undefined, after: Buffer): FileChange {
  return { path, action: before === undefined ? "create" : "update", before, after };
}
