/** What must happen; see the README beside the cases. */
export interface Expectation {
  readonly status?: readonly number[];
  readonly maxResponses?: number;
  readonly minResponses?: number;
  readonly closed?: boolean;
  readonly upstreamMax?: number;
  readonly upstreamNever?: string | null;
  readonly upstreamUnder?: string;
  readonly upstreamHeader?: Readonly<Record<string, string | null>>;
  readonly oneSegment?: boolean;
  readonly bodyNever?: string;
  readonly headerNever?: string;
  readonly lastBodyNever?: string;
  readonly maxMs?: number;
  readonly alive?: boolean;
  readonly aliveMs?: number;
  readonly canary?: number;
  readonly principalsDiffer?: boolean;
  readonly authorizerCalls?: number;
  readonly status401?: boolean;
  readonly times?: number;
  readonly oneLogLine?: boolean;
  /** The client ends its side. */
  readonly half?: boolean;
  readonly waitClose?: boolean;
  readonly rssGrowthMiB?: number;
}

/** Many connections at once: silent, or each sending the same. */
export interface Crowd {
  readonly conns: number;
  readonly send?: string;
  readonly noRead?: boolean;
  readonly reset?: boolean;
}

export interface HostileCase {
  readonly id: string;
  readonly group: string;
  readonly why: string;
  readonly raw: string | Crowd | null;
  readonly expect: Expectation;
  readonly identities?: readonly (readonly [header: string | null, query: string | null])[];
  /** The length of the body depends on prefix and host. */
  readonly vars?: boolean;
}

/** What is looked at, and what is there for readers: notes, and bounds that are stricter or laxer than asked. */
const members = {
  case: ["id", "group", "why", "raw", "expect", "identities", "vars", "strict", "relax", "note"],
  raw: ["conns", "send", "noRead", "reset"],
  expect: [
    "status",
    "maxResponses",
    "minResponses",
    "closed",
    "upstreamMax",
    "upstreamNever",
    "upstreamUnder",
    "upstreamHeader",
    "oneSegment",
    "bodyNever",
    "headerNever",
    "lastBodyNever",
    "maxMs",
    "alive",
    "aliveMs",
    "canary",
    "principalsDiffer",
    "authorizerCalls",
    "status401",
    "times",
    "oneLogLine",
    "half",
    "waitClose",
    "rssGrowthMiB",
  ],
} as const;

/** Reads the file of cases. Throws on a member that nothing here looks at. */
export function readCases(text: string): readonly HostileCase[] {
  const { cases } = JSON.parse(text) as { readonly cases: readonly HostileCase[] };
  for (const item of cases) {
    check(item.id, item, members.case);
    check(item.id, item.expect, members.expect);
    if (typeof item.raw === "object" && item.raw !== null) check(item.id, item.raw, members.raw);
  }
  return cases;
}

function check(id: string, object: object, known: readonly string[]): void {
  const unknown = Object.keys(object).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`case ${id} has unknown members: ${unknown.join(", ")}`);
}
