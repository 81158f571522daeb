import { hclTree } from "./hcl.js";
import { at, Findings, list, members, walk, type Tree } from "./tree.js";

/** The files of a module, read; faults of their texts are thrown. */
export async function readModule(files: ReadonlyMap<string, string>): Promise<Tree> {
  const merged: Record<string, unknown[]> = {};
  for (const [path, text] of files) {
    if (!path.endsWith(".tf")) continue;
    for (const [kind, content] of members(await hclTree(text, path))) {
      (merged[kind] ??= []).push(content);
    }
  }
  return merged;
}

/** Blocks of a kind with two labels: `resource`, `data`. */
function blocks(
  module: Tree,
  kind: string,
): readonly (readonly [type: string, name: string, body: Tree])[] {
  return list(module, kind).flatMap((group) =>
    members(group).flatMap(([type, named]) =>
      members(named).flatMap(([name, bodies]) =>
        (Array.isArray(bodies) ? bodies : [bodies]).map(
          (body) => [type, name, body as Tree] as const,
        ),
      ),
    ),
  );
}

/** Every address that the module reads is one that it has. */
function references(module: Tree, found: Findings): void {
  const known = new Set<string>([
    ...blocks(module, "resource").map(([type, name]) => `${type}.${name}`),
    ...blocks(module, "data").map(([type, name]) => `data.${type}.${name}`),
    ...list(module, "variable").flatMap((group) => members(group).map(([name]) => `var.${name}`)),
    ...list(module, "locals").flatMap((group) =>
      list([group].flat()).flatMap((locals) => members(locals).map(([name]) => `local.${name}`)),
    ),
  ]);
  for (const [, value] of walk(module)) {
    if (typeof value !== "string") continue;
    // what is escaped is text
    const text = value.replace(/[$%]{2}\{[^}]*\}?/g, "");
    for (const [, inside = ""] of text.matchAll(/\$\{((?:[^{}]|\{[^{}]*\})*)\}/gs)) {
      for (const [address] of inside.matchAll(
        /(?<![\w."])(?:data\.[a-z_0-9]+\.[a-z_0-9]+|(?:var|local)\.[a-z_0-9]+|aws_[a-z_0-9]+\.[a-z_0-9]+)/g,
      )) {
        found.check(known.has(address), `a reference to ${address}, which is not there`);
      }
    }
  }
}

/** The checklist for AWS, over a module. */
export function checkTerraform(module: Tree): readonly string[] {
  const found = new Findings();
  const resources = blocks(module, "resource");
  const ofType = (type: string): readonly (readonly [string, Tree])[] =>
    resources.filter(([one]) => one === type).map(([, name, body]) => [name, body]);
  references(module, found);
  const names = resources.map(([type, name]) => `${type}.${name}`);
  found.check(new Set(names).size === names.length, "an address is there twice");
  for (const [, api] of ofType("aws_api_gateway_rest_api")) {
    found.check(at(api, "put_rest_api_mode") === "overwrite", "rest_api: overwrite");
    found.check(at(api, "fail_on_warnings") === true, "rest_api: fail on warnings");
    found.check(at(api, "body") !== undefined, "rest_api: a body");
    found.check(
      list(api, "endpoint_configuration", 0, "types").length === 1,
      "rest_api: one endpoint type",
    );
  }
  for (const [, deployment] of ofType("aws_api_gateway_deployment")) {
    found.check(
      String(at(deployment, "triggers", "body")).includes("local.body"),
      "deployment: made again when the body changes",
    );
    found.check(
      at(deployment, "lifecycle", 0, "create_before_destroy") === true,
      "deployment: before the old one goes",
    );
    found.check(at(deployment, "stage_name") === undefined, "deployment: no stage");
  }
  for (const type of ["aws_api_gateway_stage", "aws_apigatewayv2_stage"]) {
    for (const [, stage] of ofType(type)) {
      const log = at(stage, "access_log_settings", 0);
      found.check(at(log, "destination_arn") !== undefined, "stage: an access log");
      found.check(at(log, "format") !== undefined, "stage: a format");
    }
  }
  for (const [, stage] of ofType("aws_api_gateway_stage")) {
    found.check(
      list(stage, "depends_on").join().includes("aws_api_gateway_account.account"),
      "stage: after the role that writes its logs",
    );
    found.check(at(stage, "xray_tracing_enabled") !== undefined, "stage: X-Ray");
    found.check(at(stage, "variables") !== undefined, "stage: variables");
    found.check(
      ofType("aws_api_gateway_method_settings").length === 1,
      "stage: settings of methods",
    );
  }
  for (const [name, group] of ofType("aws_cloudwatch_log_group")) {
    found.check(at(group, "retention_in_days") !== undefined, `${name}: retention`);
    found.check(at(group, "name") !== undefined, `${name}: a name`);
    found.check(at(group, "skip_destroy") !== undefined, `${name}: kept`);
  }
  for (const [name, permission] of ofType("aws_lambda_permission")) {
    found.check(
      at(permission, "principal") === "apigateway.amazonaws.com",
      `${name}: API Gateway alone`,
    );
    const source = String(at(permission, "source_arn"));
    found.check(
      /execution_arn\}\/(?:authorizers\/\*|\$\{var\.stage\}\/[^/]+)/.test(source),
      `${name}: a source of this API and stage`,
    );
  }
  for (const [name, made] of ofType("aws_lambda_function")) {
    found.check(
      /^nodejs2[24]\.x$/.test(String(at(made, "runtime"))),
      `${name}: a runtime of today`,
    );
  }
  for (const [name, made] of ofType("aws_iam_role")) {
    const trust = String(at(made, "assume_role_policy"));
    found.check(trust.includes("sts:AssumeRole"), `${name}: trusts a service`);
    if (trust.includes("apigateway.amazonaws.com")) {
      found.check(
        trust.includes("aws:SourceAccount"),
        `${name}: trusts API Gateway for this account alone`,
      );
    }
    found.check(
      ofType("aws_iam_role_policy").some(([policy]) => policy === name),
      `${name}: a policy of its own`,
    );
  }
  for (const [name, policy] of ofType("aws_iam_role_policy")) {
    const text = String(at(policy, "policy"));
    found.check(!/Action\s*=\s*\[?"[a-z0-9-]*:?\*"/.test(text), `${name}: allows exact actions`);
    for (const [statement] of text.matchAll(/\{[^{}]*Resource\s*=\s*"\*"[^{}]*\}/g)) {
      found.check(statement.includes("xray:"), `${name}: a resource of its own`);
    }
  }
  for (const [, alarm] of ofType("aws_cloudwatch_metric_alarm")) {
    found.check(at(alarm, "treat_missing_data") === "notBreaching", "alarm: silence is no alarm");
  }
  for (const [, key] of ofType("aws_api_gateway_api_key")) {
    found.check(at(key, "value") === undefined, "api_key: no value");
  }
  for (const [, account] of ofType("aws_api_gateway_account")) {
    found.check(at(account, "count") !== undefined, "account: on request");
  }
  const aws = list(module, "terraform").flatMap((group) => list([group].flat()));
  const providers = aws.map((one) => at(one, "required_providers", 0, "aws", "version"));
  found.check(
    providers.some(
      (version) => /5\.(?:80|96)/.test(String(version)) && /7\.0/.test(String(version)),
    ),
    "provider 5.80 to 6",
  );
  for (const name of ["api_id", "url", "stage"]) {
    found.check(
      list(module, "output").some((group) => at(group, name) !== undefined),
      `output: ${name}`,
    );
  }
  return found.all;
}

/** Texts of a template file as Terraform would fill it in. */
export function renderTemplate(text: string, values: (name: string) => string): string {
  return text
    .replace(
      /([$%])\1\{|\$\{([a-z0-9_]+)\}/g,
      (_whole, sign: string | undefined, name: string | undefined) =>
        sign === undefined ? values(name ?? "") : `${sign}\u{f8ff}{`,
    )
    .replaceAll("\u{f8ff}", "");
}
