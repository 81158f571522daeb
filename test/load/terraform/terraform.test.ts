import fc from "fast-check";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generate } from "../../../src/generate.js";
import { parseHcl } from "../../../src/load/terraform/parse-hcl.js";
import { descend } from "../../../src/pointer.js";
import { inputFolders, loadInput, nodeAt } from "../input-folder.js";

const folderWith = inputFolders();

const main = `# the API
variable "stage" { default = "live" }
variable "timeout" { type = number }
locals {
  title = "pets-\${var.stage}"
  mock  = { type = "mock" }
}
resource "aws_lambda_function" "pets" { function_name = "pets" }
resource "aws_api_gateway_rest_api" "main" {
  name               = "pets" // as it is called
  binary_media_types = ["image/png"]
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "execute-api:Invoke", Resource = "execute-api:/*" }] })
  body = jsonencode({
    openapi = "3.0.1"
    info = { title = local.title, version = "1" }
    paths = {
      "/pets" = {
        get = {
          responses = { 200 = { description = "ok" } }
          x-amazon-apigateway-integration = {
            type = "aws_proxy", httpMethod = "POST", uri = aws_lambda_function.pets.invoke_arn
            timeoutInMillis = var.timeout
          }
        }
        post = { responses = {}, x-amazon-apigateway-integration = local.mock, security = [] }
      }
    }
  })
}
resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.main.id
  deployment_id = aws_api_gateway_deployment.main.id
  stage_name    = var.stage
  variables     = { table = "pets-\${var.stage}" }
  xray_tracing_enabled = false
  canary_settings { percent_traffic = 5 }
}
resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.main.id
  stage_name  = aws_api_gateway_stage.live.stage_name
  method_path = "*/*"
  settings {
    throttling_rate_limit  = 10
    throttling_burst_limit = 20
  }
}
resource "aws_api_gateway_usage_plan" "gold" {
  name = "gold"
  api_stages {
    api_id = aws_api_gateway_rest_api.main.id
    stage  = aws_api_gateway_stage.live.stage_name
  }
  quota_settings {
    limit  = 100
    period = "DAY"
  }
}
resource "aws_api_gateway_usage_plan_key" "k" {
  key_id        = aws_api_gateway_api_key.acme.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.gold.id
}
`;

test("a body in jsonencode, with what the file says of stages and plans", async () => {
  const folder = folderWith({ "api.tf": main });
  const input = join(folder, "api.tf");
  const { document, said } = await loadInput({
    input,
    settings: { parameters: { timeout: 3000 } },
  });
  expect(said).toEqual([]);
  expect(nodeAt(document?.root, "info", "title")).toBe("pets-live");
  expect(
    nodeAt(document?.root, "paths", "/pets", "get", "x-amazon-apigateway-integration"),
  ).toEqual({
    type: "aws_proxy",
    httpMethod: "POST",
    uri: "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${pets.arn}/invocations",
    timeoutInMillis: 3000,
  });
  expect(
    nodeAt(document?.root, "paths", "/pets", "post", "x-amazon-apigateway-integration"),
  ).toEqual({ type: "mock" });
  expect(nodeAt(document?.root, "x-amazon-apigateway-binary-media-types")).toEqual(["image/png"]);
  expect(nodeAt(document?.root, "x-amazon-apigateway-policy", "Statement", 0, "Effect")).toBe(
    "Allow",
  );
  expect(document?.settings.value).toEqual({
    parameters: { timeout: 3000 },
    stages: {
      live: {
        variables: { table: "pets-live" },
        canary: { percentTraffic: 5 },
        methodSettings: { "* /*": { throttle: { rateLimit: 10, burstLimit: 20 } } },
      },
    },
    usagePlans: {
      gold: { stages: ["live"], quota: { limit: 100, period: "DAY" }, keys: ["acme"] },
    },
    apiKeys: { acme: { value: { secret: "acme" } } },
  });
  const at = document && descend(document.at, ["paths", "/pets", "get"]);
  const placeOf = (...keys: readonly string[]): unknown =>
    at && document?.locate(descend(at, keys));
  expect(placeOf("x-amazon-apigateway-integration", "uri")).toEqual({
    file: "api.tf",
    line: 21,
    column: 54,
  });
  expect(
    document?.locate(document.settings.place("stages", "live", "variables", "table")),
  ).toMatchObject({ line: 34 });

  const { plan, diagnostics } = await generate({
    input,
    settings: { parameters: { timeout: 3000 } },
  });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(plan?.functions.map(({ name }) => name)).toEqual(["pets"]);
});

const yaml = `openapi: 3.0.1
info: { title: "\${title}", version: "1" }
paths:
  /a:
    get: { responses: {}, x-amazon-apigateway-integration: { type: mock } }
    trace: { responses: {} }
`;

describe("documents in texts and files", () => {
  test.each<[name: string, body: string, files: Readonly<Record<string, string>>]>([
    ["a heredoc", `<<EOF\n${yaml.replace("${title}", "${local.title}")}EOF`, {}],
    [
      "an indented heredoc",
      `<<-EOF\n${yaml.replace("${title}", "${local.title}").replaceAll(/^/gm, "    ")}\n  EOF`,
      {},
    ],
    [
      "templatefile",
      'templatefile("${path.module}/x.yaml.tpl", { title = local.title })',
      { "x.yaml.tpl": yaml },
    ],
    ["file", 'file("x.yaml")', { "x.yaml": yaml.replace("${title}", "${local.title}") }],
    [
      "yamldecode and file",
      'jsonencode(yamldecode(file("${path.module}/x.yaml")))',
      { "x.yaml": yaml.replace("${title}", "t-1") },
    ],
  ])("%s", async (_name, body, files) => {
    const text = `locals { title = "t-1" }\nresource "aws_apigatewayv2_api" "a" {\n  body = ${body}\n}\n`;
    const folder = folderWith({ "api.tf": text, ...files });
    const input = join(folder, "api.tf");
    const { document, said } = await loadInput({ input });
    expect(said).toEqual([]);
    expect(document?.kindHint).toBe("http");
    expect(["t-1", "${local.title}"]).toContain(nodeAt(document?.root, "info", "title"));
    const { diagnostics } = await generate({ input });
    const trace = diagnostics.find(({ code }) => code === "GG218");
    const [file = "", source = ""] = Object.entries(files)[0] ?? ["api.tf", text];
    const line = source.split("\n").findIndex((one) => one.includes("trace:")) + 1;
    expect(trace?.position).toMatchObject({ file, line });
  });

  test("references from a file are read beside it; the digest knows it", async () => {
    const files = (value: number): Readonly<Record<string, string>> => ({
      "api.tf": 'resource "aws_apigatewayv2_api" "a" { body = file("docs/x.yaml") }\n',
      "docs/x.yaml":
        'openapi: 3.0.1\ninfo: { title: t, version: "1" }\npaths: {}\nx-a: { $ref: "y.yaml#/b" }\n',
      "docs/y.yaml": `b: ${value}\n`,
    });
    const one = await loadInput({ input: join(folderWith(files(1)), "api.tf") });
    const two = await loadInput({ input: join(folderWith(files(2)), "api.tf") });
    const found = one.document?.resolve("y.yaml#/b", one.document.at);
    expect(found).toMatchObject({ kind: "found", value: 1 });
    expect(one.document?.digest).not.toBe(two.document?.digest);
  });
});

describe("problems", () => {
  const api = (body: string): string =>
    `resource "aws_apigatewayv2_api" "a" {\n  body = ${body}\n}\n`;

  test.each<[name: string, text: string, want: string]>([
    ["no Terraform", "resource {{", "error GG027 api.tf:1:11"],
    ["an open text", 'a = "x', "error GG027 api.tf:1:5"],
    ["an open heredoc", "a = <<EOF\nx", "error GG027 api.tf:1:5"],
    ["an attribute twice", "a = 1\na = 2", "error GG027 api.tf:2:1"],
    ["no API", 'resource "aws_s3_bucket" "b" {}', "error GG013 api.tf:1:1"],
    ["an API without a body", 'resource "aws_apigatewayv2_api" "a" {}', "error GG013 api.tf:1:1"],
    [
      "several APIs",
      `${api('file("x.yaml")')}${api('file("y.yaml")').replace('"a"', '"b"')}`,
      "error GG013 api.tf:1:1 this file has 2 APIs: aws_apigatewayv2_api.a, aws_apigatewayv2_api.b",
    ],
    ["no document", api("jsonencode({ a = 1 })"), "error GG013 api.tf:2:3"],
    ["an unknown function", api("foo()"), "error GG026 api.tf:2:3"],
    ["a path that is not known", api('file("${var.x}.yaml")'), "error GG026 api.tf:2:3"],
    ["a file outside", api('file("../../etc/x.yaml")'), "error GG022 api.tf:2:3"],
    ["no file", api('file("gone.yaml")'), "error GG020 api.tf:2:3"],
    ["bad YAML in a heredoc", api("<<EOF\nopenapi: 3.0.1\na: [\nEOF"), "error GG006 api.tf:"],
    ["bad JSON in a heredoc", api('<<EOF\n{ "openapi": \nEOF'), "error GG006 api.tf:3:14"],
    [
      "an expression",
      api('jsonencode({ openapi = "3.0.1", paths = {}, x-a = var.y ? 1 : 2 })'),
      "warning GG025 api.tf:2:60",
    ],
    [
      "a loop",
      api('jsonencode({ openapi = "3.0.1", paths = {}, x-a = [for x in var.y : x] })'),
      "warning GG025 api.tf:2:60",
    ],
    [
      "a policy that is not read",
      api('jsonencode({ openapi = "3.0.1", paths = {} })')
        .replace("aws_apigatewayv2_api", "aws_api_gateway_rest_api")
        .replace("\n}", "\n  policy = data.aws_iam_policy_document.p.json\n}"),
      "error GG026 api.tf:3:3",
    ],
  ])("%s", async (_name, text, want) => {
    const { said } = await loadInput({ input: join(folderWith({ "api.tf": text }), "api.tf") });
    expect(said.some((line) => line.startsWith(want)) ? want : said).toBe(want);
  });

  test("locals in a circle end, and nesting is bounded", async () => {
    const text = `locals { a = local.b\n b = local.a }\n${api('jsonencode({ openapi = "3.0.1", info = { title = local.a }, paths = {} })')}`;
    const { document } = await loadInput({ input: join(folderWith({ "api.tf": text }), "api.tf") });
    expect(String(nodeAt(document?.root, "info", "title"))).toMatch(/^\$\{local\.[ab]\}$/);
    for (const deep of [
      `a = ${"[".repeat(5000)}`,
      `a = ${"f(".repeat(5000)}`,
      `a = (${"(".repeat(5000)}`,
      "a { ".repeat(5000),
      `a = "${"${".repeat(5000)}`,
    ]) {
      expect(parseHcl(deep).problem?.message).toBeDefined();
    }
  });
});

describe("directives of templates", () => {
  const template = `openapi: 3.0.1
info: { title: t, version: "1" }
paths:
%{ if public && stage != "dev" ~}
  /a: { get: { responses: {} } }
%{ else }
  /b: { get: { responses: {} } }
%{ endif ~}
  /c:
    get: { responses: {}, summary: "100 %%{ if }" }
`;

  test.each<[name: string, parameters: object, paths: readonly string[]]>([
    ["taken", { public: true, stage: "prod" }, ["/a", "/c"]],
    ["not taken", { public: "false", stage: "prod" }, ["/b", "/c"]],
    ["decided by one part", { public: true, stage: "dev" }, ["/b", "/c"]],
  ])("%s", async (_name, parameters, paths) => {
    const folder = folderWith({
      "a.yaml.tpl": template,
      "gateway.config.yaml": JSON.stringify({ parameters }),
    });
    const { document, said } = await loadInput({ input: join(folder, "a.yaml.tpl") });
    expect(said).toEqual([]);
    expect(Object.keys(document?.root["paths"] as object)).toEqual(paths);
    const at = document && descend(document.at, ["paths", "/c", "get"]);
    expect(at && document.locate(at)).toEqual({ file: "a.yaml.tpl", line: 10, column: 5 });
  });

  test.each<[name: string, text: string, want: string]>([
    ["not known", template, "error GG031 a.yaml:4:1"],
    ["a loop", "a: 1\n%{ for x in y }\n%{ endfor }\n", "error GG026 a.yaml:2:1"],
    ["no end", "a: 1\n%{ if true }\n", "error GG026 a.yaml:2:1"],
    ["no beginning", "a: 1\n%{ endif }\n", "error GG026 a.yaml:2:1"],
  ])("%s", async (_name, text, want) => {
    const { said } = await loadInput({ input: "a.yaml", text });
    expect(said.map((line) => line.slice(0, want.length))).toEqual([want]);
  });

  test("settings hold no directives", async () => {
    const folder = folderWith({
      "a.yaml": template,
      "gateway.config.yaml": "# %{ if x }\nparameters: { public: true, stage: a }\n",
    });
    const { document, said } = await loadInput({ input: join(folder, "a.yaml") });
    expect(said).toEqual([]);
    expect(Object.keys(document?.root["paths"] as object)).toEqual(["/a", "/c"]);
  });

  test("the variables of templatefile decide, too", async () => {
    const folder = folderWith({
      "api.tf":
        'resource "aws_apigatewayv2_api" "a" { body = templatefile("x.tpl", { public = false, stage = "a" }) }',
      "x.tpl": template,
    });
    const { document, said } = await loadInput({ input: join(folder, "api.tf") });
    expect(said).toEqual([]);
    expect(Object.keys(document?.root["paths"] as object)).toEqual(["/b", "/c"]);
  });
});

test("one of several APIs, by its address or its name", async () => {
  const text = ["a", "b"]
    .map(
      (name) =>
        `resource "aws_apigatewayv2_api" "${name}" {\n  body = jsonencode({ openapi = "3.0.1", info = { title = "${name}" }, paths = {} })\n}\n`,
    )
    .join("");
  const input = join(folderWith({ "api.tf": text }), "api.tf");
  for (const resource of ["aws_apigatewayv2_api.b", "b"]) {
    const { document } = await loadInput({ input, resource });
    expect(nodeAt(document?.root, "info", "title")).toBe("b");
  }
  expect((await loadInput({ input, resource: "c" })).said[0]).toContain("error GG013");
});

test("no text makes the parser throw", () => {
  const sign = fc.constantFrom(
    ...'a="{}[]()<>.,:?$%#/*-\\ \n1'.split(""),
    "<<E\n",
    "${",
    "E\n",
    "for ",
  );
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 40 }), (signs) => {
      const parsed = parseHcl(signs.join(""));
      expect(parsed.body === undefined).toBe(parsed.problem !== undefined);
    }),
  );
});
