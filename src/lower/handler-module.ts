import type { DiagnosticSink } from "../diagnostics.js";
import type { Backend } from "../ir/deployment.js";
import { quote } from "../json.js";
import type { Pointer } from "../pointer.js";

/** A module of the user's and the function in it. */
export interface HandlerModule {
  /** In the project: `src/handlers/orders.ts`. */
  readonly path: string;
  readonly exportName: string;
}

/** Folders without dots, so that none is a file, too. */
const modulePath = /^src\/(?:[A-Za-z0-9_-]+\/)*[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.ts$/;
/** Names of devices, which no file has on Windows. */
const device = /(?:^|\/)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\/)/i;
const reserved = /^(?:src\/generated\/|src\/main\.ts$)|\.d\.ts$/;

/**
 * A handler by its module: `./src/handlers/orders.ts`, with `#export` behind it or by itself; default
 * `handler`. Problems: GG044.
 */
export function lowerHandlerModule(
  written: unknown,
  exported: unknown,
  at: Pointer,
  sink: DiagnosticSink,
): HandlerModule | undefined {
  const [place = "", named] = String(written).split("#");
  const path = place.replace(/^\.\//, "");
  const exportName = String(exported ?? named ?? "handler");
  if (!modulePath.test(path) || device.test(path) || reserved.test(path)) {
    sink.error("GG044", at, `${quote(place)} cannot be a module of the project`, {
      hint: "name a .ts file below src/, outside src/generated/: ./src/handlers/orders.ts",
    });
    return undefined;
  }
  if (!/^[A-Za-z_$][\w$]{0,80}$/.test(exportName) || words.has(exportName)) {
    sink.error("GG044", at, `${quote(exportName)} cannot be the name of an exported function`);
    return undefined;
  }
  return { path, exportName };
}

/** Paths that are one file where case does not count. Problems: GG044. */
export function reportEqualPaths(backends: readonly Backend[], sink: DiagnosticSink): void {
  const known = new Map<string, string>();
  for (const { target, at } of backends) {
    if (target.kind !== "module") continue;
    const { path } = target;
    const other = known.get(path.toLowerCase());
    if (other === undefined) known.set(path.toLowerCase(), path);
    else if (other !== path) {
      const message = `${path} and ${other} are one file on some systems`;
      sink.error("GG044", at, message, { hint: "write both alike" });
    }
  }
}

/** Words that no function of a module can have as its name; `default` has no name to be called by. */
const words = new Set(
  `arguments async await break case catch class const continue debugger default delete do else enum eval
  export extends false finally for function if implements import in instanceof interface let new null package
  private protected public return static super switch this throw true try typeof var void while with
  yield`.split(/\s+/),
);
