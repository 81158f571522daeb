// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { escapeAll, escapeOf } from "./escape.js";
import { readJson } from "./json-reader.js";
import { print } from "./print.js";
import { escaped, Escapes } from "./text-writer.js";
import { TemplateBodyError, TemplateError, type Maybe } from "./value.js";

/**
 * `$util.escapeJavaScript`: quotes, backslashes, slashes and control characters with a backslash, and
 * everything beyond ASCII as `\uXXXX`. A single quote becomes `\'`, which JSON does not allow.
 */
export function escapeJavaScript(value: Maybe): string {
  return escaped(print(value), javaScript);
}

/** DEL is printed as it is: the library escapes below U+0020 and above U+007F only. */
const javaScript = new Escapes(
  (code) =>
    code < 0x20 || code > 0x7f || code === 0x22 || code === 0x27 || code === 0x2f || code === 0x5c
      ? escapeOf(code)
      : undefined,
  escapeAll,
);

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
  return escaped(stringOf(value) ?? "", form);
}

const form = new Escapes(
  (code) => {
    const char = String.fromCharCode(code);
    if (/[\w.*-]/.test(char)) return undefined;
    if (char === " ") return "+";
    return code > 0x7f
      ? encodeURIComponent(char)
      : `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
  },
  (run) => encodeURIComponent(run.replace(loneSurrogates, "?")),
);

const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

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
