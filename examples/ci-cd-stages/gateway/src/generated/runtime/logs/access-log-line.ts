// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AccessLogTable, RouteTable } from "../contracts.js";
import type { Exchange } from "../exchange.js";
import type { Observation } from "../views/observation.js";
import type { Hiding } from "./redaction.js";
import { prepareAccessLogVariable, type AccessLogReader } from "./access-log-variables.js";

/** What the service prints for a value that is not there. */
const ABSENT = "-";
/** What stands in the place of a value that the settings hide. */
const HIDDEN = "***";

/** Prints the line of a request, without the line break at its end. */
export type LineFormat = (observation: Observation) => string;

/**
 * Prepares a format of one stage. What a client, backend or authorizer put into a value stays inside that
 * value: it is escaped as the form of the line asks, which is our own addition, and never begins another line.
 */
export function prepareLine({ format, parts }: AccessLogTable, hiding: Hiding): LineFormat {
  const pieces = parts.map((part): Piece => {
    if (typeof part === "string") return part;
    const { context: name } = part;
    return hiding.context.includes(name) ? HIDDEN : prepareValue(name, format, hiding);
  });
  const routes = new Map<RouteTable | null, Line>();
  return (observation) => {
    const { exchange } = observation;
    const route = exchange.matched === null ? null : exchange.matched.route;
    let line = routes.get(route);
    if (line === undefined) {
      line = lineOfRoute(pieces, route, observation);
      routes.set(route, line);
    }
    const { texts, values } = line;
    let text = texts[0] ?? "";
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i];
      if (value !== undefined) text += printed(value, exchange, observation);
      text += texts[i + 1] ?? "";
    }
    return text;
  };
}

interface LineValue {
  readonly name: string;
  readonly read: AccessLogReader;
  /** Null: it needs none. */
  readonly escape: ((text: string) => string) | null;
}

type Piece = string | LineValue;

/** A text, and another behind each value. */
interface Line {
  readonly texts: readonly string[];
  readonly values: readonly LineValue[];
}

function prepareValue(name: string, format: AccessLogTable["format"], hiding: Hiding): LineValue {
  const isJson = format === "json" && name === "error.messageString";
  return {
    name,
    read: prepareAccessLogVariable(name, hiding),
    escape: isJson || PLAIN.has(name) ? null : ESCAPES[format],
  };
}

/** The format with all filled in that is the same for every request to one route, which most of it is. */
function lineOfRoute(
  pieces: readonly Piece[],
  route: RouteTable | null,
  observation: Observation,
): Line {
  const texts = [""];
  const values: LineValue[] = [];
  for (const piece of pieces) {
    if (typeof piece !== "string" && !isFixed(piece.name, route)) {
      values.push(piece);
      texts.push("");
      continue;
    }
    const text =
      typeof piece === "string" ? piece : printed(piece, observation.exchange, observation);
    texts[texts.length - 1] = `${texts.at(-1) ?? ""}${text}`;
  }
  return { texts, values };
}

function printed(
  { read, escape }: LineValue,
  exchange: Exchange,
  observation: Observation,
): string | number {
  const value = read(exchange, observation);
  if (value === undefined || value === null) return ABSENT;
  return typeof value === "number" || escape === null ? value : escape(value);
}

/** Whether a variable has one value for all requests to a route of one stage; null: to none of them. */
function isFixed(name: string, route: RouteTable | null): boolean {
  if (name === "httpMethod") return route !== null && route.method !== "ANY";
  return FIXED.has(name);
}

const FIXED: ReadonlySet<string> = new Set([
  "accountId",
  "apiId",
  "deploymentId",
  "operationName",
  "protocol",
  "resourceId",
  "resourcePath",
  "routeKey",
  "stage",
]);

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
