// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** A typed client of a WebSocket API, for browsers and Node: it needs nothing but a WebSocket. */

import { backOffDelay, type BackOff } from "./back-off.js";
import { globalSocket, type ClientSocket, type ClientSocketConstructor } from "./socket.js";

/** What a client is typed by. */
export interface ClientTypes {
  /** What messages hold, by route key. */
  readonly messages: object;
  /** Member of a message that the client fills with the route key; `never`: none. */
  readonly keyMember: PropertyKey;
  /** What may come: answers and pushes. */
  readonly incoming: unknown;
  /** The same by the text that tells them apart. */
  readonly tagged: object;
}

/** What is given to `send`: the message, which need not hold its route key. */
export type Payload<Message, Key extends PropertyKey> = unknown extends Message
  ? object
  : Message extends object
    ? Omit<Message, Key> & Partial<Pick<Message, Extract<keyof Message, Key>>>
    : Message;

export type ClientOptions<Query extends object = object> = ClientSettings &
  (object extends Query ? { readonly query?: Query } : { readonly query: Query });

interface ClientSettings {
  /** Default: that of the surroundings. */
  readonly WebSocket?: ClientSocketConstructor;
  readonly protocols?: readonly string[];
  /** Default: a lost connection stays lost. */
  readonly reconnect?: BackOff | boolean;
  /** At least 0, below 1; default: `Math.random`. */
  readonly random?: () => number;
}

/** What the gateway says of a message that it could not take. */
export interface GatewayProblem {
  readonly message: string;
  readonly connectionId: string;
  readonly requestId: string;
}

export interface Closed {
  /** 1006: without a word. */
  readonly code: number;
  readonly reason: string;
  /** The client tries again. */
  readonly reconnects: boolean;
}

interface Listeners<Incoming> {
  /** The connection is open, for the first time or again. */
  readonly open: () => void;
  readonly close: (closed: Closed) => void;
  /** A message of JSON. Its type is that of the document, it is not validated. */
  readonly message: (message: Incoming) => void;
  /** A message that is no JSON. */
  readonly text: (text: string) => void;
  readonly problem: (problem: GatewayProblem) => void;
}

export interface RouteClient<T extends ClientTypes> {
  /** Resolves when the connection opens for the first time; rejects when it cannot. */
  readonly opened: Promise<void>;
  /** Throws while the connection is not open. */
  send<Key extends keyof T["messages"] & string>(
    route: Key,
    payload: Payload<T["messages"][Key], T["keyMember"]>,
  ): void;
  /** Gives a function that takes the listener off again. */
  on<Event extends keyof Listeners<T["incoming"]>>(
    event: Event,
    listener: Listeners<T["incoming"]>[Event],
  ): () => void;
  /** Listens to messages of one kind, by the text that tells them apart. */
  onMessage<Tag extends keyof T["tagged"] & string>(
    tag: Tag,
    listener: (message: T["tagged"][Tag]) => void,
  ): () => void;
  /** Ends the connection for good. */
  close(code?: number, reason?: string): void;
}

/** How messages are written and told apart. */
export interface MessageForm {
  /** Member that holds the route key; null: messages go out as they are given. */
  readonly keyMember: string | null;
  /** Member that tells incoming messages apart; null: none does. */
  readonly tagMember: string | null;
}

/** Opens a connection to a stage: `wss://host/stage`. */
export function createRouteClient<T extends ClientTypes>(
  url: string,
  form: MessageForm,
  options: ClientSettings & { readonly query?: object },
): RouteClient<T> {
  const link = new Link(addressOf(url, options.query ?? {}), form, options);
  return {
    opened: link.opened,
    send: (route, payload) => link.send(route, payload),
    on: (event, listener) => link.on(event, listener),
    onMessage: (tag, listener) => link.onMessage(tag, listener),
    close: (code, reason) => link.close(code, reason),
  };
}

function addressOf(url: string, query: object): string {
  const address = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) address.searchParams.append(name, String(value));
  }
  return address.href;
}

/** One connection after the other. Listeners are typed where they are given, and not in here. */
class Link {
  readonly opened: Promise<void>;
  readonly #address: string;
  readonly #form: MessageForm;
  readonly #options: ClientSettings;
  readonly #listeners = new Map<string, Set<(argument: never) => void>>();
  readonly #tagged = new Map<string, Set<(message: never) => void>>();
  #settle: { resolve(): void; reject(error: Error): void } | null = null;
  #socket: ClientSocket | null = null;
  #isOpen = false;
  #isEnded = false;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(address: string, form: MessageForm, options: ClientSettings) {
    this.#address = address;
    this.#form = form;
    this.#options = options;
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // who does not wait for it hears of it by `close`
    this.opened.catch(() => undefined);
    this.#connect();
  }

  send(route: string, payload: unknown): void {
    if (this.#socket === null || !this.#isOpen) throw new Error("the connection is not open");
    const { keyMember } = this.#form;
    const message = keyMember === null ? payload : { [keyMember]: route, ...Object(payload) };
    this.#socket.send(JSON.stringify(message));
  }

  on(event: string, listener: (argument: never) => void): () => void {
    return add(this.#listeners, event, listener);
  }

  onMessage(tag: string, listener: (message: never) => void): () => void {
    return add(this.#tagged, tag, listener);
  }

  close(code = 1000, reason = ""): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#socket?.close(code, reason);
    this.#fail("the connection was closed before it opened");
  }

  #connect(): void {
    const { WebSocket = globalSocket(), protocols = [] } = this.#options;
    const socket = new WebSocket(this.#address, [...protocols]);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#isOpen = true;
      this.#attempt = 0;
      this.#settle?.resolve();
      this.#settle = null;
      this.#tell("open", undefined);
    });
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.#take(data);
    });
    // the close that follows says all there is to say
    socket.addEventListener("error", () => undefined);
    socket.addEventListener("close", ({ code = 1006, reason = "" }) => this.#lost(code, reason));
  }

  #lost(code: number, reason: string): void {
    this.#isOpen = false;
    this.#socket = null;
    const delay = this.#isEnded ? undefined : this.#nextDelay();
    this.#tell("close", { code, reason, reconnects: delay !== undefined });
    if (delay === undefined) {
      this.#fail(`the connection was refused or lost: ${code} ${reason}`.trim());
      return;
    }
    this.#attempt += 1;
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #nextDelay(): number | undefined {
    const { reconnect = false, random = Math.random } = this.#options;
    if (reconnect === false) return undefined;
    return backOffDelay(reconnect === true ? {} : reconnect, this.#attempt, random());
  }

  #fail(message: string): void {
    this.#settle?.reject(new Error(message));
    this.#settle = null;
  }

  #take(text: string): void {
    const message = parsed(text);
    if (message === undefined) this.#tell("text", text);
    else if (isProblem(message)) this.#tell("problem", message);
    else {
      this.#tell("message", message);
      const { tagMember } = this.#form;
      const tag = tagMember === null ? undefined : memberOf(message, tagMember);
      if (typeof tag === "string") call(this.#tagged.get(tag), message);
    }
  }

  #tell(event: string, argument: unknown): void {
    call(this.#listeners.get(event), argument);
  }
}

type ListenerSets = Map<string, Set<(argument: never) => void>>;

function add(sets: ListenerSets, key: string, listener: (argument: never) => void): () => void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set);
  set.add(listener);
  return () => set.delete(listener);
}

/** Listeners were checked against their event when they were given; one may take itself off. */
function call(
  listeners: ReadonlySet<(argument: never) => void> = new Set(),
  argument: unknown,
): void {
  for (const listener of new Set(listeners)) listener(argument as never);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function isProblem(value: unknown): value is GatewayProblem {
  return ["message", "connectionId", "requestId"].every(
    (name) => typeof memberOf(value, name) === "string",
  );
}
