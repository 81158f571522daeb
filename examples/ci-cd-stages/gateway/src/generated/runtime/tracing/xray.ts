// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { createSocket } from "node:dgram";
import type { ApiTable } from "../contracts.js";
import type { Attributes } from "../export/otlp.js";
import { errorText } from "../logger.js";
import type { ViewSetup } from "../views/views-part.js";
import type { FinishedTrace, Span, SpanExporter } from "./span.js";
import { xrayTraceId } from "./trace-parent.js";

/** In front of each document. Source: X-Ray developer guide, "Sending trace data to AWS X-Ray". */
const HEADER = '{"format":"json","version":1}\n';
/** Longest document. Source: the same guide, "Segment documents". */
const MAX_BYTES = 64 * 1000;
const DEFAULT_PORT = 2000;

/** Sends segments to the X-Ray daemon, which `AWS_XRAY_DAEMON_ADDRESS` names; UDP waits for nobody. */
export function xraySegments(
  stage: string,
  { around }: ViewSetup,
  address = process.env["AWS_XRAY_DAEMON_ADDRESS"],
): SpanExporter {
  const { api, logger } = around;
  const { host, port } = daemonAddress(address);
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  let dropped = 0;
  let underway = 0;
  let settle: (() => void) | null = null;
  const failed = (reason: string): void => {
    if (dropped === 0) logger.warn("X-Ray segments are dropped", { host, port, reason });
    dropped += 1;
  };
  socket.on("error", (error) => failed(errorText(error)));
  socket.unref();
  return {
    add: (trace) => {
      const packet = HEADER + JSON.stringify(segment(trace, api, stage));
      if (Buffer.byteLength(packet) > MAX_BYTES) return failed("the segment is too long");
      underway += 1;
      socket.send(packet, port, host, (error) => {
        if (error !== null) failed(errorText(error));
        underway -= 1;
        if (underway === 0) settle?.();
      });
    },
    get dropped() {
      return dropped;
    },
    close: async () => {
      if (underway > 0) await new Promise<void>((resolve) => (settle = resolve));
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

/** `127.0.0.1:2000`, `udp:127.0.0.1:2000`, `tcp:… udp:…`, as the SDKs read it. */
export function daemonAddress(text: string | undefined): { host: string; port: number } {
  const parts = (text ?? "").split(/\s+/);
  const part = parts.find((one) => one.startsWith("udp:"))?.slice(4) ?? parts[0] ?? "";
  const [, host, port] = /^\[?([^[\]]+?)\]?:(\d{1,5})$/.exec(part) ?? [];
  if (host === undefined) return { host: "127.0.0.1", port: DEFAULT_PORT };
  return { host, port: Number(port) };
}

/** Source: X-Ray developer guide, "Segment documents". */
export function segment({ root, steps }: FinishedTrace, api: ApiTable, stage: string): object {
  return {
    trace_id: xrayTraceId(root.traceId),
    ...timed(root),
    name: segmentName(`${api.name}/${stage}`),
    ...(root.parentId === null ? {} : { parent_id: root.parentId }),
    origin: "AWS::ApiGateway::Stage",
    ...flags(root),
    http: httpOf(root),
    annotations: annotationsOf(root),
    aws: { request_id: root.attributes["gateway.request_id"] },
    subsegments: steps.map((step) => ({
      ...timed(step),
      name: segmentName(step.kind === "client" ? calledName(step) : step.name),
      ...(step.kind === "client" ? { namespace: "remote", http: httpOf(step) } : {}),
      ...(step.error === null ? {} : flags(step)),
    })),
  };
}

function timed({ id, startMs, endMs }: Span): object {
  return { id, start_time: startMs / 1000, end_time: endMs / 1000 };
}

function calledName({ name, attributes }: Span): string {
  const { "server.address": host, "faas.invoked_name": called } = attributes;
  return String(host ?? called ?? name);
}

/** `error`: the caller's fault, `throttle` of it, `fault`: ours. */
function flags({ attributes, error }: Span): object {
  const status = Number(attributes["http.response.status_code"] ?? 0);
  if (status === 429) return { error: true, throttle: true };
  if (status >= 500 || (status === 0 && error !== null)) return { fault: true };
  return status >= 400 ? { error: true } : {};
}

function httpOf({ attributes }: Span): object {
  const url = attributes["url.full"] ?? urlOf(attributes);
  return {
    request: {
      method: attributes["http.request.method"],
      url,
      user_agent: attributes["user_agent.original"],
      client_ip: attributes["client.address"],
    },
    response: {
      status: attributes["http.response.status_code"],
      content_length: attributes["http.response.body.size"],
    },
  };
}

function urlOf(attributes: Attributes): string | undefined {
  const { "url.scheme": scheme, "server.address": host, "url.path": path } = attributes;
  return scheme === undefined ? undefined : `${String(scheme)}://${String(host)}${String(path)}`;
}

/** Keys have letters, digits and underscores. */
function annotationsOf({ attributes }: Span): object {
  return {
    stage: attributes["gateway.stage"],
    operation: attributes["gateway.operation"],
    route: attributes["http.route"],
  };
}

/** Characters and length that X-Ray takes. */
function segmentName(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]/gu, "-").slice(0, 200);
}
