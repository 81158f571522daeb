import type { Response, ResponseHeader } from "../ir/operation.js";
import { isObject, member, quote } from "../json.js";
import { lowerContent, lowerPlainContent } from "./body.js";
import { followReference } from "./follow-reference.js";
import { integrationKey } from "./integration.js";
import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";
import { lowerSchema } from "./schema.js";

/** Lowers `responses` of an operation. Problems: GG209 none, GG210 a key that is no status. */
export function lowerResponses(
  context: Lowering,
  operation: Members,
  produces: readonly string[],
): readonly Response[] {
  if (!operation.has("responses")) {
    reportMissing(context, operation);
    return [];
  }
  const responses = operation.object("responses");
  if (!responses) return [];
  return responses.entries().flatMap(([status, value]) => {
    if (status.startsWith("x-")) return [];
    if (!/^(?:[1-5](?:\d\d|XX)|default)$/i.test(status)) {
      const message = `${quote(status)} is not a status, a range like 4XX, or default`;
      context.sink.warning("GG210", responses.place(status), message);
      return [];
    }
    const response = followReference(context, value, responses.place(status));
    return response ? [lowerResponse(context, status, response, produces)] : [];
  });
}

/**
 * Behind a proxy integration, and in HTTP APIs, responses are only told; a mapped answer must be one of them.
 */
function reportMissing({ sink, kind }: Lowering, operation: Members): void {
  const integration = operation.value[integrationKey];
  const type = isObject(integration) ? String(integration["type"]) : "";
  const severity = kind === "http" || /_proxy$/i.test(type) ? "warning" : "error";
  sink[severity]("GG209", operation.at, "the operation has no responses", {
    hint: 'add responses: { "200": { description: ... } }',
  });
}

function lowerResponse(
  context: Lowering,
  status: string,
  response: Members,
  produces: readonly string[],
): Response {
  const isOld = context.family === "2.0";
  return {
    at: response.at,
    status: status === "default" ? status : status.toUpperCase(),
    description: response.text("description"),
    headers: lowerHeaders(context, response),
    content: isOld
      ? oldContent(context, response, produces)
      : lowerContent(context, response, undefined),
  };
}

function lowerHeaders(context: Lowering, response: Members): readonly ResponseHeader[] {
  const headers = response.object("headers");
  if (!headers) return [];
  return headers.entries().flatMap(([name, value]) => {
    const header = followReference(context, value, headers.place(name));
    if (!header) return [];
    // 2.0 headers are their own schema; 3.x writers use that form as well.
    const schema = header.has("schema")
      ? lowerSchema(context, header.value["schema"], header.place("schema"))
      : lowerSchema(context, header.value, header.at);
    return [{ name, description: header.text("description"), schema }];
  });
}

function oldContent(
  context: Lowering,
  response: Members,
  produces: readonly string[],
): Response["content"] {
  if (!response.has("schema")) return [];
  const examples = response.object("examples");
  const mediaTypes = produces.length > 0 ? produces : ["application/json"];
  const schema = { value: response.value["schema"], at: response.place("schema") };
  return lowerPlainContent(context, mediaTypes, schema, {
    example: (mediaType) => examples && member(examples.value, mediaType),
    inlineName: undefined,
  });
}
