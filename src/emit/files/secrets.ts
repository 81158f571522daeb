import type { Tables } from "../../plan/tables.js";

/** A secret of the settings, and what it is for. */
export interface SentSecret {
  readonly secret: string;
  readonly use: string;
}

/** Secrets in the headers of what the gateway sends out by itself. */
export function sentSecrets(table: NonNullable<Tables["observability"]>): readonly SentSecret[] {
  const { accessLogs, metrics, tracing } = table;
  const sent = [
    ...Object.values(accessLogs).map(({ destination }) => ({
      headers: destination.kind === "http" ? destination.headers : {},
      what: "access log",
    })),
    { headers: metrics?.otlp?.headers ?? {}, what: "metrics" },
    ...Object.values(tracing).map(({ otlp }) => ({ headers: otlp?.headers ?? {}, what: "traces" })),
  ];
  return sent.flatMap(({ headers, what }) =>
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === "string"
        ? []
        : [{ secret: value.secret, use: `header ${name} of the ${what}` }],
    ),
  );
}
