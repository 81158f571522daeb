import { describe, expect, test } from "vitest";
import { camelCase, kebabCase, NameSpace, pascalCase } from "../../src/plan/names.js";

describe("camelCase", () => {
  test.each([
    ["getPet", "getPet"],
    ["get-pet_by id", "getPetById"],
    ["GetPet", "getPet"],
    ["APIKey", "apiKey"],
    ["ID", "id"],
    ["get /pets/{petId}", "getPetsPetId"],
    ["3d-model", "_3dModel"],
    ["ペット一覧", "ペット一覧"],
    ["../../etc/passwd", "etcPasswd"],
    ["'; process.exit()", "processExit"],
    ["***", "fallback"],
    ["", "fallback"],
  ])("%j gives %s", (text, want) => expect(camelCase(text, "fallback")).toBe(want));

  test("cuts names that no reader would finish", () => {
    expect(camelCase("x".repeat(5000), "fallback").length).toBe(80);
  });
});

describe("pascalCase", () => {
  test.each([
    ["pet", "Pet"],
    ["new_pet", "NewPet"],
    ["newPet", "NewPet"],
    ["HTTPError", "HTTPError"],
    ["com.example.Pet", "ComExamplePet"],
    ["--", "Model"],
  ])("%j gives %s", (text, want) => expect(pascalCase(text, "Model")).toBe(want));
});

describe("kebabCase", () => {
  test.each([
    ["getPet", "get-pet"],
    ["HTTPServerError", "http-server-error"],
    ["a/../b", "a-b"],
    ["CON", "con"],
    ["ペット", "file"],
  ])("%j gives %s", (text, want) => expect(kebabCase(text, "file")).toBe(want));
});

describe("a name space", () => {
  test("numbers what was handed out already, without regard to case", () => {
    const names = new NameSpace();
    expect(["Pet", "pet", "PET", "Pet2"].map((name) => names.claim(name))).toEqual([
      "Pet",
      "pet2",
      "PET3",
      "Pet22",
    ]);
  });

  test("keeps reserved words and globals from being hidden", () => {
    const names = new NameSpace();
    expect(["delete", "String", "constructor"].map((name) => names.claim(name))).toEqual([
      "delete_",
      "String_",
      "constructor_",
    ]);
  });

  test("keeps back what was reserved", () => {
    const names = new NameSpace();
    names.reserve(["Operations"]);
    expect(names.claim("operations")).toBe("operations2");
  });
});
