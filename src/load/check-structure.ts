import type { DiagnosticSink } from "../diagnostics.js";
import type { JsonObject } from "../json.js";
import { isList, isObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import { descend, pointerKeys } from "../pointer.js";

/** Reports beyond this number only repeat themselves: a wrong member fails every branch of a choice. */
const maxReports = 50;

/**
 * A second opinion on the structure of a document: the schema of OpenAPI itself, by
 * `@apidevtools/swagger-parser`. Only on request, and only warnings: it refuses about half of the documents
 * that API Gateway imports, for reasons that change nothing. It gets a copy, and may follow no reference
 * out of it.
 */
export async function checkStructure(
  document: JsonObject,
  at: Pointer,
  sink: DiagnosticSink,
): Promise<void> {
  const { default: parser } = await import("@apidevtools/swagger-parser");
  try {
    // Its types ask for a document that is known to be right; whether it is, is the question.
    const copy: unknown = structuredClone(document);
    await parser.validate(copy as Parameters<typeof parser.validate>[0], {
      resolve: { external: false },
    });
  } catch (error) {
    for (const { keys, message } of findings(error).slice(0, maxReports)) {
      sink.warning("GG110", descend(at, keys), `OpenAPI's own schema says: ${message}`);
    }
  }
}

interface Finding {
  readonly keys: readonly string[];
  readonly message: string;
}

function findings(error: unknown): readonly Finding[] {
  const details = error instanceof Error && "details" in error ? error.details : undefined;
  const found = (isList(details) ? details : []).filter(isObject).map((detail) => ({
    keys: pointerKeys(String(detail["instancePath"] ?? "")),
    message: String(detail["message"]),
  }));
  if (found.length > 0) return found;
  const message = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
  return [{ keys: [], message }];
}
