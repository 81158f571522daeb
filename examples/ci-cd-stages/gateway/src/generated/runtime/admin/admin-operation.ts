// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { Administered } from "./administered.js";

/** One request of the admin listener, read and checked for its form. */
export interface AdminCall {
  readonly administered: Administered;
  /** What stands in the place of a name in the operation's path; decoded. */
  segment(name: string): string;
  /** A parameter of the query; null: it was not sent. */
  parameter(name: string): string | null;
  readonly parameters: URLSearchParams;
  /** A header by its name in lower case; null: it was not sent. */
  header(name: string): string | null;
  /** The JSON object of the body; empty when there is no body, or the operation takes bytes. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The body of an operation that takes bytes. */
  readonly bytes: Buffer;
}

export interface AdminAnswer {
  readonly status: number;
  /** Null: there is no body. */
  readonly body: JsonObject | null;
  /** In the place of a body that is JSON. */
  readonly text?: { readonly type: string; readonly text: string };
}

export type Json = string | number | boolean | null | undefined | readonly Json[] | JsonObject;
/** Members that are undefined are left out. */
export interface JsonObject {
  readonly [member: string]: Json;
}

/** One method and path of the admin listener. */
export interface AdminOperation {
  readonly method: "DELETE" | "GET" | "PATCH" | "POST";
  /** `/usageplans/{usagePlanId}/usage`. */
  readonly path: string;
  /** The longest body that is taken as it is; absent: the body is a JSON object. */
  readonly maxBytes?: number;
  readonly answer: (call: AdminCall) => AdminAnswer | Promise<AdminAnswer>;
}

export function ok(body: JsonObject): AdminAnswer {
  return { status: 200, body };
}

/** Without a body. */
export const ACCEPTED: AdminAnswer = { status: 202, body: null };
