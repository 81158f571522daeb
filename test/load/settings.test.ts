import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createDiagnosticSink } from "../../src/diagnostics.js";
import { checkSettings } from "../../src/load/check-settings.js";
import { mergeSettings } from "../../src/load/settings.js";
import { settingsSchema } from "../../src/load/settings-vocabulary.js";
import { root } from "../../src/pointer.js";

const at = root("gateway.config.yaml");
const example: unknown = parse(
  readFileSync(new URL("settings-example.yaml", import.meta.url), "utf8"),
);

function problems(value: unknown): readonly string[] {
  const sink = createDiagnosticSink();
  checkSettings(value, at, sink);
  return sink
    .list()
    .map((item) => `${item.code} ${item.at.slice(item.at.indexOf("#"))} ${item.message}`);
}

describe("vocabulary", () => {
  test("the published schema is the one that is checked", () => {
    const file = new URL("../../schema/gateway-config.schema.json", import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(settingsSchema);
  });

  test("the example that touches every section fits, for the loader and for editors", () => {
    expect(problems(example)).toEqual([]);
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(settingsSchema);
    expect(validate(example) ? [] : validate.errors).toEqual([]);
  });

  test.each<[name: string, value: unknown]>([
    ["an unknown key", { stages: { dev: { variable: {} } } }],
    ["a wrong type", { runtime: { port: "8080" } }],
    ["a wrong word", { api: { kind: "soap" } }],
    ["a number out of range", { runtime: { port: 70_000 } }],
    ["a missing member", { usagePlans: { gold: {} } }],
    ["a wrong name", { stages: { "a b": {} } }],
    [
      "a list that is too long",
      { api: { endpointConfiguration: { types: ["EDGE", "REGIONAL"] } } },
    ],
    ["no choice that fits", { backends: { a: { match: 5 } } }],
    ["a duration", { runtime: { drainDelay: "10 seconds" } }],
  ])("the loader and the schema refuse %s", (_name, value) => {
    expect(problems(value)).toHaveLength(1);
    expect(new Ajv({ strict: true, allowUnionTypes: true }).compile(settingsSchema)(value)).toBe(
      false,
    );
  });
});

test.each<[value: unknown, want: readonly string[]]>([
  [{ stage: {} }, ['GG041 #/stage "stage" is not a setting here']],
  [
    { api: { kind: "Rest" } },
    ['GG042 #/api/kind "Rest" is not one of "rest", "http", "websocket"'],
  ],
  [
    { runtime: { port: 1.5 } },
    ["GG042 #/runtime/port expected an integer from 0 to 65535, found the number 1.5"],
  ],
  [
    { stages: { dev: { variables: { a: 5 } } } },
    ["GG042 #/stages/dev/variables/a expected text, found the number 5"],
  ],
  [
    { stages: { dev: { cache: true } } },
    ["GG042 #/stages/dev/cache expected an object or false, found the boolean true"],
  ],
  [
    { stages: { dev: { cache: { size: 5 } } } },
    [
      'GG042 #/stages/dev/cache/size the number 5 is not one of "0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"',
    ],
  ],
  [{ stages: { dev: { cache: null } } }, []],
  [{ stages: { dev: null } }, []],
])("%j", (value, want) => expect(problems(value)).toEqual(want));

test("merging is deep, lists replace, the stronger layer gives the place", () => {
  const file = {
    at: root("gateway.config.yaml"),
    value: { api: { name: "a" }, targets: ["docker"] },
  };
  const inner = {
    at: root("api.yaml"),
    value: { api: { name: "b", kind: "rest" }, targets: ["sam", "cdk"] },
  };
  const settings = mergeSettings([file, inner], true, root("api.yaml"));
  expect(settings.value).toEqual({ api: { name: "a", kind: "rest" }, targets: ["docker"] });
  expect(settings.place("api", "name")).toBe("gateway.config.yaml#/api/name");
  expect(settings.place("api", "kind")).toBe("api.yaml#/api/kind");
  expect(settings.place("nothing")).toBe("gateway.config.yaml#/nothing");
});
