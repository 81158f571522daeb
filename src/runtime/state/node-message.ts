import type { ConnectionOrder, ConnectionOutcome } from "./connections.js";

/** What gateways tell each other about connections. */
export type NodeMessage =
  | {
      readonly kind: "ask";
      /** The channel of who asks, and his number for the question. */
      readonly from: string;
      readonly ask: string;
      readonly order: ConnectionOrder;
    }
  | { readonly kind: "answer"; readonly ask: string; readonly outcome: ConnectionOutcome }
  /** A gateway's word to itself: what is published arrives. */
  | { readonly kind: "beat" };

const LINE_END = 10;
const NO_DATA = Buffer.alloc(0);

/** A line of JSON, and behind it the bytes of a message for a client. */
export function writeNodeMessage(message: NodeMessage): Buffer {
  if (message.kind !== "ask") return Buffer.from(`${JSON.stringify(message)}\n`);
  const { order } = message;
  const data = order.kind === "send" ? order.data : NO_DATA;
  const { stage, id, kind, once } = order;
  const line = JSON.stringify({ ...message, order: { stage, id, kind, once } });
  return Buffer.concat([Buffer.from(`${line}\n`), data]);
}

/**
 * Reads what another gateway wrote. Gateways of one API trust each other, and the state that they
 * share: only the outermost form is checked, for the sake of gateways of another version. Null: it
 * has another form.
 */
export function readNodeMessage(bytes: Buffer): NodeMessage | null {
  const end = bytes.indexOf(LINE_END);
  try {
    const message: unknown = JSON.parse(bytes.toString("utf8", 0, end));
    if (isAnswer(message)) return message;
    return isAsk(message) ? withData(message, bytes.subarray(end + 1)) : null;
  } catch {
    return null;
  }
}

type Message<Kind extends NodeMessage["kind"]> = Extract<NodeMessage, { kind: Kind }>;

function isAnswer(message: unknown): message is Message<"answer" | "beat"> {
  if (!hasKind(message)) return false;
  return message.kind === "beat" || (message.kind === "answer" && "outcome" in message);
}

function isAsk(message: unknown): message is Message<"ask"> {
  return hasKind(message) && message.kind === "ask" && "order" in message && hasKind(message.order);
}

function hasKind(value: unknown): value is { readonly kind: unknown } {
  return typeof value === "object" && value !== null && "kind" in value;
}

function withData(message: Message<"ask">, data: Buffer): Message<"ask"> {
  const { order } = message;
  return order.kind === "send" ? { ...message, order: { ...order, data } } : message;
}
