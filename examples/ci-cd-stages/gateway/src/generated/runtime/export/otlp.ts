// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ApiTable } from "../contracts.js";

/** Attributes of one thing; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface OtlpAttribute {
  readonly key: string;
  readonly value: object;
}

/** Attributes in the JSON of OTLP: 64-bit integers are texts. */
export function otlpAttributes(attributes: Attributes): readonly OtlpAttribute[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: string | number | boolean): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Milliseconds, with fractions, as nanoseconds. */
export function otlpNanos(ms: number): string {
  const whole = Math.floor(ms);
  const rest = Math.round((ms - whole) * 1e6);
  return String(BigInt(whole) * 1_000_000n + BigInt(rest));
}

/** Who tells. `OTEL_SERVICE_NAME` changes the name of the service. */
export function otlpResource({ name, version }: ApiTable): {
  attributes: readonly OtlpAttribute[];
} {
  const { OTEL_SERVICE_NAME: named } = process.env;
  return {
    attributes: otlpAttributes({
      "service.name": named === undefined || named === "" ? name : named,
      "service.version": version === "" ? undefined : version,
      "process.pid": process.pid,
      "process.runtime.name": "nodejs",
      "process.runtime.version": process.versions.node,
      "telemetry.sdk.language": "nodejs",
      "telemetry.sdk.name": "gen-gateway",
    }),
  };
}

export const otlpScope = { name: "gen-gateway" } as const;
