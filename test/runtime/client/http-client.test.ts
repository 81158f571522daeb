import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import {
  createHttpClient,
  UnexpectedAnswer,
  type HttpAnswer,
  type HttpInput,
  type HttpOperation,
} from "../../../src/runtime/client/http-client.js";

interface Pet {
  name: string;
}
type Nothing = Record<string, never>;
interface GetPet {
  readonly method: "GET";
  readonly resource: "/pets/{petId}";
  readonly path: { petId: string };
  readonly query: { tag?: readonly string[] };
  readonly headers: Nothing;
  readonly body: never;
  readonly responses: { readonly "200": Pet; readonly "404": { message: string } };
}
interface PutPet extends Omit<GetPet, "method" | "body" | "responses" | "headers"> {
  readonly method: "ANY";
  readonly headers: { "X-Reason": string };
  readonly body: Pet;
  readonly responses: Nothing;
}

interface PostForm {
  readonly method: "POST";
  readonly resource: "/{proxy+}";
  readonly path: { proxy: string };
  readonly query: Nothing;
  readonly headers: Nothing;
  readonly body: { x: string };
  readonly responses: Nothing;
}

const getPet: HttpOperation<GetPet> = {
  method: "GET",
  path: "/pets/{petId}",
  statuses: ["200", "404"],
  contentType: null,
};
const putPet: HttpOperation<PutPet> = {
  method: "ANY",
  path: "/pets/{petId}",
  statuses: [],
  contentType: "application/json",
};

let server: Server;
let baseUrl = "";
let answer: { status: number; type?: string; body: string } = { status: 200, body: "" };
let seen: { request: IncomingMessage; body: string } | undefined;
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("end", () => {
      seen = { request, body: Buffer.concat(chunks).toString() };
      response.writeHead(answer.status, { "content-type": answer.type ?? "application/json" });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/dev/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("the client", () => {
  test("fills path and query, and reads JSON", async () => {
    answer = { status: 200, body: '{"name":"a"}' };
    const client = createHttpClient({ baseUrl, headers: () => ({ "x-api-key": "k" }) });
    const given = await client.call(getPet, {
      path: { petId: "a/b ?" },
      query: { tag: ["x", "y"] },
    });
    expect(given).toMatchObject({ status: 200, ok: true, body: { name: "a" } });
    expect(seen?.request.url).toBe("/dev/pets/a%2Fb%20%3F?tag=x&tag=y");
    expect(seen?.request.headers).toMatchObject({ "x-api-key": "k" });
    if (given.status === 200) expectTypeOf(given.body).toEqualTypeOf<Pet>();
    if (!given.ok) expectTypeOf(given.body).toEqualTypeOf<{ message: string }>();
  });

  test("sends a body, headers and the method of a route for all", async () => {
    answer = { status: 418, type: "text/plain", body: "tea" };
    const given = await createHttpClient({ baseUrl }).call(putPet, {
      method: "PUT",
      path: { petId: "1" },
      headers: { "X-Reason": "new" },
      body: { name: "a" },
    });
    expect(given).toMatchObject({ status: 418, ok: false, body: "tea" });
    expect(seen).toMatchObject({ request: { method: "PUT" }, body: '{"name":"a"}' });
    expect(seen?.request.headers).toMatchObject({
      "content-type": "application/json",
      "x-reason": "new",
    });
  });

  test("throws an answer that is not declared", async () => {
    answer = { status: 403, body: '{"message":"Missing Authentication Token"}' };
    const call = createHttpClient({ baseUrl }).call(getPet, { path: { petId: "1" } });
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnexpectedAnswer);
    expect(error).toMatchObject({
      status: 403,
      body: { message: "Missing Authentication Token" },
    });
  });

  test.each([
    ["4XX", 404],
    ["default", 500],
  ])("knows the range %s", async (range, status) => {
    answer = { status, body: "{" };
    const given = await createHttpClient({ baseUrl }).call(
      { ...getPet, statuses: [range] },
      { path: { petId: "1" } },
    );
    expect(given).toMatchObject({ status, body: "{" });
  });

  test("encodes forms and greedy paths", async () => {
    answer = { status: 200, body: "" };
    const form: HttpOperation<PostForm> = {
      method: "POST",
      path: "/{proxy+}",
      statuses: [],
      contentType: "application/x-www-form-urlencoded",
    };
    const input = { path: { proxy: "a b/c" }, body: { x: "1 2" } };
    const given = await createHttpClient({ baseUrl }).call(form, input);
    expect(given.body).toBeUndefined();
    expect(seen).toMatchObject({ request: { url: "/dev/a%20b/c" }, body: "x=1+2" });
  });
});

test("types of what a call needs", () => {
  expectTypeOf<{ path: { petId: string } }>().toExtend<HttpInput<GetPet>>();
  expectTypeOf<object>().not.toExtend<HttpInput<GetPet>>();
  type Input = HttpInput<PutPet>;
  expectTypeOf<Input["body"]>().toEqualTypeOf<Pet>();
  expectTypeOf<Input["method"]>().toEqualTypeOf<string>();
  expectTypeOf<HttpAnswer<PutPet>["body"]>().toEqualTypeOf<unknown>();
  expectTypeOf<HttpAnswer<GetPet>["status"]>().toEqualTypeOf<200 | 404>();
});
