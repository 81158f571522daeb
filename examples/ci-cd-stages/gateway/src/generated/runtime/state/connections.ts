// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { randomBytes } from "node:crypto";

/** What is to be done with a connection, wherever its socket is. */
export type ConnectionOrder = {
  /** The stage that it must belong to. */
  readonly stage: string;
  readonly id: string;
  /** One and the same for an order that is given again because its outcome was not heard. */
  readonly once?: string;
} & (
  | { readonly kind: "send"; readonly data: Buffer }
  | { readonly kind: "describe" }
  | { readonly kind: "close" }
);

export type ConnectionOutcome =
  | { readonly kind: "done" }
  | { readonly kind: "described"; readonly facts: ConnectionDescription }
  /** There is no such connection, or no longer. */
  | { readonly kind: "gone" }
  /** The client does not read what it was sent before. */
  | { readonly kind: "full" }
  /** Whoever has the connection could not be asked, or has not answered. */
  | { readonly kind: "unavailable" };

export interface ConnectionDescription {
  /** Milliseconds since 1970. */
  readonly connectedAtMs: number;
  readonly lastActiveAtMs: number;
  readonly sourceIp: string;
  readonly userAgent: string | null;
}

/** Carries out an order on a connection of this process, at once. */
export type ConnectionHolder = (order: ConnectionOrder) => ConnectionOutcome;

/** One gateway among those that hold the connections of an API. */
export interface ConnectionHub {
  /** Every id of a connection of this gateway begins so: whoever reads an id knows whom to ask. */
  readonly node: string;
  /** Never rejects. An order on a connection of this gateway is carried out at once. */
  order(order: ConnectionOrder): ConnectionOutcome | Promise<ConnectionOutcome>;
  close(): Promise<void>;
}

export const GONE: ConnectionOutcome = { kind: "gone" };
export const UNAVAILABLE: ConnectionOutcome = { kind: "unavailable" };

/** Characters of a node's name. */
export const NODE_LENGTH = 8;

export function newNode(): string {
  return randomBytes(NODE_LENGTH / 2).toString("hex");
}

/** The gateway that has a connection, by the connection's id. */
export function nodeOf(connectionId: string): string {
  return connectionId.slice(0, NODE_LENGTH);
}

/** A gateway that knows no other. */
export function localHub(holder: ConnectionHolder): ConnectionHub {
  return { node: newNode(), order: holder, close: () => Promise.resolve() };
}
