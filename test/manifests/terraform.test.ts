import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hclTree } from "./checks/hcl.js";
import { checkTerraform, readModule, renderTemplate } from "./checks/terraform.js";
import { at, list, members, walk, type Tree } from "./checks/tree.js";
import { examples, fileOf, makeExample, makeManifests } from "./made.js";
import { documentWith } from "../lower/lower-text.js";
import { runTool, withTools, workFolder, writeFiles } from "./tools.js";

const bodyPath = "deploy/terraform/openapi.json.tftpl";
const folder = workFolder();

describe.each(examples)("the module of %s", (name) => {
  test("is HCL, its references lead somewhere, and the checklist holds", async () => {
    const made = await makeExample(name, ["terraform"]);
    expect(checkTerraform(await readModule(made.files))).toEqual([]);
  });

  test("what a stage sets is of the type that the variable has", async () => {
    const made = await makeExample(name, ["terraform"]);
    const files = [...made.files].filter(([path]) => path.endsWith(".tfvars"));
    expect(files.length).toBeGreaterThan(0);
    for (const [path, text] of files) {
      const settings = at(await hclTree(text, path), "settings");
      for (const key of [
        "variables",
        "method_settings",
        "access_log",
        "alarms",
        "domains",
        "usage_plans",
      ]) {
        expect(at(settings, key), key).toBeDefined();
      }
    }
  });

  test("the body is that of CloudFormation, with the references of Terraform", async () => {
    const made = await makeExample(name, ["terraform", "cloudformation"]);
    const template = made.files.get(bodyPath);
    const other = made.files.get("deploy/cloudformation/openapi.json");
    expect(template === undefined).toBe(other === undefined);
    if (template === undefined || other === undefined) return;
    const rendered = JSON.parse(renderTemplate(template, (hole) => `<${hole}>`)) as Tree;
    const texts = (body: Tree): readonly string[] =>
      [...walk(body)].flatMap(([, value]) => (typeof value === "string" ? [value] : []));
    // every text that has no reference is in both
    const plain = new Set(texts(JSON.parse(other)).map((text) => text.replaceAll("${!", "${")));
    for (const text of texts(rendered)) {
      if (!/<[a-z_0-9]+>/.test(text) && text !== at(rendered, "info", "title")) {
        expect(plain.has(text), text).toBe(true);
      }
    }
  });

  withTools("terraform")("terraform fmt has nothing to change", { timeout: 60_000 }, async () => {
    const place = join(folder(), name);
    writeFiles(await makeExample(name, ["terraform"]), place);
    const files = join(place, "deploy/terraform");
    expect(runTool("terraform", ["fmt", "-check", "-recursive", files], place)).toBe("");
  });
});

describe("the module", () => {
  test("a template of Velocity is no template of Terraform", async () => {
    const text = "#set($a = \"${input}\")$${x} 100% $input.json('$')";
    const document = documentWith({
      integration: {
        type: "http",
        httpMethod: "POST",
        uri: "https://backend.example.com/${stageVariables.x}",
        requestTemplates: { "application/json": text },
        responses: { default: { statusCode: "200" } },
      },
    });
    const made = await makeManifests(document, {}, ["terraform"]);
    const body = JSON.parse(
      renderTemplate(fileOf(made, bodyPath), () => {
        throw new Error("nothing is a reference");
      }),
    ) as Tree;
    const integration = at(body, "paths", "/a", "get", "x-amazon-apigateway-integration");
    expect(at(integration, "requestTemplates", "application/json")).toBe(text);
    expect(at(integration, "uri")).toBe("https://backend.example.com/${stageVariables.x}");
  });

  test("resources of a role that differ between stages are chosen by the stage", async () => {
    const made = await makeExample("ci-cd-stages", ["terraform"]);
    const module = await readModule(made.files);
    const locals = [...walk(at(module, "locals"))].find(([path]) =>
      path.at(-1)?.endsWith("sqs_role_1"),
    );
    expect(
      members(locals?.[1])
        .map(([stage]) => stage)
        .toSorted(),
    ).toEqual(["dev", "prod", "qa"]);
    expect(at(locals?.[1], "prod")).toBe(
      "arn:${data.aws_partition.current.partition}:sqs:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:scans",
    );
  });

  test("a stage goes to its own region and account, else to the region of all", async () => {
    const settings = {
      stages: { dev: {}, prod: { region: "eu-west-3", account: "222222222222" } },
      deploy: { aws: { region: "eu-central-1", accountAlias: "acme" } },
    };
    const made = await makeManifests(documentWith({}), settings, ["terraform"]);
    const values = async (stage: string): Promise<readonly unknown[]> => {
      const path = `deploy/terraform/stages/${stage}.tfvars`;
      const tree = await hclTree(fileOf(made, path), path);
      return [at(tree, "region"), at(tree, "account_id")];
    };
    expect(await values("dev")).toEqual(["eu-central-1", undefined]);
    expect(await values("prod")).toEqual(["eu-west-3", "222222222222"]);
    const ignored = made.diagnostics.filter(({ code }) => code === "GG043");
    expect(ignored.map(({ message }) => message)).toEqual([
      "the alias of an account is not set with an API: it is one for the whole account",
    ]);
  });

  test("what an import would change of an HTTP API is said beside it, CORS above all", async () => {
    const made = await makeExample("orders-http-api", ["terraform"]);
    const main = fileOf(made, "deploy/terraform/main.tf");
    const body = JSON.parse(renderTemplate(fileOf(made, bodyPath), (hole) => `<${hole}>`)) as Tree;
    expect(at(body, "info", "title")).toBe("<api_name>");
    expect(main).toMatch(/api_name += local\.name/);
    const blocks = await hclTree(main, "main.tf");
    const [resource] = list(blocks, "resource", "aws_apigatewayv2_api", "api");
    expect(at(resource, "version")).toBe(at(body, "info", "version"));
    expect(at(resource, "description")).toBe(at(body, "info", "description"));
    const [cors] = list(resource, "cors_configuration");
    const own = at(body, "x-amazon-apigateway-cors");
    expect(at(cors, "allow_origins")).toEqual(at(own, "allowOrigins"));
    expect(at(cors, "expose_headers")).toEqual(at(own, "exposeHeaders"));
    expect(at(cors, "max_age")).toBe(at(own, "maxAge"));
  });

  test("settings of a method are found by the name that the stage has for its path", async () => {
    const settings = {
      stages: {
        dev: { methodSettings: { "GET /a": { throttle: { rateLimit: 1, burstLimit: 2 } } } },
      },
    };
    const made = await makeManifests(documentWith({}), settings, ["terraform"]);
    const path = "deploy/terraform/stages/dev.tfvars";
    const tree = await hclTree(fileOf(made, path), path);
    const keys = members(at(tree, "settings", "method_settings")).map(([key]) => key);
    expect(keys).toEqual(["*/*", "~1a/GET"]);
  });

  test("a deployment of routes is named by what they say, not by what is read of them", async () => {
    const made = await makeExample("chat", ["terraform"]);
    const module = await hclTree(fileOf(made, "deploy/terraform/main.tf"), "main.tf");
    const [deployment] = list(module, "resource", "aws_apigatewayv2_deployment", "api");
    expect(at(deployment, "triggers", "routes")).toMatch(/^[0-9a-f]{10}$/);
    const routes = members(module, "resource", "aws_apigatewayv2_route").map(([name]) => name);
    expect(routes.length).toBeGreaterThan(3);
    for (const name of routes) {
      expect(list(deployment, "depends_on").join()).toContain(`aws_apigatewayv2_route.${name}`);
    }
  });
});
