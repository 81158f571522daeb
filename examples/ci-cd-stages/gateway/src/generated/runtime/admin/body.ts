// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { badRequest } from "./admin-error.js";

type Body = Readonly<Record<string, unknown>>;

/** Names and descriptions are kept in memory by every gateway. */
const LONGEST_TEXT = 1024;

/** Refuses members that would do nothing. */
export function checkMembers(body: Body, known: readonly string[]): void {
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown !== undefined) throw badRequest(`${JSON.stringify(unknown)} is not supported`);
}

/** A text of the body; undefined: there is none. */
export function textMember(body: Body, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw badRequest(`${name} is not a text`);
  return checkedText(name, value);
}

export function flagMember(body: Body, name: string): boolean | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || typeof value === "boolean") return value;
  throw badRequest(`${name} is not true or false`);
}

export function checkedText(name: string, text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  throw badRequest(`${name} has more than ${LONGEST_TEXT} characters`);
}
