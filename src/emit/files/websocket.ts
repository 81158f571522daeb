import type { Plan } from "../../plan/plan.js";
import type { Value } from "../../plan/value.js";
import type { OutputFile } from "../output-file.js";
import { Code } from "../printer/code.js";
import { createModule } from "../printer/module.js";
import { ownedModule, type Emission } from "../project.js";
import { runtimeFolder } from "../runtime-files.js";
import { printBodyAccessor } from "./mappings.js";
import { printTable } from "./tables.js";

/** What a WebSocket API has beside the files of all APIs. */
export function emitWebSocket(emission: Emission): readonly OutputFile[] {
  if (emission.plan.tables.websocket === null) return [];
  return [emitTable(emission, emission.plan.tables.websocket), ...emitSelections(emission)];
}

function emitTable(
  emission: Emission,
  { routes, ...head }: NonNullable<Plan["tables"]["websocket"]>,
): OutputFile {
  const module = createModule("src/generated/websocket.ts");
  module.type("WebSocketTable", `${runtimeFolder}/contracts.ts`);
  const entries: Readonly<Record<string, Value>> = { ...head, routes };
  return ownedModule(emission, module, module.path, { websocket: printTable(entries, module) });
}

function emitSelections(emission: Emission): readonly OutputFile[] {
  const { selections } = emission.plan;
  if (selections.length === 0) return [];
  const module = createModule("src/generated/selections.ts");
  const accessors = selections.map((accessor) => printBodyAccessor(accessor, module)).join("\n\n");
  return [ownedModule(emission, module, module.path, { accessors: new Code(accessors) })];
}
