import type { MappedText, MappedTextPart } from "../ir/mapping.js";

/** What may be read: a response mapping reads the answer, any other the request. */
export type MappedSide = "request" | "response";

/** A mapped text that was read, or why it could not be. */
export type ReadText =
  | { readonly text: MappedText; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: string; readonly hint: string };

const holes = /\$\{([^{}]*)\}/g;
const roots = /^(?:request|response|context|stageVariables)(?:\.|$)/;
/** A variable in the middle of a text, where it needs braces. */
const bare = /\$((?:request|response|context|stageVariables)\.[\w.-]+)/;

/**
 * Reads a value of an HTTP API's parameter mapping: one variable (`$request.header.x`), or text with
 * variables in braces (`/pets/${request.path.id}`). Source: developer guide, "Transforming API requests
 * and responses".
 */
export function parseMappedText(text: string, side: MappedSide): ReadText {
  const whole = /^\$(?!\{)(.*)$/s.exec(text)?.[1];
  if (whole !== undefined && roots.test(whole)) {
    const part = parseVariable(whole, side);
    return part === undefined ? unreadable(text, side) : { text: [part] };
  }
  const parts: MappedTextPart[] = [];
  const literal = (value: string): void => {
    if (value !== "") parts.push({ kind: "literal", text: value });
  };
  let end = 0;
  for (const match of text.matchAll(holes)) {
    const inner = (match[1] ?? "").trim();
    // what deployment tools fill in stays as it stands
    if (!roots.test(inner)) continue;
    const part = parseVariable(inner, side);
    if (part === undefined) return unreadable(match[0], side);
    literal(text.slice(end, match.index));
    parts.push(part);
    end = match.index + match[0].length;
  }
  literal(text.slice(end));
  const unbraced = parts.find((part) => part.kind === "literal" && bare.test(part.text));
  if (unbraced?.kind === "literal") {
    const name = bare.exec(unbraced.text)?.[1] ?? "";
    return {
      problem: `a variable inside a text stands in braces, $${name} does not`,
      hint: `write \${${name}}`,
    };
  }
  return { text: parts };
}

function unreadable(text: string, side: MappedSide): ReadText {
  const forms =
    side === "request"
      ? "$request.header|querystring|path|body.NAME, $request.path, $request.body"
      : "$response.header|body.NAME, $response.body";
  return {
    problem: `${JSON.stringify(text)} is no variable that a ${side} mapping reads`,
    hint: `write ${forms}, $context.NAME, $stageVariables.NAME, or plain text`,
  };
}

function parseVariable(text: string, side: MappedSide): MappedTextPart | undefined {
  const [, root = "", rest] = /^(\w+)(?:\.(.+))?$/s.exec(text) ?? [];
  if (root === "context" && rest !== undefined) return { kind: "context", name: rest };
  if (root === "stageVariables" && rest !== undefined) {
    return /^\w+$/.test(rest) ? { kind: "stageVariable", name: rest } : undefined;
  }
  if (root !== side || rest === undefined) return undefined;
  const [, place = "", name] = /^(\w+)(?:\.(.+))?$/s.exec(rest) ?? [];
  return side === "request" ? requestPart(place, name) : responsePart(place, name);
}

function requestPart(place: string, name: string | undefined): MappedTextPart | undefined {
  if (place === "path")
    return name === undefined ? { kind: "requestPath" } : { kind: "path", name };
  if (place === "body") return { kind: "body", jsonPath: name };
  if (name === undefined) return undefined;
  if (place === "header") return { kind: "header", name, multiValue: true };
  return place === "querystring" ? { kind: "queryString", name, multiValue: true } : undefined;
}

function responsePart(place: string, name: string | undefined): MappedTextPart | undefined {
  if (place === "body") return { kind: "responseBody", jsonPath: name };
  if (place !== "header" || name === undefined) return undefined;
  return { kind: "responseHeader", name, multiValue: true };
}
