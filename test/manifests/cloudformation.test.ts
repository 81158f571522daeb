import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { documentWith, invocation, lambdaProxy } from "../lower/lower-text.js";
import {
  checkBodyReferences,
  checkCloudFormation,
  validateTemplate,
} from "./checks/cloudformation.js";
import { at, list, members, yamlDocuments, type Tree } from "./checks/tree.js";
import { examples, fileOf, makeExample, makeManifests, type Made } from "./made.js";
import { runTool, withTools, workFolder, writeFiles } from "./tools.js";

const templatePath = "deploy/cloudformation/template.yaml";
const bodyPath = "deploy/cloudformation/openapi.json";

function templateOf(made: Made): Tree {
  return yamlDocuments(fileOf(made, templatePath))[0];
}
function bodyOf(made: Made): Tree {
  const text = made.files.get(bodyPath);
  return text === undefined ? undefined : (JSON.parse(text) as Tree);
}
function resource(made: Made, id: string): Tree {
  return at(templateOf(made), "Resources", id);
}
function ofType(made: Made, type: string): readonly (readonly [string, Tree])[] {
  return members(templateOf(made), "Resources").filter(([, one]) => at(one, "Type") === type);
}

describe.each(examples)("the template of %s", (name) => {
  test("is right by AWS's validator and the checklist", { timeout: 60_000 }, async () => {
    const made = await makeExample(name, ["cloudformation"]);
    const [template, body] = [templateOf(made), bodyOf(made)];
    expect(validateTemplate(template)).toEqual([]);
    expect(checkCloudFormation(template, body)).toEqual([]);
    expect(checkBodyReferences(template, body)).toEqual([]);
  });
});

describe("a second opinion", () => {
  const folder = workFolder();
  withTools("cfn-lint")("cfn-lint on the template of the CDK", { timeout: 60_000 }, async () => {
    const place = join(folder(), "cdk");
    writeFiles(await makeExample("ci-cd-stages", ["cdk"]), place);
    expect(runTool("cfn-lint", ["--", join(place, "deploy/cdk/template.json")], place)).toBe("");
  });

  withTools("cfn-lint")("cfn-lint on every example", { timeout: 120_000 }, async () => {
    for (const name of examples) {
      const made = await makeExample(name, ["cloudformation"]);
      const place = join(folder(), name);
      writeFiles(made, place);
      // W3002: the template is for `aws cloudformation package`
      expect(runTool("cfn-lint", ["-i", "W3002", "--", join(place, templatePath)], place)).toBe("");
    }
  });
});

describe("functions", () => {
  const fn = (name: string): object =>
    documentWith({ integration: { ...lambdaProxy, uri: invocation(name) } });

  test("a handler of the project is built, called by this API, and by it alone", async () => {
    const made = await makeManifests(fn("orders"), {}, ["cloudformation"]);
    expect(at(resource(made, "OrdersFunction"), "Properties", "Code")).toBe(
      "../functions/OrdersFunction",
    );
    const uri = at(
      bodyOf(made),
      "paths",
      "/a",
      "get",
      "x-amazon-apigateway-integration",
      "uri",
      "Fn::Sub",
    );
    expect(uri).toBe(
      "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${OrdersFunction.Arn}/invocations",
    );
    const [[, permission] = []] = ofType(made, "AWS::Lambda::Permission");
    expect(at(permission, "Properties", "SourceArn", "Fn::Sub")).toBe(
      "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/${StageName}/GET/a",
    );
    expect(fileOf(made, "deploy/functions/build.mjs")).toContain('"src/handlers/orders.ts"');
  });

  test("an alias of a stage variable is one for each stage, and one for a canary", async () => {
    const made = await makeManifests(
      fn("orders:${stageVariables.alias}"),
      {
        stages: {
          dev: { variables: { alias: "dev" } },
          prod: {
            variables: { alias: "live" },
            canary: { percentTraffic: 5, stageVariableOverrides: { alias: "next" } },
          },
        },
      },
      ["cloudformation"],
    );
    const aliases = ofType(made, "AWS::Lambda::Alias").map(([, one]) =>
      at(one, "Properties", "Name"),
    );
    expect(aliases).toEqual(["dev", "live", "next"]);
    const uri = at(
      bodyOf(made),
      "paths",
      "/a",
      "get",
      "x-amazon-apigateway-integration",
      "uri",
      "Fn::Sub",
    );
    expect(uri).toContain("/functions/${OrdersFunction.Arn}:${!stageVariables.alias}/invocations");
    const [[, permission] = []] = ofType(made, "AWS::Lambda::Permission");
    expect(at(permission, "Properties", "FunctionName")).toEqual({
      "Fn::If": ["StageIsDev", { Ref: "OrdersAliasDev" }, { Ref: "OrdersAliasLive" }],
    });
  });

  test("a function of the settings stays where it is, as a parameter of each stage", async () => {
    const made = await makeManifests(
      fn("orders"),
      {
        stages: { dev: { account: "111111111111" }, prod: { account: "222222222222" } },
        backends: {
          shop: {
            match: "*function:orders",
            module: "./src/handlers/orders.ts",
            functionArn: "arn:aws:lambda:us-east-1:111111111111:function:shop",
          },
        },
      },
      ["cloudformation"],
    );
    expect(ofType(made, "AWS::Lambda::Function")).toEqual([]);
    const parameters = (stage: string): Tree =>
      JSON.parse(fileOf(made, `deploy/cloudformation/parameters/${stage}.json`)) as Tree;
    expect(at(parameters("dev"), "Parameters", "ShopFunctionArn")).toBe(
      "arn:aws:lambda:us-east-1:111111111111:function:shop",
    );
    expect(at(parameters("prod"), "Parameters", "ShopFunctionArn")).toBe(
      "arn:aws:lambda:us-east-1:222222222222:function:shop",
    );
  });

  test("a placeholder of a template is a parameter or the function of that name", async () => {
    const document = documentWith({
      integration: {
        type: "aws",
        httpMethod: "POST",
        uri: "arn:aws:apigateway:us-east-1:sqs:path/${QueueAccount}/jobs",
        credentials: "${JobsRole.Arn}",
        responses: { default: { statusCode: "200" } },
      },
    });
    const made = await makeManifests(document, {}, ["cloudformation"]);
    expect(at(templateOf(made), "Parameters", "QueueAccount", "Type")).toBe("String");
    const uri = at(
      bodyOf(made),
      "paths",
      "/a",
      "get",
      "x-amazon-apigateway-integration",
      "uri",
      "Fn::Sub",
    );
    expect(uri).toBe(
      "arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${QueueAccount}/jobs",
    );
  });
});

describe("the deployment", () => {
  const deployment = async (document: object, settings: object): Promise<string> => {
    const made = await makeManifests(document, settings, ["cloudformation"]);
    return ofType(made, "AWS::ApiGateway::Deployment")[0]?.[0] ?? "";
  };

  test("has another id when the API changes, and the same when only a stage does", async () => {
    const first = await deployment(documentWith({}), {
      stages: { dev: { variables: { a: "1" } } },
    });
    const stage = await deployment(documentWith({}), {
      stages: {
        dev: { variables: { a: "2" }, throttle: { rateLimit: 1, burstLimit: 1 } },
        prod: {},
      },
    });
    const changed = await deployment(documentWith({ path: "/b" }), {});
    expect(stage).toBe(first);
    expect(changed).not.toBe(first);
  });
});

describe("stages", () => {
  test("what differs is chosen by the stage's name", async () => {
    const made = await makeExample("ci-cd-stages", ["cloudformation"]);
    const stage = at(resource(made, "Stage"), "Properties");
    expect(at(stage, "CacheClusterEnabled")).toEqual({
      "Fn::If": ["StageIsDev", false, { "Fn::If": ["StageIsQa", false, true] }],
    });
    expect(at(resource(made, "WebAcl"), "Condition")).toBe("StageIsProd");
    expect(at(resource(made, "ShopsUsagePlan"), "Condition")).toBe(
      "StageIsQaOrStageIsProd".replace("OrStageIs", "Or"),
    );
    expect(at(resource(made, "AnyAlarm"), "Condition")).toBeUndefined();
  });

  test("a canary keeps the stage at the deployment that is told", async () => {
    const made = await makeExample("ci-cd-stages", ["cloudformation"]);
    const text = JSON.stringify(at(resource(made, "Stage"), "Properties"));
    expect(text).toContain(
      '{"Fn::If":["WithCanary",{"Ref":"StableDeploymentId"},{"Ref":"Deployment',
    );
    expect(text).toContain('"PercentTraffic":10');
    expect(at(templateOf(made), "Parameters", "StableDeploymentId", "Default")).toBe("");
  });

  test("keys have no value, and plans limit methods by path and method", async () => {
    const made = await makeExample("ci-cd-stages", ["cloudformation"]);
    expect(at(resource(made, "AcmeApiKey"), "Properties", "Value")).toBeUndefined();
    expect(at(resource(made, "ShopsUsagePlan"), "Properties", "ApiStages", 0, "Throttle")).toEqual({
      "/parcels/GET": { RateLimit: 10, BurstLimit: 20 },
    });
    expect(fileOf(made, templatePath)).not.toMatch(/parcels\/keys\/acme/);
  });

  test("a secret of the environment is resolved by CloudFormation", async () => {
    const made = await makeExample("ci-cd-stages", ["cloudformation"]);
    expect(fileOf(made, templatePath)).toContain(
      "{{resolve:secretsmanager:parcels/labels:SecretString:token}}",
    );
  });

  test("a domain has its mapping and its records", async () => {
    const made = await makeExample("ci-cd-stages", ["cloudformation"]);
    expect(
      ofType(made, "AWS::Route53::RecordSet").map(([, one]) => at(one, "Properties", "Type")),
    ).toEqual(["A", "AAAA"]);
    expect(at(resource(made, "ParcelsExampleComDomainMapping"), "Properties", "BasePath")).toBe(
      "v2",
    );
    const disabled = at(resource(made, "Api"), "Properties", "DisableExecuteApiEndpoint");
    expect(JSON.stringify(disabled)).toContain('"StageIsDev",false');
  });
});

describe("HTTP APIs", () => {
  test("are imported, and every stage deploys by itself", async () => {
    const made = await makeExample("orders-http-api", ["cloudformation"]);
    const stage = at(resource(made, "Stage"), "Properties");
    expect(at(stage, "AutoDeploy")).toBe(true);
    expect(at(bodyOf(made), "x-amazon-apigateway-importexport-version")).toBe("1.0");
    expect(at(bodyOf(made), "components", "schemas")).toBeUndefined();
  });
});

describe("WebSocket APIs", () => {
  test("are resources: the deployment comes after every route and answer", async () => {
    const made = await makeExample("chat", ["cloudformation"]);
    expect(made.files.has(bodyPath)).toBe(false);
    const keys = ofType(made, "AWS::ApiGatewayV2::Route").map(([, one]) =>
      at(one, "Properties", "RouteKey"),
    );
    expect(keys).toEqual(expect.arrayContaining(["$connect", "$disconnect"]));
    const [[, deployment] = []] = ofType(made, "AWS::ApiGatewayV2::Deployment");
    const routes = [
      ...ofType(made, "AWS::ApiGatewayV2::Route"),
      ...ofType(made, "AWS::ApiGatewayV2::RouteResponse"),
    ].map(([id]) => id);
    expect(list(deployment, "DependsOn")).toEqual(expect.arrayContaining(routes));
    const authorized = ofType(made, "AWS::ApiGatewayV2::Route")
      .filter(([, one]) => at(one, "Properties", "AuthorizationType") !== "NONE")
      .map(([, one]) => at(one, "Properties", "RouteKey"));
    expect(authorized).toEqual(["$connect"]);
    expect(fileOf(made, templatePath)).toContain("execute-api:ManageConnections");
  });
});
