import type {
  ApiView,
  ConsoleProblem,
  FeedEvents,
  Gauges,
  RenderAnswer,
  RenderRequest,
  TryAnswer,
  TryRequest,
  UnderWay,
} from "../runtime/console/wire.js";
import { EventReader } from "./event-source.js";

/** What the gateway refused, in its own words. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly hint: string | undefined;
  constructor(status: number, { message, hint }: ConsoleProblem) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

const TOKEN = "gen-gateway-admin-token";

/** The token of the admin listener, where it asks for one: for this tab, until it is closed. */
export const token = {
  read: (): string => sessionStorage.getItem(TOKEN) ?? "",
  write: (value: string): void => sessionStorage.setItem(TOKEN, value),
};

export function readApi(): Promise<ApiView> {
  return ask<ApiView>("api");
}

export function readUnderWay(): Promise<UnderWay> {
  return ask<UnderWay>("under-way");
}

export function readGauges(): Promise<Gauges> {
  return ask<Gauges>("gauges");
}

export function invoke(request: TryRequest): Promise<TryAnswer> {
  return ask<TryAnswer>("invoke", request);
}

export function render(request: RenderRequest): Promise<RenderAnswer> {
  return ask<RenderAnswer>("render", request);
}

/** An event as it came. */
export type FeedEvent = {
  readonly [K in keyof FeedEvents]: { readonly name: K; readonly data: FeedEvents[K] };
}[keyof FeedEvents];

/** Reads the stream of events until it ends. Rejects when it cannot be had. */
export async function readEvents(
  onEvent: (event: FeedEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await send("events", { signal });
  if (response.body === null) return;
  const reader = new EventReader();
  const decoder = new TextDecoder();
  const body = response.body.getReader();
  for (;;) {
    const { value, done } = await body.read();
    if (done) return;
    for (const { name, data } of reader.read(decoder.decode(value, { stream: true }))) {
      // the stream's names and data are those of FeedEvents
      onEvent({ name, data: JSON.parse(data) as unknown } as FeedEvent);
    }
  }
}

async function ask<T>(path: string, body?: object): Promise<T> {
  const response = await send(
    path,
    body === undefined
      ? {}
      : {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(body),
        },
  );
  // what the gateway answers is typed by the same file on both sides
  return (await response.json()) as T;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const shown = token.read();
  if (shown !== "") headers.set("Authorization", `Bearer ${shown}`);
  const response = await fetch(`/console/api/${path}`, { ...init, headers, cache: "no-store" });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ message: response.statusText }));
  throw new Refused(response.status, problem as ConsoleProblem);
}
