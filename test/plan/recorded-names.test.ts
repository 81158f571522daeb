import { expect, test } from "vitest";
import { planProject } from "../../src/plan/plan.js";
import type { RecordedNames } from "../../src/plan/recorded-names.js";
import { documentWith, invocation, lowerGood } from "../lower/lower-text.js";

type Operation = readonly [route: string, operationId: string | undefined, functionName: string];

async function namesOf(
  operations: readonly Operation[],
  models: readonly string[],
  earlier?: RecordedNames,
): Promise<RecordedNames> {
  const paths: Record<string, Record<string, object>> = {};
  for (const [route, operationId, name] of operations) {
    const [method = "", path = ""] = route.split(" ");
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        ...(operationId === undefined ? {} : { operationId }),
        responses: { "200": { description: "ok" } },
        "x-amazon-apigateway-integration": {
          type: "aws_proxy",
          httpMethod: "POST",
          uri: invocation(name),
        },
      },
    };
  }
  const schemas = Object.fromEntries(models.map((name) => [name, { type: "object" }]));
  const document = documentWith({ root: { paths, components: { schemas } } });
  return planProject(await lowerGood(document), earlier).names;
}

const before: readonly Operation[] = [
  ["GET /pets", "list-pets", "list_pets"],
  ["GET /dogs", undefined, "dogs"],
];

test("the same document gives the same names, with a record and without", async () => {
  const names = await namesOf(before, ["pet", "Dog"]);
  expect(names).toEqual({
    models: { pet: "Pet", Dog: "Dog" },
    operations: { "GET /pets": "listPets", "GET /dogs": "getDogs" },
    operationTypes: { "GET /pets": "ListPets", "GET /dogs": "GetDogs" },
    renamedTypes: {},
    handlers: { list_pets: "src/handlers/list-pets.ts", dogs: "src/handlers/dogs.ts" },
  });
  expect(await namesOf(before, ["pet", "Dog"], names)).toEqual(names);
});

test("what comes later gets the number, wherever it stands", async () => {
  const names = await namesOf(before, ["pet"]);
  const after: readonly Operation[] = [
    ["GET /animals", "listPets", "list-pets"],
    ["POST /dogs", "getDogs", "Dogs"],
    ...before,
  ];
  expect(await namesOf(after, ["Pet", "list-pets", "pet"], names)).toEqual({
    models: { Pet: "Pet2", "list-pets": "ListPets2", pet: "Pet" },
    operations: {
      "GET /animals": "listPets2",
      "POST /dogs": "getDogs2",
      "GET /pets": "listPets",
      "GET /dogs": "getDogs",
    },
    operationTypes: {
      "GET /animals": "ListPets22",
      "POST /dogs": "GetDogs2",
      "GET /pets": "ListPets",
      "GET /dogs": "GetDogs",
    },
    renamedTypes: {},
    handlers: {
      "list-pets": "src/handlers/list-pets2.ts",
      Dogs: "src/handlers/dogs2.ts",
      list_pets: "src/handlers/list-pets.ts",
      dogs: "src/handlers/dogs.ts",
    },
  });
});

test("a number stays when what it was told apart from goes", async () => {
  const names = await namesOf(
    [
      ["GET /a", "same", "f"],
      ["GET /b", "same", "f"],
    ],
    [],
  );
  expect(names.operations).toEqual({ "GET /a": "same", "GET /b": "same2" });
  const rest = await namesOf([["GET /b", "same", "f"]], [], names);
  expect(rest.operations).toEqual({ "GET /b": "same2" });
});

test("a new operationId gives a new name", async () => {
  const names = await namesOf(before, []);
  const renamed = await namesOf([["GET /pets", "findPets", "list_pets"]], [], names);
  expect(renamed.operations).toEqual({ "GET /pets": "findPets" });
  // and the old one is known as long as nothing else has it
  expect(renamed.renamedTypes).toEqual({ ListPets: "GET /pets" });
  const again = await namesOf([["GET /pets", "allPets", "list_pets"]], [], renamed);
  expect(again.renamedTypes).toEqual({ ListPets: "GET /pets", FindPets: "GET /pets" });
  const back = await namesOf([["GET /pets", "listPets", "list_pets"]], [], again);
  expect(back.renamedTypes).toEqual({ FindPets: "GET /pets", AllPets: "GET /pets" });
  expect((await namesOf([["GET /a", "a", "f"]], [], again)).renamedTypes).toEqual({});
});

test("a record that nobody can have written is no name", async () => {
  const earlier = {
    models: { pet: "Constructor" },
    operations: { "GET /pets": "listPets1", "GET /dogs": "getDogs2;x" },
    operationTypes: { "GET /pets": "" },
    renamedTypes: { "": "GET /pets", Constructor: "GET /gone" },
    handlers: { list_pets: "../../etc/list-pets.ts", dogs: "src/handlers/../../dogs.ts" },
  };
  expect(await namesOf(before, ["pet"], earlier)).toEqual(await namesOf(before, ["pet"]));
});
