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

/** Milliseconds since 1970, with fractions, as nanoseconds, which no number of JavaScript can hold. */
export function otlpNanos(ms: number): string {
  const whole = Math.floor(ms);
  const nanos = Math.min(999_999, Math.round((ms - whole) * 1e6));
  return whole === 0 ? String(nanos) : `${whole}${String(nanos).padStart(6, "0")}`;
}

/** {@link otlpAttributes} as JSON. */
export function otlpAttributesText(attributes: Attributes): string {
  let text = "";
  for (const key in attributes) {
    const value = attributes[key];
    if (value === undefined) continue;
    text += (text === "" ? "" : ",") + beginning(key) + anyValueText(value) + "}";
  }
  return `[${text}]`;
}

/** Of the JSON of an attribute, up to its value. Keys are those of this code, and few. */
const BEGINNINGS = new Map<string, string>();

function beginning(key: string): string {
  const known = BEGINNINGS.get(key);
  if (known !== undefined) return known;
  const made = `{"key":${JSON.stringify(key)},"value":`;
  BEGINNINGS.set(key, made);
  return made;
}

function anyValueText(value: string | number | boolean): string {
  if (typeof value === "string") return `{"stringValue":${JSON.stringify(value)}}`;
  if (Number.isInteger(value)) return `{"intValue":"${value}"}`;
  return JSON.stringify(anyValue(value));
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
