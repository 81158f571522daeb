import { createRandomSource } from "../../../src/runtime/context/ids.js";
import { Exchange, type Surroundings } from "../../../src/runtime/exchange.js";
import { readRequestHeaders } from "../../../src/runtime/http/headers.js";
import { prepareBinaryTypes } from "../../../src/runtime/http/media-type.js";
import { findStage, parseTarget } from "../../../src/runtime/routing/address.js";
import { apiTable } from "./table.js";

/** What surrounds a request of a test: a fixed clock, and nobody who listens. */
export function surroundings(rest: Partial<Surroundings> = {}): Surroundings {
  return {
    api: apiTable({}),
    binaryTypes: prepareBinaryTypes([]),
    clock: () => 1_700_000_000_000,
    random: createRandomSource(),
    logger: { warn: () => undefined, error: () => undefined },
    maxRequestBytes: 1_000_000,
    maxResponseBytes: 1_000_000,
    ...rest,
  };
}

/** A request that has found its stage and no route yet. */
export function exchangeOf(
  method: string,
  target: string,
  headers: readonly string[] = [],
  around: Surroundings = surroundings(),
): Exchange {
  const parsed = parseTarget(target);
  const exchange = new Exchange(
    around,
    {
      method,
      target,
      rawHeaders: headers,
      body: null,
      remoteAddress: "192.0.2.7",
      protocol: "https",
    },
    readRequestHeaders(headers),
    parsed?.query ?? "",
    null,
  );
  const addressed = findStage(parsed?.path ?? "/", false, {
    stages: new Map(
      Object.entries(around.api.stages).map(([name, { variables }]) => [name, variables]),
    ),
    defaultStage: around.api.defaultStage,
  });
  if (addressed !== null) exchange.addressed = addressed;
  return exchange;
}
