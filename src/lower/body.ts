import type { Body, BodyContent } from "../ir/operation.js";
import type { Schema } from "../ir/schema.js";
import { isList, isObject } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import { followReference } from "./follow-reference.js";
import type { Lowering } from "./lowering.js";
import type { Members } from "./members.js";
import { lowerSchema } from "./schema.js";

/** Name for an inline schema that a validator checks; undefined: inline schemas stay inline. */
export type InlineName = string | undefined;

/** Lowers `requestBody` (3.x). */
export function lowerRequestBody(
  context: Lowering,
  operation: Members,
  inlineName: InlineName,
): Body | undefined {
  const body = followReference(
    context,
    operation.value["requestBody"],
    operation.place("requestBody"),
  );
  if (!body) return undefined;
  return {
    at: body.at,
    required: body.flag("required") ?? false,
    description: body.text("description"),
    content: lowerContent(context, body, inlineName),
  };
}

/** Lowers `content` of a request body or response (3.x). */
export function lowerContent(
  context: Lowering,
  holder: Members,
  inlineName: InlineName,
): readonly BodyContent[] {
  const content = holder.object("content");
  if (!content) return [];
  return content.entries().flatMap(([mediaType]) => {
    const media = content.object(mediaType);
    if (!media) return [];
    return lowerMedia(context, {
      at: media.at,
      mediaType,
      schema: media.value["schema"],
      schemaAt: media.place("schema"),
      example: () => exampleOf(context, media),
      inlineName,
    });
  });
}

/** A body with one schema and several media types: 2.0. */
export function lowerPlainContent(
  context: Lowering,
  mediaTypes: readonly string[],
  schema: { readonly value: unknown; readonly at: Pointer },
  options: { readonly example: (mediaType: string) => unknown; readonly inlineName: InlineName },
): readonly BodyContent[] {
  return mediaTypes.map((mediaType) =>
    lowerMedia(context, {
      at: schema.at,
      mediaType,
      schema: schema.value,
      schemaAt: schema.at,
      example: () => options.example(mediaType),
      inlineName: options.inlineName,
    }),
  );
}

interface Media {
  readonly at: Pointer;
  readonly mediaType: string;
  readonly schema: unknown;
  readonly schemaAt: Pointer;
  readonly example: () => unknown;
  readonly inlineName: InlineName;
}

function lowerMedia(context: Lowering, media: Media): BodyContent {
  const { schema, model } = lowerBodySchema(context, media);
  return {
    at: media.at,
    mediaType: plainMediaType(media.mediaType),
    schema,
    model,
    // Examples of a large document are megabytes that most readers of the model never ask for.
    get example() {
      return textOf(media.example());
    },
  };
}

function lowerBodySchema(
  context: Lowering,
  media: Media,
): { readonly schema: Schema | undefined; readonly model: string | undefined } {
  if (media.schema === undefined) return { schema: undefined, model: undefined };
  const lowered = lowerSchema(context, media.schema, media.schemaAt);
  if (lowered.shape.kind === "ref" && isObject(media.schema) && "$ref" in media.schema) {
    return { schema: lowered, model: lowered.shape.model };
  }
  if (media.inlineName === undefined) return { schema: lowered, model: undefined };
  const model = context.models.add(media.inlineName, media.schema, media.schemaAt);
  return { schema: { ...lowered, shape: { kind: "ref", model } }, model };
}

/** `Application/JSON; charset=utf-8` is `application/json`. */
export function plainMediaType(text: string): string {
  return (text.split(";", 1)[0] ?? "").trim().toLowerCase();
}

function exampleOf(context: Lowering, media: Members): unknown {
  if (media.has("example")) return media.value["example"];
  const examples = media.value["examples"];
  const [first] = isObject(examples) ? Object.keys(examples) : [];
  if (first === undefined || !isObject(examples)) return exampleOfSchema(media.value["schema"]);
  const at = child(media.place("examples"), first);
  return followReference(context, examples[first], at)?.value["value"];
}

function exampleOfSchema(schema: unknown): unknown {
  if (!isObject(schema)) return undefined;
  if (schema["example"] !== undefined) return schema["example"];
  return isList(schema["examples"]) ? schema["examples"][0] : undefined;
}

function textOf(example: unknown): string | undefined {
  return example === undefined ? undefined : JSON.stringify(example);
}
