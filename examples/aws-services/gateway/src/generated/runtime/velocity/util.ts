// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { readJson } from "./json-reader.js";
import { print } from "./print.js";
import { TemplateBodyError, TemplateError, type Maybe } from "./value.js";

/**
 * `$util.escapeJavaScript`: quotes, backslashes, slashes and control characters with a backslash, and
 * everything beyond ASCII as `\uXXXX`. A single quote becomes `\'`, which JSON does not allow.
 */
export function escapeJavaScript(value: Maybe): string {
  const text = print(value);
  return /[^ !#-&(-.0-[\]-~]/.test(text) ? text.replace(/[^ !#-&(-.0-[\]-~]/g, escapeOne) : text;
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ["'", "\\'"],
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["/", "\\/"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function escapeOne(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  // DEL is printed as it is: the library escapes below U+0020 and above U+007F only.
  if (character === "\u007f") return character;
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Other functions than `escapeJavaScript` and `base64Encode` take a string and nothing else. */
function stringOf(value: Maybe): string | undefined {
  if (value === undefined) return "";
  return typeof value === "string" ? value : undefined;
}

/** `$util.parseJson`: reads like a body. Throws when it cannot. */
export function parseJson(value: Maybe): Maybe {
  const text = stringOf(value);
  if (text === undefined) return undefined;
  try {
    return readJson(text);
  } catch (error) {
    if (!(error instanceof TemplateBodyError)) throw error;
    throw new TemplateError(error.message.replace("the body", "what $util.parseJson reads"));
  }
}

/** `$util.urlEncode`: the form kind, a space becomes `+`. */
export function urlEncode(value: Maybe): string {
  const text = Buffer.from(stringOf(value) ?? "", "utf8")
    .toString("utf8")
    .replaceAll("\ufffd", "?");
  return encodeURIComponent(text)
    .replaceAll("%20", "+")
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `$util.urlDecode`: the form kind. Throws for an incomplete or wrong escape. */
export function urlDecode(value: Maybe): string {
  const text = (stringOf(value) ?? "").replaceAll("+", " ");
  if (!text.includes("%")) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) throw new TemplateError("an escape is not valid");
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

/** `$util.base64Encode` of the UTF-8 bytes. */
export function base64Encode(value: Maybe): string {
  return Buffer.from(print(value), "utf8").toString("base64");
}

/** `$util.base64Decode` to UTF-8 text. */
export function base64Decode(value: Maybe): string {
  return Buffer.from(stringOf(value) ?? "", "base64").toString("utf8");
}
