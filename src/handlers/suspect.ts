import type { HandlerModule } from "./handler-module.js";
import { eventTypes, streamMark } from "./handler-module.js";

/**
 * Whether a module has to be read by the compiler: a look at its text finds something that may be missing.
 * It may suspect too much, never too little, and costs nothing beside loading the compiler.
 */
export function isSuspect(module: HandlerModule): boolean {
  const { plan, text, operationTypes } = module;
  const words = new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  const isTyped = [...operationTypes].some((name) => words.has(name));
  const wanted = scaffoldEvents(module.scaffold);
  return (
    plan.handlers.some(({ exportName }) => !exports(text, exportName)) ||
    plan.handlers.some(
      ({ operations }) => isTyped && operations.some(({ typeName }) => !words.has(typeName)),
    ) ||
    importedOperations(text).some((name) => !operationTypes.has(name)) ||
    eventTypes.some((name) => words.has(name) !== wanted.has(name)) ||
    words.has(streamMark) !== module.scaffold.includes(streamMark)
  );
}

function exports(text: string, name: string): boolean {
  return [
    `export\\s+(?:async\\s+)?function\\s*\\*?\\s*${escape(name)}\\b`,
    `export\\s+(?:const|let|var)\\s+${escape(name)}\\b`,
  ].some((pattern) => new RegExp(`^${pattern}`, "m").test(text));
}

function escape(name: string): string {
  return name.replaceAll("$", "\\$");
}

/** Names that are imported from the types of the operations. */
function importedOperations(text: string): readonly string[] {
  const found =
    /import\s+(?:type\s+)?\{([^}]*)\}\s*from\s*["'][^"']*generated\/operations\.js["']/g;
  return [...text.matchAll(found)].flatMap(([, names = ""]) =>
    names
      .split(",")
      .map((name) => name.replace(/^\s*(?:type\s+)?/, "").split(/\s/)[0] ?? "")
      .filter((name) => name !== ""),
  );
}

function scaffoldEvents(scaffold: string): ReadonlySet<string> {
  return new Set(eventTypes.filter((name) => new RegExp(`\\b${name}\\b`).test(scaffold)));
}
