// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** A typed client of HTTP operations, for browsers and Node: it needs nothing but `fetch`. */

/** What an operation takes and gives, as generated from the document. */
export interface HttpContract {
  readonly method: string;
  readonly resource: string;
  readonly path: object;
  readonly query: object;
  readonly headers: object;
  readonly body: unknown;
  /** By status: `200`, `4XX`, `default`. */
  readonly responses: object;
}

/** An operation as a client calls it. */
export interface HttpOperation<O extends HttpContract = HttpContract> {
  /** `ANY`: the call says which. */
  readonly method: O["method"];
  /** `/pets/{petId}`, `/{proxy+}`. */
  readonly path: O["resource"];
  /** Those that the document declares; empty: any. */
  readonly statuses: readonly string[];
  /** Of what is sent; null: nothing is. */
  readonly contentType: string | null;
  readonly [contract]?: O;
}
declare const contract: unique symbol;

/** What a call gives the operation; parts without required members may be left out. */
export type HttpInput<O extends HttpContract> = Part<"path", O["path"]> &
  Part<"query", O["query"]> &
  Part<"headers", O["headers"]> &
  BodyPart<O["body"]> &
  (O["method"] extends "ANY" ? { readonly method: string } : object) & {
    readonly signal?: AbortSignal;
  };

/** An operation that declares no parameters has an index signature of `never`. */
type Part<Name extends string, T> = string extends keyof T
  ? object
  : object extends T
    ? { readonly [K in Name]?: T }
    : { readonly [K in Name]: T };
type BodyPart<T> = [T] extends [never]
  ? object
  : undefined extends T
    ? { readonly body?: T }
    : { readonly body: T };

/** The answer: one of those that the document declares, told apart by `status` and `ok`. */
export type HttpAnswer<O extends HttpContract> = string extends keyof O["responses"]
  ? AnswerOf<number, boolean, unknown>
  : {
      [Status in keyof O["responses"] & string]: AnswerOf<
        Status extends `${infer Code extends number}` ? Code : number,
        Status extends `2${string}` ? true : Status extends "default" ? boolean : false,
        O["responses"][Status]
      >;
    }[keyof O["responses"] & string];

interface AnswerOf<Status, Ok, Body> {
  readonly status: Status;
  /** The status is from 200 to 299. */
  readonly ok: Ok;
  /** JSON is read; anything else is text; undefined: empty. Not validated. */
  readonly body: Body;
  readonly headers: Headers;
}

/** An answer that the document does not declare, such as one of the gateway itself. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;

  constructor({ status, body, headers }: AnswerOf<number, boolean, unknown>) {
    super(`the answer has the status ${status}, which is not declared`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

export interface HttpClientOptions {
  /** URL of a stage: `https://api.example.com/prod`. */
  readonly baseUrl: string;
  /** Default: that of the surroundings. */
  readonly fetch?: typeof globalThis.fetch;
  /** Headers of every request, asked for before each: a token, an API key. */
  readonly headers?: () =>
    Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}

export interface HttpClient {
  /** Rejects with {@link UnexpectedAnswer}, or as `fetch` does when there is no answer. */
  call<O extends HttpContract>(
    operation: HttpOperation<O>,
    input: HttpInput<O>,
  ): Promise<HttpAnswer<O>>;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  return { call: (operation, input) => call(options, operation, input) };
}

/** What a call may give, whatever its operation is. */
interface AnyInput {
  readonly method?: string;
  readonly path?: object;
  readonly query?: object;
  readonly headers?: object;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

async function call<O extends HttpContract>(
  { baseUrl, fetch: send = globalThis.fetch, headers: common }: HttpClientOptions,
  operation: HttpOperation<O>,
  input: HttpInput<O> & AnyInput,
): Promise<HttpAnswer<O>> {
  const { contentType } = operation;
  const { path = {}, query = {}, headers = {}, body, signal } = input;
  const hasBody = contentType !== null && body !== undefined;
  const response = await send(
    baseUrl.replace(/\/$/, "") + filledPath(operation.path, path) + queryOf(query),
    {
      method: operation.method === "ANY" ? (input.method ?? "POST") : operation.method,
      headers: {
        ...(hasBody ? { "content-type": contentType } : {}),
        ...(await common?.()),
        ...texts(headers),
      },
      ...(hasBody ? { body: encoded(body, contentType) } : {}),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  const { status, ok } = response;
  const answer = { status, ok, headers: response.headers, body: await decoded(response) };
  if (isDeclared(operation, answer)) return answer;
  throw new UnexpectedAnswer(answer);
}

/** What is declared is taken to be as the document says. */
function isDeclared<O extends HttpContract>(
  { statuses }: HttpOperation<O>,
  answer: AnswerOf<number, boolean, unknown>,
): answer is AnswerOf<number, boolean, unknown> & HttpAnswer<O> {
  const { status } = answer;
  const names = [String(status), `${Math.floor(status / 100)}XX`, "default"];
  return statuses.length === 0 || names.some((name) => statuses.includes(name));
}

function filledPath(path: string, values: object): string {
  return path.replace(/\{([^{}]+?)(\+?)\}/g, (_hole, name: string, greedy: string) => {
    const text = String(Reflect.get(values, name));
    return greedy === ""
      ? encodeURIComponent(text)
      : text.split("/").map(encodeURIComponent).join("/");
  });
}

/** Lists are repeated. */
function queryOf(values: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const item of list) if (item !== undefined) query.append(name, String(item));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

function texts(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}

function encoded(body: unknown, contentType: string): NonNullable<RequestInit["body"]> {
  if (/[/+]json\b/i.test(contentType)) return JSON.stringify(body);
  if (typeof body === "string" || body instanceof Uint8Array || body instanceof Blob) return body;
  if (/^application\/x-www-form-urlencoded/i.test(contentType)) {
    return new URLSearchParams(texts(Object(body)));
  }
  return JSON.stringify(body);
}

async function decoded(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  if (!/[/+]json\b/i.test(response.headers.get("content-type") ?? "")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
