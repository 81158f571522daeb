// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** A character as JSON and JavaScript escape it in a text: by a short form or as `\uXXXX`. */
export function escapeOf(code: number): string {
  switch (code) {
    case 0x08:
      return "\\b";
    case 0x09:
      return "\\t";
    case 0x0a:
      return "\\n";
    case 0x0c:
      return "\\f";
    case 0x0d:
      return "\\r";
    case 0x22:
    case 0x27:
    case 0x2f:
    case 0x5c:
      return `\\${String.fromCharCode(code)}`;
    default:
      return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
  }
}

/** Each character of a text. */
export function escapeAll(text: string): string {
  let out = "";
  for (let index = 0; index < text.length; index++) out += escapeOf(text.charCodeAt(index));
  return out;
}
