import type { DiagnosticSink } from "../diagnostics.js";
import type { SentHeader } from "../ir/deployment.js";
import { isObject, quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";
import { lowerSecret } from "./limits.js";

/** Whether something is sent to an HTTP address. Problem: GG052. */
export function requireAddress(
  url: unknown,
  at: Pointer,
  what: string,
  sink: DiagnosticSink,
): url is string {
  if (typeof url === "string" && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) {
    const { username, password } = new URL(url);
    if (username === "" && password === "") return true;
    sink.error("GG052", at, `${what} is sent to an address with a password in it`, {
      hint: "set a header: { Authorization: { secret: NAME } }",
    });
    return false;
  }
  const found = typeof url === "string" ? `, not to ${quote(url)}` : "";
  sink.error("GG052", at, `${what} is sent to an http or https address${found}`);
  return false;
}

const FIELD_NAME = /^[!#$%&'*+.^_`|~A-Za-z0-9-]+$/;

/** Headers of the settings, texts and secrets. Problem: GG052. */
export function lowerSentHeaders(
  value: unknown,
  at: Pointer,
  sink: DiagnosticSink,
): readonly SentHeader[] {
  return Object.entries(isObject(value) ? value : {}).flatMap(([name, item]) => {
    const sent = typeof item === "string" ? item : lowerSecret(item);
    const isSound = typeof sent !== "string" || /^[\t\x20-\x7e]*$/.test(sent);
    if (FIELD_NAME.test(name) && sent !== undefined && isSound) return [{ name, value: sent }];
    sink.error("GG052", child(at, name), `${quote(name)} is not a header that can be sent`);
    return [];
  });
}
