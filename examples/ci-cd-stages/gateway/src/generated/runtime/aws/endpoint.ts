// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { ServiceFacts } from "./services.js";

/** The variables of a process, as `process.env` gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Names behind the region in the hosts of a partition. */
const DNS_SUFFIXES: ReadonlyMap<string, string> = new Map([
  ["aws-cn", "amazonaws.com.cn"],
  ["aws-iso", "c2s.ic.gov"],
  ["aws-iso-b", "sc2s.sgov.gov"],
]);

/** Actions that Step Functions answers under a host of their own. Source: its endpoint list. */
const SYNCHRONOUS: ReadonlySet<string> = new Set(["StartSyncExecution", "TestState"]);

/** Scheme and host of a service on AWS. Other partitions have no endpoints for all regions. */
export function serviceOrigin(
  { host, global, signing }: ServiceFacts,
  place: { readonly partition: string; readonly region: string; readonly action: string | null },
): string {
  const suffix = DNS_SUFFIXES.get(place.partition) ?? "amazonaws.com";
  if (global !== null && place.partition === "aws") return `https://${host}.${suffix}`;
  const isSync = signing === "states" && SYNCHRONOUS.has(place.action ?? "");
  return `https://${isSync ? "sync-" : ""}${host}.${place.region}.${suffix}`;
}

/**
 * The endpoint that the environment puts in the place of a service's own, by the convention of the
 * AWS SDKs: `AWS_ENDPOINT_URL_SQS` before `AWS_ENDPOINT_URL`. Null: none.
 */
export function configuredEndpoint(
  { variable }: ServiceFacts,
  environment: Environment,
): string | null {
  if (environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.toLowerCase() === "true") return null;
  const urls = [environment[`AWS_ENDPOINT_URL_${variable}`], environment["AWS_ENDPOINT_URL"]];
  return urls.find((url) => url !== undefined && url !== "") ?? null;
}
