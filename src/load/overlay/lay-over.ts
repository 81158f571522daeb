import { posix } from "node:path";
import type { DiagnosticSink } from "../../diagnostics.js";
import type { JsonObject } from "../../json.js";
import { quote } from "../../json.js";
import type { Pointer } from "../../pointer.js";
import { isUrl } from "../references.js";
import { OverlaidDocument } from "./apply-overlay.js";
import type { Overlay } from "./overlay-document.js";
import { readOverlay } from "./overlay-document.js";

export interface OverlayFile {
  /** Relative to the document's folder. */
  readonly name: string;
  readonly value: unknown;
  readonly at: Pointer;
}

/** A document with its overlays laid over it. */
export interface LaidOver {
  readonly root: JsonObject;
  /** Nodes that stand elsewhere than their pointer says: most of them in overlays. */
  readonly moved: ReadonlyMap<Pointer, Pointer>;
}

/**
 * Lays overlays over a document, in order. Undefined after an error was reported. `file`: name of the document's file.
 */
export function layOver(
  document: { readonly root: JsonObject; readonly at: Pointer; readonly file: string },
  overlays: readonly OverlayFile[],
  sink: DiagnosticSink,
): LaidOver | undefined {
  const result = new OverlaidDocument(document.root, document.at, sink);
  const read = overlays.map(({ name, value, at }) => {
    const overlay = readOverlay(value, at, sink);
    if (overlay) checkTarget(overlay, name, document.file, sink);
    return overlay;
  });
  for (const overlay of read) {
    if (overlay === undefined || !result.apply(overlay)) return undefined;
  }
  if (settingsText(document.root) !== settingsText(result.root)) {
    const message = "settings that an overlay gives have no effect";
    sink.warning("GG043", document.at, message, { hint: "write them as gateway.config.yaml" });
  }
  return { root: result.root, moved: result.moved() };
}

function settingsText(document: JsonObject): string | undefined {
  return JSON.stringify(document["x-gateway-config"]);
}

/** An overlay made for another document is most likely a mistake. Of a URL the last part is compared. */
function checkTarget(
  { extends: target }: Overlay,
  overlayFile: string,
  file: string,
  sink: DiagnosticSink,
): void {
  if (target === undefined || file === "stdin") return;
  const { uri, at } = target;
  const [path = ""] = uri.split(/[?#]/, 1);
  const isSame = isUrl(path)
    ? posix.basename(path) === posix.basename(file)
    : posix.join(posix.dirname(overlayFile), decodeName(path)) === file;
  if (isSame) return;
  sink.warning("GG016", at, `this overlay is made for ${quote(uri)}, not for ${quote(file)}`);
}

function decodeName(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
