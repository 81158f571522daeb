import { expect, test } from "vitest";
import { createSend } from "../../../src/runtime/functions/send.js";

interface Pushes {
  joined: { room: string };
  left: unknown;
}

test("messages by name, and anything", async () => {
  const sent: (readonly [string, unknown])[] = [];
  const send = createSend<Pushes>(
    {
      send: (id, data) => {
        sent.push([id, data]);
        return Promise.resolve(id !== "gone");
      },
    },
    ["joined", "left"],
  );
  expect(await send.joined("a", { room: "x" })).toBe(true);
  expect(await send.left("gone", null)).toBe(false);
  await send.postToConnection("a", "text");
  await send.postToConnection("a", { any: 1 });
  expect(sent).toEqual([
    ["a", '{"room":"x"}'],
    ["gone", "null"],
    ["a", "text"],
    ["a", '{"any":1}'],
  ]);
});
