// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessLogTable } from "../contracts.js";
import type { Observation } from "../views/observation.js";
import type { Hiding } from "./redaction.js";
import { prepareAccessLogVariable } from "./access-log-variables.js";

/** What the service prints for a value that is not there. */
const ABSENT = "-";
/** What stands in the place of a value that the settings hide. */
const HIDDEN = "***";

/** Prints the line of a request, without the line break at its end. */
export type LineFormat = (observation: Observation) => string;

/**
 * Prepares a format. What a client, backend or authorizer put into a value stays inside that value: it is
 * escaped as the form of the line asks, which is our own addition, and never begins another line.
 */
export function prepareLine({ format, parts }: AccessLogTable, hiding: Hiding): LineFormat {
  const escape = ESCAPES[format];
  const pieces = parts.map((part) => {
    if (typeof part === "string") return part;
    const { context: name } = part;
    if (hiding.context.includes(name)) return HIDDEN;
    const isJson = format === "json" && name === "error.messageString";
    return prepareValue(name, hiding, isJson || PLAIN.has(name) ? asItIs : escape);
  });
  return (observation) => {
    let line = "";
    for (const piece of pieces) line += typeof piece === "string" ? piece : piece(observation);
    return line;
  };
}

function prepareValue(name: string, hiding: Hiding, escape: (text: string) => string): LineFormat {
  const read = prepareAccessLogVariable(name, hiding);
  return (observation) => {
    const value = read(observation);
    if (value === undefined || value === null) return ABSENT;
    return typeof value === "number" ? String(value) : escape(value);
  };
}

/** Names whose values are of letters, digits and a few signs that mean nothing in any form. */
const PLAIN: ReadonlySet<string> = new Set([
  "accountId",
  "apiId",
  "connectionId",
  "extendedRequestId",
  "identity.sourceIp",
  "messageId",
  "protocol",
  "requestId",
  "requestTime",
  "requestTimeEpoch",
]);

/** Text that needs no escapes, or is JSON already. */
function asItIs(text: string): string {
  return text;
}

/** All but what JSON and the lines of a log take as it is. */
const JSON_UNSAFE = /[^ !#-[\]-~\u00a0-\u2027\u202a-\uffff]/;
const XML_UNSAFE = /[<>&"'\p{Cc}\u2028\u2029]/gu;
const TEXT_UNSAFE = /["\\\p{Cc}\u2028\u2029]/gu;

const ESCAPES: Readonly<Record<AccessLogTable["format"], (text: string) => string>> = {
  json: (text) =>
    JSON_UNSAFE.test(text)
      ? JSON.stringify(text)
          .slice(1, -1)
          .replace(/[\u007f-\u009f\u2028\u2029]/g, codePoint)
      : text,
  xml: (text) =>
    text.replace(XML_UNSAFE, (character) =>
      /[<>&"']/.test(character) ? `&#${character.charCodeAt(0)};` : "\ufffd",
    ),
  // RFC 4180: a value with separators stands in quotes
  csv: (text) => {
    const line = text.replace(/[\p{Cc}\u2028\u2029]/gu, codePoint);
    return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
  },
  text: (text) =>
    text.replace(TEXT_UNSAFE, (character) =>
      /["\\]/.test(character) ? `\\${character}` : codePoint(character),
    ),
};

function codePoint(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
