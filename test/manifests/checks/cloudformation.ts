import { createRequire } from "node:module";
import { forStage, stageNames } from "./stage-template.js";
import { at, Findings, list, members, walk, type Tree } from "./tree.js";

interface Validator {
  validateTemplate(template: unknown): {
    readonly diagnostics: readonly {
      readonly severity: string;
      readonly ruleId: string;
      readonly message: string;
    }[];
  };
}

/** What the validator may say: the template is for `aws cloudformation package`. */
const expected = new Set(["W3002"]);

let engine: Validator | undefined;

interface ValidatorModule {
  readonly CompositeEngine: new () => Validator;
  readonly TemplateContent: new (text: string) => unknown;
}

/** AWS's own offline validator, which comes with the CDK: schemas of resources, and rules. */
export function validateTemplate(template: Tree): readonly string[] {
  const cdk = createRequire(import.meta.url).resolve("aws-cdk-lib/package.json");
  const { CompositeEngine, TemplateContent } = createRequire(cdk)(
    "@aws/cloudformation-validate",
  ) as ValidatorModule;
  engine ??= new CompositeEngine();
  return engine
    .validateTemplate(new TemplateContent(JSON.stringify(template)))
    .diagnostics.filter(({ severity, ruleId }) => severity !== "INFO" && !expected.has(ruleId))
    .map(({ ruleId, message }) => `${ruleId} ${message}`);
}

/** The checklist for AWS, over the template as it is in each stage, and the body beside it. */
export function checkCloudFormation(template: Tree, body: Tree): readonly string[] {
  const found = new Findings();
  references(template, found);
  const stages = stageNames(template);
  found.check(stages.length > 0, "there are stages");
  for (const StageName of stages) {
    const one = forStage(template, { StageName });
    found.all.push(...checkStage(one, body).map((finding) => `${StageName}: ${finding}`));
  }
  for (const name of ["ApiId", "Url", "StageName"]) {
    found.check(at(template, "Outputs", name) !== undefined, `Outputs: ${name}`);
  }
  for (const [, account] of members(template, "Resources").filter(
    ([, resource]) => at(resource, "Type") === "AWS::ApiGateway::Account",
  )) {
    found.check(at(account, "Condition") !== undefined, "Account: behind a condition");
  }
  return found.all;
}

function checkStage(template: Tree, body: Tree): readonly string[] {
  const found = new Findings();
  const resources = members(template, "Resources");
  const ofType = (type: string): readonly (readonly [string, Tree])[] =>
    resources.filter(([, resource]) => at(resource, "Type") === type);
  references(template, found);
  for (const [, api] of ofType("AWS::ApiGateway::RestApi")) {
    found.check(at(api, "Properties", "Mode") === "overwrite", "RestApi: Mode is overwrite");
    found.check(at(api, "Properties", "FailOnWarnings") === true, "RestApi: FailOnWarnings");
    found.check(
      list(api, "Properties", "EndpointConfiguration", "Types").length === 1,
      "RestApi: one endpoint type",
    );
    found.check(
      at(api, "Properties", "Body", "Fn::Transform", "Name") === "AWS::Include",
      "RestApi: the body is included",
    );
    found.check(body !== undefined, "RestApi: there is a body");
  }
  for (const [id, deployment] of ofType("AWS::ApiGateway::Deployment")) {
    found.check(/^Deployment[0-9a-f]{10}$/.test(id), "Deployment: its id ends with a hash");
    found.check(at(deployment, "DeletionPolicy") === "Retain", "Deployment: the old one is kept");
    found.check(at(deployment, "Properties", "StageName") === undefined, "Deployment: no stage");
  }
  for (const [, stage] of [
    ...ofType("AWS::ApiGateway::Stage"),
    ...ofType("AWS::ApiGatewayV2::Stage"),
  ]) {
    const log =
      at(stage, "Properties", "AccessLogSetting") ?? at(stage, "Properties", "AccessLogSettings");
    accessLog(log, found);
    for (const [path, value] of walk(stage)) {
      if (path.at(-1) === "DataTraceEnabled") found.check(value === false, "Stage: no data trace");
      if (path.at(-1) === "ThrottlingRateLimit")
        found.check(typeof value !== "string", "Stage: a throttle");
    }
  }
  for (const [, stage] of ofType("AWS::ApiGateway::Stage")) {
    const common = list(stage, "Properties", "MethodSettings").find(
      (settings) => at(settings, "ResourcePath") === "/*" && at(settings, "HttpMethod") === "*",
    );
    found.check(
      at(common, "ThrottlingRateLimit") !== undefined,
      "Stage: a throttle for all methods",
    );
    found.check(at(common, "MetricsEnabled") === true, "Stage: detailed metrics");
    found.check(at(common, "LoggingLevel") !== undefined, "Stage: an execution log");
    found.check(at(stage, "Properties", "TracingEnabled") === true, "Stage: X-Ray");
    stageVariables(stage, body, found);
  }
  for (const [id, group] of ofType("AWS::Logs::LogGroup")) {
    found.check(at(group, "Properties", "RetentionInDays") !== undefined, `${id}: retention`);
    found.check(at(group, "Properties", "LogGroupName") !== undefined, `${id}: a name`);
    found.check(at(group, "DeletionPolicy") === "Retain", `${id}: kept`);
  }
  for (const [id, permission] of ofType("AWS::Lambda::Permission")) {
    found.check(
      at(permission, "Properties", "Principal") === "apigateway.amazonaws.com",
      `${id}: API Gateway alone`,
    );
    const source = at(permission, "Properties", "SourceArn", "Fn::Sub");
    const isNarrow =
      typeof source === "string" &&
      /\$\{Api\}\/(?:authorizers\/\*|\$\{StageName\}\/[^/]+)/.test(source);
    found.check(isNarrow, `${id}: a source of this API and stage`);
  }
  for (const [id, made] of ofType("AWS::IAM::Role")) roles(id, made, found);
  for (const [id, made] of ofType("AWS::Lambda::Function")) {
    found.check(
      /^nodejs2[24]\.x$/.test(String(at(made, "Properties", "Runtime"))),
      `${id}: a runtime of today`,
    );
  }
  for (const [id, alarm] of ofType("AWS::CloudWatch::Alarm")) {
    found.check(
      at(alarm, "Properties", "TreatMissingData") === "notBreaching",
      `${id}: silence is no alarm`,
    );
  }
  for (const [id, domain] of ofType("AWS::ApiGateway::DomainName")) {
    const policy = String(at(domain, "Properties", "SecurityPolicy"));
    found.check(
      policy === "TLS_1_2" || policy.startsWith("SecurityPolicy_"),
      `${id}: TLS 1.2 at least`,
    );
  }
  for (const [id, key] of ofType("AWS::ApiGateway::ApiKey")) {
    found.check(at(key, "Properties", "Value") === undefined, `${id}: no value in the template`);
  }
  for (const [id, plan] of ofType("AWS::ApiGateway::UsagePlan")) {
    found.check(list(plan, "Properties", "ApiStages").length > 0, `${id}: of a stage`);
  }
  for (const beside of [
    "GatewayResponse",
    "Method",
    "Model",
    "Authorizer",
    "Resource",
    "RequestValidator",
  ]) {
    found.check(ofType(`AWS::ApiGateway::${beside}`).length === 0, `${beside} beside the body`);
  }
  return found.all;
}

/** Every reference leads to a resource, a parameter or a pseudo parameter; every condition exists. */
function references(template: Tree, found: Findings): void {
  const known = new Set([
    ...members(template, "Resources").map(([id]) => id),
    ...members(template, "Parameters").map(([id]) => id),
  ]);
  const conditions = new Set(members(template, "Conditions").map(([id]) => id));
  const check = (name: string): void => {
    const id = name.split(".")[0] ?? "";
    found.check(
      known.has(id) || id.startsWith("AWS::"),
      `a reference to ${id}, which is not there`,
    );
  };
  for (const [path, value] of walk(template)) {
    const key = path.at(-1);
    if (key === "Ref" && typeof value === "string") check(value);
    if (key === "Fn::GetAtt") check(String(list(value)[0]));
    if (key === "Fn::Sub" && typeof value === "string") {
      for (const [, name = ""] of value.matchAll(/\$\{([^!{}][^{}]*)\}/g)) check(name);
    }
    if (key === "DependsOn") {
      for (const id of Array.isArray(value) ? value : [value]) check(String(id));
    }
    if (key === "Fn::If")
      found.check(conditions.has(String(list(value)[0])), "a condition that is not there");
    if (key === "Condition" && path.length === 3) {
      found.check(conditions.has(String(value)), "a condition that is not there");
    }
  }
}

/** References of the body, which the template resolves. */
export function checkBodyReferences(template: Tree, body: Tree): readonly string[] {
  const found = new Findings();
  references({ ...(template as object), Body: body }, found);
  return found.all;
}

const logged = ["requestId", "ip", "status"];

function accessLog(log: Tree, found: Findings): void {
  const format = at(log, "Format");
  found.check(at(log, "DestinationArn") !== undefined, "Stage: an access log");
  if (typeof format !== "string") return;
  found.check(Buffer.byteLength(format) < 3072, "Stage: an access log format below 3 KB");
  for (const name of logged)
    found.check(format.includes(`"${name}"`), `Stage: ${name} in the access log`);
}

/** Each stage variable that the body reads is set, in all stages. */
function stageVariables(stage: Tree, body: Tree, found: Findings): void {
  const set = new Map(members(stage, "Properties", "Variables"));
  const read = new Set(
    [...JSON.stringify(body ?? {}).matchAll(/\$\{?!?stageVariables\.(\w+)/g)].map(
      ([, name]) => name ?? "",
    ),
  );
  for (const name of read) found.check(set.has(name), `Stage: the variable ${name} is set`);
  for (const [name, value] of set) {
    found.check(/^[A-Za-z0-9_]+$/.test(name), `Stage: a name of a variable, ${name}`);
    for (const [, text] of walk(value)) {
      if (typeof text !== "string" || text.startsWith("StageIs") || text.startsWith("AWS::"))
        continue;
      found.check(/^[A-Za-z0-9\-._~:/?#&=,]*$/.test(text), `Stage: a value of a variable, ${text}`);
    }
  }
}

function roles(id: string, made: Tree, found: Findings): void {
  const trust = at(made, "Properties", "AssumeRolePolicyDocument", "Statement", 0);
  const service = at(trust, "Principal", "Service");
  found.check(typeof service === "string", `${id}: trusts a service`);
  if (service === "apigateway.amazonaws.com") {
    found.check(
      at(trust, "Condition", "StringEquals", "aws:SourceAccount") !== undefined,
      `${id}: trusts API Gateway for this account alone`,
    );
  }
  for (const [path, value] of walk(made)) {
    if (path.at(-1) === "Action" || path.at(-2) === "Action") {
      if (typeof value === "string") found.check(!/\*/.test(value), `${id}: allows ${value}`);
    }
    if (path.at(-1) === "Resource" && value === "*") {
      found.check(
        at(made, ...path.slice(0, -1), "Sid") === "Traces",
        `${id}: a resource of its own`,
      );
    }
  }
}
