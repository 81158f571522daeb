import type { DiagnosticSink } from "../diagnostics.js";
import type { Operation } from "../ir/operation.js";
import { isList, isObject, quote } from "../json.js";
import type { LoadedSettings } from "../load/document.js";
import { nearest } from "../nearest.js";
import type { Pointer } from "../pointer.js";
import { findNamedOperation } from "./named-operation.js";

/** The operations that `generator.mappings` names. Problems: GG060. */
export function lowerOwnMappings(
  settings: LoadedSettings,
  operations: readonly Operation[],
  sink: DiagnosticSink,
): readonly Pointer[] {
  const generator = settings.value["generator"];
  const names = isObject(generator) ? generator["mappings"] : undefined;
  if (!isList(names)) return [];
  return names.flatMap((name, index) => {
    const text = String(name).trim().replace(/\s+/, " ");
    const found = findNamedOperation(operations, text);
    const at = settings.place("generator", "mappings", String(index));
    if (found === undefined) {
      const near = nearest(
        text,
        operations.map(({ operationId }) => operationId ?? "").filter(Boolean),
      );
      sink.error("GG060", at, `there is no route ${quote(text)}`, {
        hint:
          near === undefined
            ? "write its operationId, or GET /pets"
            : `did you mean ${quote(near)}?`,
      });
      return [];
    }
    if (hasTemplates(found)) return [found.at];
    sink.error("GG060", at, `${quote(text)} has no mapping template that could be yours`);
    return [];
  });
}

function hasTemplates({ integration }: Operation): boolean {
  return (
    integration.kind !== "none" &&
    (integration.requestTemplates.length > 0 ||
      integration.responses.some(({ templates }) => templates.length > 0))
  );
}
