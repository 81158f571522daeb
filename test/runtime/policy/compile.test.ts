import { describe, expect, test } from "vitest";
import { compilePolicy } from "../../../src/runtime/policy/compile.js";
import type { PolicyKind } from "../../../src/runtime/policy/policy.js";

const api = { partition: "aws", region: "us-east-1", accountId: "123456789012", apiId: "api" };

/** The places that cannot be read. */
function places(document: unknown, kind: PolicyKind = "resource"): readonly string[] {
  return compilePolicy(document, { kind, api }).problems.map(({ path }) => `/${path.join("/")}`);
}

const statement = {
  Effect: "Allow",
  Principal: "*",
  Action: "execute-api:Invoke",
  Resource: "execute-api:/*",
};
const policy = (rest: object): object => ({ Statement: [{ ...statement, ...rest }] });

describe("what can be read", () => {
  test.each<[name: string, document: unknown]>([
    ["one statement as an object", { Version: "2012-10-17", Id: "x", Statement: statement }],
    ["no statements", { Statement: [] }],
    ["text", JSON.stringify(policy({}))],
    ["lists", policy({ Action: ["*"], Resource: ["*", "arn:aws:execute-api:*"] })],
    ["an account", policy({ Principal: { AWS: "123456789012" } })],
    ["its root", policy({ Principal: { AWS: ["arn:aws-cn:iam::123456789012:root"] } })],
    ["an identity", policy({ Principal: { AWS: "arn:aws:sts::123456789012:assumed-role/a/b" } })],
    ["one that is gone", policy({ Principal: { AWS: "AIDACKCEVSQ6C2EXAMPLE" } })],
    ["a placeholder", policy({ Principal: { AWS: "arn:aws:iam::${Account}:root" } })],
    ["a service", policy({ Principal: { Service: "apigateway.amazonaws.com" } })],
    ["scalars", policy({ Condition: { Bool: { "aws:SecureTransport": true } } })],
  ])("%s", (_name, document) => {
    expect(places(document)).toEqual([]);
  });
});

describe("what cannot be read, and where", () => {
  test.each<[name: string, document: unknown, want: readonly string[]]>([
    ["no object", ["a"], ["/"]],
    ["null", null, ["/"]],
    ["text that is no JSON", "{", ["/"]],
    ["another version", { Version: "2020-01-01", Statement: [] }, ["/Version"]],
    ["an unknown element", { Statement: [], Statements: [] }, ["/Statements"]],
    ["no statement", {}, ["/Statement"]],
    ["a statement that is none", { Statement: [1, statement] }, ["/Statement/0"]],
    ["an effect in small letters", policy({ Effect: "deny" }), ["/Statement/0/Effect"]],
    [
      "the same in the only statement",
      { Statement: { ...statement, Effect: 1 } },
      ["/Statement/Effect"],
    ],
    ["no action", policy({ Action: undefined }), ["/Statement/0"]],
    ["an action and its opposite", policy({ NotAction: "*" }), ["/Statement/0/NotAction"]],
    ["an action without a service", policy({ Action: "Invoke" }), ["/Statement/0/Action"]],
    ["an action that is a number", policy({ Action: [1] }), ["/Statement/0/Action"]],
    ["a path as a resource", policy({ Resource: ["*", "/admin/*"] }), ["/Statement/0/Resource"]],
    ["no principal", policy({ Principal: undefined }), ["/Statement/0"]],
    ["a principal of a name", policy({ Principal: "bob" }), ["/Statement/0/Principal"]],
    ["no account", policy({ Principal: { AWS: "12345" } }), ["/Statement/0/Principal/AWS"]],
    [
      "a star in a principal",
      policy({ NotPrincipal: { AWS: "arn:aws:iam::123456789012:user/*" }, Principal: undefined }),
      ["/Statement/0/NotPrincipal/AWS"],
    ],
    [
      "an unknown kind of principal",
      policy({ Principal: { Aws: "*" } }),
      ["/Statement/0/Principal/Aws"],
    ],
    ["a condition that is a list", policy({ Condition: [] }), ["/Statement/0/Condition"]],
    [
      "an unknown operator",
      policy({ Condition: { Like: { a: "b" } } }),
      ["/Statement/0/Condition/Like/a"],
    ],
    [
      "a value that is an object",
      policy({ Condition: { Bool: { a: {} } } }),
      ["/Statement/0/Condition/Bool/a"],
    ],
    [
      "several",
      { Version: 1, Statement: [{ ...statement, Effect: "" }, 2] },
      ["/Version", "/Statement/0/Effect", "/Statement/1"],
    ],
  ])("%s", (_name, document, want) => {
    expect(places(document)).toEqual(expect.arrayContaining([...want]));
    expect(compilePolicy(document, { kind: "resource", api }).policy).toBeNull();
  });

  test("only the policy of the API says whom it is for", () => {
    expect(places(policy({}), "identity")).toEqual(["/Statement/0"]);
    expect(places(policy({ Principal: "bob" }), "authorizer")).toEqual([]);
    expect(places(policy({ Principal: undefined }), "authorizer")).toEqual([]);
  });

  test("names of the prototype are names like any other", () => {
    const document = JSON.parse(
      '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","__proto__":1,"constructor":2}]}',
    ) as unknown;
    expect(places(document)).toEqual(["/Statement/0/__proto__", "/Statement/0/constructor"]);
  });
});
