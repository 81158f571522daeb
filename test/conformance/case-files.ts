import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CaseFormatError, parseCaseFile, type CaseFile } from "./case-format.js";

/** The cases that every clone has. */
export const COPIED_CASES = fileURLToPath(new URL("cases", import.meta.url));

/** Where the same cases may stand beside the clone. */
export const SHARED_CASES = fileURLToPath(new URL("../../../shared/conformance", import.meta.url));

/** A case that is held to be wrong, and why. It still counts as it comes out; the table marks it. */
export interface DisputedCase {
  readonly id: string;
  /** What speaks against the expected value: a recording, a page of the documentation. */
  readonly evidence: string;
}

/** Folders to read: those of `CONFORMANCE_CASES` (separated by colons), else the shared folder, else the copy. */
export function caseFolders(environment: Readonly<Record<string, string | undefined>>): string[] {
  const given = (environment["CONFORMANCE_CASES"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "");
  if (given.length > 0) return given;
  return [existsSync(SHARED_CASES) ? SHARED_CASES : COPIED_CASES];
}

/**
 * Reads every `*.json` of the folders, sorted by name. Throws `CaseFormatError` for a file that is not understood, for
 * a case id that is there twice, and for a folder that cannot be read or holds no case file.
 */
export function readCaseFiles(folders: readonly string[]): CaseFile[] {
  const files = folders.flatMap(readFolder);
  const seen = new Set<string>();
  for (const { id } of files.flatMap((file) => file.cases)) {
    if (seen.has(id)) throw new CaseFormatError(`${id}: there are two cases of this id`);
    seen.add(id);
  }
  return files;
}

/** Reads `disputed.json`: a list of `{ "id", "evidence" }`, both required. Throws `CaseFormatError`. */
export function readDisputedCases(
  path = fileURLToPath(new URL("disputed.json", import.meta.url)),
): DisputedCase[] {
  const list: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!Array.isArray(list)) throw new CaseFormatError(`${path}: must be a list`);
  return list.map((one: unknown) => {
    if (!isDisputedCase(one)) throw new CaseFormatError(`${path}: an entry needs id and evidence`);
    return { id: one.id, evidence: one.evidence };
  });
}

function isDisputedCase(value: unknown): value is DisputedCase {
  if (typeof value !== "object" || value === null || !("id" in value) || !("evidence" in value))
    return false;
  return (
    typeof value.id === "string" && typeof value.evidence === "string" && value.evidence !== ""
  );
}

function readFolder(folder: string): CaseFile[] {
  const names = listFolder(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted();
  if (names.length === 0) throw new CaseFormatError(`${folder}: no case files`);
  return names.map((name) => parseCaseFile(readFileSync(join(folder, name), "utf8"), name));
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw new CaseFormatError(`${folder}: cannot be read`, { cause });
  }
}
