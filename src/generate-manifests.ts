import { createHash } from "node:crypto";
import type { Diagnostic } from "./diagnostics.js";
import { createDiagnosticSink } from "./diagnostics.js";
import { emitManifests } from "./emit/manifests/manifests.js";
import type { OutputFile } from "./emit/output-file.js";
import type { Target } from "./ir/manifest.js";
import { loadDocument, type LoadOptions } from "./load/load-document.js";
import { lowerDocument } from "./lower/document.js";
import { lowerManifests } from "./lower/manifests/manifests.js";
import { planProject } from "./plan/plan.js";

export interface ManifestOptions extends LoadOptions {
  /** Undefined: those that the settings choose. */
  readonly targets?: readonly Target[] | undefined;
}

export interface ManifestResult {
  /** Empty when the input has errors. */
  readonly files: readonly OutputFile[];
  readonly targets: readonly Target[];
  readonly diagnostics: readonly Diagnostic[];
  readonly frame: (diagnostic: Diagnostic) => string;
  /** SHA-256 over the input in hexadecimal; undefined when it has errors. */
  readonly inputDigest: string | undefined;
}

/** The manifests of a document alone, without the project. Problems of the input are diagnostics. */
export async function generateManifests(options: ManifestOptions): Promise<ManifestResult> {
  const sink = createDiagnosticSink();
  const document = await loadDocument(options, sink);
  const gateway = document && lowerDocument(document, sink);
  const manifests = document && gateway && lowerManifests(document, gateway, sink, options.targets);
  const frame = (diagnostic: Diagnostic): string => sink.frame(diagnostic);
  if (document === undefined || gateway === undefined || sink.hasErrors()) {
    return { files: [], targets: [], diagnostics: sink.list(), frame, inputDigest: undefined };
  }
  const files = manifests === undefined ? [] : await emitManifests(planProject(gateway), manifests);
  const targets = manifests?.targets ?? [];
  const inputDigest = createHash("sha256")
    .update(document.digest)
    .update(targets.join())
    .digest("hex");
  return {
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    targets,
    diagnostics: sink.list(),
    frame,
    inputDigest,
  };
}
