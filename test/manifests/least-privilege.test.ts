import { describe, expect, test } from "vitest";
import { compilePolicy } from "../../src/runtime/policy/compile.js";
import { decide } from "../../src/runtime/policy/decide.js";
import { documentWith } from "../lower/lower-text.js";
import { forStage, stageNames } from "./checks/stage-template.js";
import { at, members, walk, yamlDocuments, type Tree } from "./checks/tree.js";
import { fileOf, makeExample, makeManifests, type Made } from "./made.js";

const account = "123456789012";
const region = "eu-west-1";

/** Functions of CloudFormation as they come out in an account. */
function resolved(value: Tree): Tree {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== "object" || value === null) return value;
  const sub = at(value, "Fn::Sub");
  if (typeof sub === "string") {
    return sub
      .replaceAll("${AWS::Partition}", "aws")
      .replaceAll("${AWS::Region}", region)
      .replaceAll("${AWS::AccountId}", account)
      .replaceAll(/\$\{(\w+)(?:\.Arn)?\}/g, (_whole, id: string) => id);
  }
  const att = at(value, "Fn::GetAtt");
  if (Array.isArray(att)) return `arn:aws:lambda:${region}:${account}:function:${String(att[0])}`;
  const ref = at(value, "Ref");
  if (typeof ref === "string") return `arn:aws:lambda:${region}:${account}:function:${ref}`;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item)]));
}

/** Policies of the roles that API Gateway takes on, in one stage. */
function rolesOf(made: Made, StageName: string): ReadonlyMap<string, Tree> {
  const [template] = yamlDocuments(fileOf(made, "deploy/cloudformation/template.yaml"));
  const resources = members(forStage(template, { StageName }), "Resources");
  return new Map(
    resources
      .filter(([id, one]) => {
        const trust = JSON.stringify(at(one, "Properties", "AssumeRolePolicyDocument") ?? {});
        return id !== "AccountRole" && trust.includes("apigateway.amazonaws.com");
      })
      .map(([id, one]) => [id, resolved(at(one, "Properties", "Policies", 0, "PolicyDocument"))]),
  );
}

/** What the project's own engine of policies says to a call. */
function isAllowed(document: Tree, action: string, resource: string): boolean {
  const api = { partition: "aws", region, accountId: account, apiId: "api" };
  const { policy, problems } = compilePolicy(document, { kind: "identity", api });
  if (policy === null) throw new Error(JSON.stringify(problems));
  const request = { action, resource, principal: null, context: () => [] };
  return (
    decide({ resource: null, identity: [policy], crossAccount: false }, request).outcome === "Allow"
  );
}

interface Call {
  readonly action: string;
  readonly resource: string;
}

/** Neighbours of a call, of which none may be allowed: other actions, resources, accounts, regions. */
function neighbours({ action, resource }: Call): readonly Call[] {
  const [service = ""] = action.split(":");
  const changed = [
    `${resource}x`,
    resource.replace(account, "999999999999"),
    resource.replace(`:${region}:`, ":us-east-2:"),
    resource.replace(/[^:/]+$/, "other"),
    resource.replace(/(:::)([a-z]+)/, "$1other$2"),
    "*",
  ].filter((text) => text !== resource);
  const actions = ["Delete", "Put", "List", "Get", "Create"].map(
    (verb) => `${service}:${verb}Everything`,
  );
  return [
    ...actions.map((one) => ({ action: one, resource })),
    { action: `${service}:*`, resource },
    { action: "iam:PassRole", resource },
    ...changed.map((one) => ({ action, resource: one })),
  ];
}

const dynamodb = `arn:aws:dynamodb:${region}:${account}:table/orders`;
const cases: readonly (readonly [example: string, stage: string, calls: readonly Call[]])[] = [
  [
    "aws-services",
    "dev",
    [
      { action: "s3:ListBucket", resource: "arn:aws:s3:::files" },
      { action: "dynamodb:PutItem", resource: dynamodb },
      { action: "dynamodb:GetItem", resource: dynamodb },
      { action: "sns:Publish", resource: `arn:aws:sns:${region}:${account}:news` },
      { action: "sqs:SendMessage", resource: `arn:aws:sqs:${region}:${account}:jobs` },
    ],
  ],
  [
    "orders-http-api",
    "$default",
    [{ action: "sqs:SendMessage", resource: `arn:aws:sqs:${region}:${account}:order-events` }],
  ],
  [
    "ci-cd-stages",
    "dev",
    [{ action: "sqs:SendMessage", resource: `arn:aws:sqs:${region}:${account}:scans-dev` }],
  ],
  [
    "ci-cd-stages",
    "prod",
    [{ action: "sqs:SendMessage", resource: `arn:aws:sqs:${region}:${account}:scans` }],
  ],
];

describe("roles of integrations", () => {
  test.each(cases)(
    "%s in %s: the very calls, and nothing beside",
    async (example, stage, calls) => {
      const roles = [...rolesOf(await makeExample(example, ["cloudformation"]), stage).values()];
      for (const call of calls) {
        const able = roles.filter((role) => isAllowed(role, call.action, call.resource));
        expect(able, call.action).toHaveLength(1);
        for (const near of neighbours(call)) {
          const wide = roles.filter((role) => isAllowed(role, near.action, near.resource));
          expect(wide, `${near.action} ${near.resource}`).toEqual([]);
        }
      }
    },
  );

  test("objects of a bucket are read and written, below it alone", async () => {
    const roles = [
      ...rolesOf(await makeExample("aws-services", ["cloudformation"]), "dev").values(),
    ];
    for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]) {
      expect(roles.some((role) => isAllowed(role, action, "arn:aws:s3:::files/a/b"))).toBe(true);
      expect(roles.some((role) => isAllowed(role, action, "arn:aws:s3:::files-of-others/a"))).toBe(
        false,
      );
      expect(roles.some((role) => isAllowed(role, action, "arn:aws:s3:::files"))).toBe(false);
    }
    expect(roles.some((role) => isAllowed(role, "s3:DeleteBucket", "arn:aws:s3:::files"))).toBe(
      false,
    );
  });

  test("every statement of every example is used by a call of its own document", async () => {
    const counted = new Map<string, number>();
    for (const [example, stage] of cases) {
      for (const [id, role] of rolesOf(await makeExample(example, ["cloudformation"]), stage)) {
        for (const [path, value] of walk(role)) {
          if (path.at(-1) === "Action")
            counted.set(`${example} ${stage} ${id} ${String(value)}`, 1);
        }
      }
    }
    const actions = [...counted.keys()].map((key) => key.split(" ").at(-1)).toSorted();
    expect(actions).toEqual(
      [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
        "sns:Publish",
        "sqs:SendMessage",
        "sqs:SendMessage",
        "sqs:SendMessage",
        "sqs:SendMessage",
      ].toSorted(),
    );
  });

  test("a role of functions calls these and no others", async () => {
    const document = documentWith({
      integration: {
        type: "aws_proxy",
        httpMethod: "POST",
        uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:${account}:function:orders/invocations`,
        credentials: `arn:aws:iam::${account}:role/caller`,
      },
    });
    const made = await makeManifests(document, {}, ["cloudformation"]);
    const [role] = rolesOf(made, "dev").values();
    const arn = (name: string): string => `arn:aws:lambda:${region}:${account}:function:${name}`;
    expect(isAllowed(role, "lambda:InvokeFunction", arn("OrdersFunction"))).toBe(true);
    expect(isAllowed(role, "lambda:InvokeFunction", arn("OtherFunction"))).toBe(false);
    expect(isAllowed(role, "lambda:DeleteFunction", arn("OrdersFunction"))).toBe(false);
    const [template] = yamlDocuments(fileOf(made, "deploy/cloudformation/template.yaml"));
    expect(stageNames(template)).toEqual(["dev"]);
    expect(JSON.stringify(template)).not.toContain("AWS::Lambda::Permission");
  });

  test.each<[name: string, integration: object, action: string, resource: string]>([
    [
      "a literal queue",
      {
        uri: `arn:aws:apigateway:${region}:sqs:path/${account}/jobs`,
        requestTemplates: { "application/json": "Action=SendMessage&MessageBody=x" },
      },
      "sqs:SendMessage",
      `arn:aws:sqs:${region}:${account}:jobs`,
    ],
    [
      "a table with an index",
      {
        uri: `arn:aws:apigateway:${region}:dynamodb:action/Query`,
        requestTemplates: { "application/json": '{"TableName": "t", "IndexName": "i"}' },
      },
      "dynamodb:Query",
      `arn:aws:dynamodb:${region}:${account}:table/t/index/i`,
    ],
    [
      "a stream",
      {
        uri: `arn:aws:apigateway:${region}:kinesis:action/PutRecord`,
        requestTemplates: { "application/json": '{"StreamName": "clicks"}' },
      },
      "kinesis:PutRecord",
      `arn:aws:kinesis:${region}:${account}:stream/clicks`,
    ],
    [
      "a state machine",
      {
        uri: `arn:aws:apigateway:${region}:states:action/StartExecution`,
        requestTemplates: {
          "application/json": `{"stateMachineArn": "arn:aws:states:${region}:${account}:stateMachine:m"}`,
        },
      },
      "states:StartExecution",
      `arn:aws:states:${region}:${account}:stateMachine:m`,
    ],
    [
      "an event bus",
      {
        uri: `arn:aws:apigateway:${region}:events:action/PutEvents`,
        requestTemplates: { "application/json": '{"Entries": [{"EventBusName": "shop"}]}' },
      },
      "events:PutEvents",
      `arn:aws:events:${region}:${account}:event-bus/shop`,
    ],
    [
      "a topic as a parameter",
      {
        uri: `arn:aws:apigateway:${region}:sns:action/Publish`,
        requestParameters: {
          "integration.request.querystring.TopicArn": `'arn:aws:sns:${region}:${account}:news'`,
        },
      },
      "sns:Publish",
      `arn:aws:sns:${region}:${account}:news`,
    ],
  ])("%s", async (_name, integration, action, resource) => {
    const document = documentWith({
      integration: {
        type: "aws",
        httpMethod: "POST",
        credentials: `arn:aws:iam::${account}:role/caller`,
        responses: { default: { statusCode: "200" } },
        ...integration,
      },
    });
    const settings = { stages: { dev: { region, account } } };
    const roles = [
      ...rolesOf(await makeManifests(document, settings, ["cloudformation"]), "dev").values(),
    ];
    expect(roles.map((role) => isAllowed(role, action, resource))).toEqual([true]);
    for (const near of neighbours({ action, resource })) {
      expect(
        roles.some((role) => isAllowed(role, near.action, near.resource)),
        JSON.stringify(near),
      ).toBe(false);
    }
  });
});
