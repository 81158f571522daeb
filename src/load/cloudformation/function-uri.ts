import { isObject } from "../../json.js";

const start = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/";

/** Address by which a gateway invokes a function of a resolved ARN; partition and region are filled in last. */
export function invocationUri(functionArn: string): string {
  return `${start}${functionArn}/invocations`;
}

/** Fills in the partition and region of an address that {@link invocationUri} made. */
export function filledUri(text: string, partition: string, region: string): string {
  if (!text.startsWith(start)) return text;
  const rest = text.slice(start.length);
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${rest}`;
}

/** Text of a resolved value that names something; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}
