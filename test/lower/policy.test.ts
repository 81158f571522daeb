import { describe, expect, test } from "vitest";
import { documentWith, lowerText, summary } from "./lower-text.js";

const at = "#/x-amazon-apigateway-policy";

async function problems(policy: unknown, code = "GG105"): Promise<readonly string[]> {
  const document = documentWith({ root: { "x-amazon-apigateway-policy": policy } });
  const { diagnostics } = await lowerText(document);
  return summary(diagnostics).filter((line) => line.includes(code));
}

const statement = {
  Effect: "Allow",
  Principal: "*",
  Action: "execute-api:Invoke",
  Resource: "execute-api:/*",
};

describe("the resource policy of a document", () => {
  test.each<[name: string, policy: unknown, want: readonly string[]]>([
    ["one that can be read", { Version: "2012-10-17", Statement: [statement] }, []],
    [
      "each problem at its place",
      {
        Statement: [
          { ...statement, Effect: "deny" },
          { ...statement, Principal: { AWS: "arn:aws:iam::123456789012:user/*" } },
          { ...statement, Condition: { IpAddress: { "aws:SourceIp": ["10.0.0.0/33"] } } },
        ],
      },
      [
        `error GG105 ${at}/Statement/0/Effect`,
        `error GG105 ${at}/Statement/1/Principal/AWS`,
        `error GG105 ${at}/Statement/2/Condition/IpAddress/aws:SourceIp`,
      ],
    ],
    [
      "an element with a slash in its name",
      { Statement: [{ ...statement, "a/b": 1 }] },
      [`error GG105 ${at}/Statement/0/a~1b`],
    ],
    ["text of one", JSON.stringify({ Statement: [statement] }), []],
    [
      "a problem inside text",
      JSON.stringify({ Statement: { ...statement, Resource: "/admin" } }),
      [`error GG105 ${at}/Statement/Resource`],
    ],
    ["text that is no JSON", "{", [`error GG105 ${at}`]],
    ["a list", [statement], [`error GG105 ${at}`]],
  ])("%s", async (_name, policy, want) => {
    expect(await problems(policy)).toEqual(want);
  });

  test("keys that no request has are told, once each place", async () => {
    const Condition = {
      StringEquals: { "aws:SourceVpce": "vpce-1", "AWS:PrincipalTag/team": "a" },
      NotIpAddress: { "aws:VpcSourceIp": "10.0.0.0/8", "aws:SourceIp": "10.0.0.0/8" },
    };
    const where = `${at}/Statement/1/Condition`;
    expect(
      await problems({ Statement: [statement, { ...statement, Condition }] }, "GG109"),
    ).toEqual([
      `warning GG109 ${where}/StringEquals/aws:SourceVpce`,
      `warning GG109 ${where}/NotIpAddress/aws:VpcSourceIp`,
    ]);
  });

  test("values of CloudFormation stand for texts", async () => {
    const condition = { StringEquals: { "aws:SourceVpce": { Ref: "Endpoint" } } };
    const principal = { AWS: { "Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root" } };
    const policy = { Statement: [{ ...statement, Principal: principal, Condition: condition }] };
    expect(await problems(policy)).toEqual([]);
  });
});
