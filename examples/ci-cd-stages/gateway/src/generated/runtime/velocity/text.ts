// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** `String.trim`: takes characters up to U+0020 off both ends. */
export function javaTrim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(start, end);
}
