import type { DiagnosticSink } from "../../diagnostics.js";
import type { Pointer } from "../../pointer.js";
import { parsePointer } from "../../pointer.js";
import { TextLines } from "../text-lines.js";
import { HclPlaces } from "./hcl-places.js";
import type { HclBody } from "./hcl.js";
import { parseHcl } from "./parse-hcl.js";

/** A Terraform file that was parsed, with the places of its parts. */
export interface TerraformFile {
  readonly text: string;
  readonly body: HclBody;
  readonly places: HclPlaces;
}

/** Characters of a Terraform file; a document of more than this stands in a file of its own. */
const maxText = 20_000_000;

/** Parses a Terraform file. Problems: GG002 too long, GG027 not Terraform. */
export function readTerraform(
  text: string,
  at: Pointer,
  sink: DiagnosticSink,
): TerraformFile | undefined {
  const { file } = parsePointer(at);
  if (text.length > maxText) {
    const message = `the file has more than ${maxText / 1e6} million characters of Terraform`;
    sink.error("GG002", at, message, { position: { file, line: 1, column: 1 } });
    return undefined;
  }
  const { body, problem } = parseHcl(text);
  if (body) return { text, body, places: new HclPlaces(body) };
  const position = { file, ...new TextLines(text).place(problem.offset) };
  sink.error("GG027", at, `this is not Terraform: ${problem.message}`, { position });
  return undefined;
}
