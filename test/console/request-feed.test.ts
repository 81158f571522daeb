import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KEPT, RequestFeed, type FeedListener } from "../../src/runtime/console/request-feed.js";
import type { LogLineRecord, RequestRecord } from "../../src/runtime/console/wire.js";
import type { GatewayRequest } from "../../src/runtime/http/message.js";

/** What one who watches was told. */
class Watcher implements FeedListener {
  readonly records: RequestRecord[] = [];
  readonly lines: LogLineRecord[] = [];
  lost = 0;
  request(record: RequestRecord): void {
    this.records.push(record);
  }
  line(line: LogLineRecord): void {
    this.lines.push(line);
  }
  missed(count: number): void {
    this.lost += count;
  }
}

function request(target = "/dev/teas"): GatewayRequest {
  return {
    method: "GET",
    target,
    rawHeaders: ["Authorization", "Bearer secret-of-the-client"],
    body: null,
    remoteAddress: "127.0.0.1",
    protocol: "http",
  };
}

function serve(feed: RequestFeed, target?: string, detail = "no route"): boolean {
  const sink = feed.trace(request(target));
  sink?.({ kind: "gateway-error", responseType: "RESOURCE_NOT_FOUND", detail });
  sink?.({ kind: "answered", status: 404, headers: [], body: "{}" });
  sink?.({ kind: "sent", bytes: 2 });
  return sink !== null;
}

describe("a feed", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("writes requests down after they were answered, not while", () => {
    const feed = new RequestFeed({ always: true, redact: () => undefined });
    const watcher = new Watcher();
    feed.subscribe(watcher);
    serve(feed);
    expect(watcher.records).toEqual([]);
    vi.runAllTimers();
    expect(watcher.records.map(({ number, status }) => [number, status])).toEqual([[1, 404]]);
  });

  test("keeps the last ones for who comes later", () => {
    const feed = new RequestFeed({ always: true, redact: () => undefined });
    for (let i = 0; i < KEPT + 50; i++) {
      serve(feed, `/dev/${i}`);
      vi.runAllTimers();
    }
    const paths = feed.records().map(({ path }) => path);
    expect(paths).toHaveLength(KEPT);
    expect([paths[0], paths.at(-1)]).toEqual(["/dev/50", `/dev/${KEPT + 49}`]);
  });

  test("counts what comes faster than it is written down", () => {
    const feed = new RequestFeed({ always: true, redact: () => undefined });
    const watcher = new Watcher();
    feed.subscribe(watcher);
    for (let i = 0; i < 1000; i++) serve(feed, `/dev/${i}`);
    vi.runAllTimers();
    expect(watcher.records).toHaveLength(200);
    expect(watcher.records.at(-1)?.path).toBe("/dev/999");
    expect(watcher.lost).toBe(800);
  });

  test("writes less down the longer it is under load", () => {
    const feed = new RequestFeed({ always: true, redact: () => undefined });
    const watcher = new Watcher();
    feed.subscribe(watcher);
    const written: number[] = [];
    for (let pause = 0; pause < 20; pause++) {
      for (let i = 0; i < 500; i++) serve(feed);
      const before = watcher.records.length;
      vi.runAllTimers();
      written.push(watcher.records.length - before);
    }
    expect(written[0]).toBe(200);
    expect(written.at(-1)).toBeLessThanOrEqual(31);
    expect(watcher.records.length + watcher.lost).toBe(20 * 500);
  });

  test("that is not always on listens while somebody watches, and forgets afterwards", () => {
    const feed = new RequestFeed({ always: false, redact: () => undefined });
    expect(serve(feed)).toBe(false);
    const end = feed.subscribe(new Watcher());
    expect(serve(feed)).toBe(true);
    expect(feed.records()).toHaveLength(1);
    end();
    expect(serve(feed)).toBe(false);
    expect(feed.records()).toEqual([]);
  });

  test("hides credentials of a request that no route serves, wherever they turn up", () => {
    const feed = new RequestFeed({
      always: true,
      redact: () => ({ names: ["pin"], paths: [], context: [] }),
    });
    serve(
      feed,
      "/dev/secret-of-the-client?token=secret-of-the-query&pin=secret-of-the-settings",
      "odd: secret-of-the-client secret-of-the-query secret-of-the-settings",
    );
    const [record] = feed.records();
    expect(record?.path).toBe("/dev/***");
    expect(record?.query).toEqual(["token", "***", "pin", "***"]);
    expect(record?.refusal?.detail).toBe("odd: *** *** ***");
    expect(JSON.stringify(record)).not.toContain("secret-of");
  });

  test("has a bound on the events of one request", () => {
    const feed = new RequestFeed({ always: true, redact: () => undefined });
    const sink = feed.trace(request());
    for (let i = 0; i < 10_000; i++) sink?.({ kind: "cache", use: "miss" });
    sink?.({ kind: "answered", status: 200, headers: [], body: null });
    sink?.({ kind: "sent", bytes: 0 });
    const [record] = feed.records();
    expect(record?.steps).toHaveLength(102);
    expect(record?.status).toBe(200);
  });
});
