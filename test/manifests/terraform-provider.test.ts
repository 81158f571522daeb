import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import { documentWith, invocation, lambdaProxy } from "../lower/lower-text.js";
import { examples, makeExample, makeManifests } from "./made.js";
import {
  appliedStages,
  stagesOf,
  takeOver,
  terraformModule,
  type TerraformModule,
} from "./terraform-module.js";
import { has, withTools, workFolder } from "./tools.js";

// each run starts the provider, which takes a core for seconds
vi.setConfig({ maxConcurrency: 2 });

const folder = workFolder();
const canRun = has("terraform") && has("TF_PLUGIN_MIRROR");
let callers: Server;
let initialised: TerraformModule;
let address = "";

/** The one question that a plan of something new asks AWS: who is asking. */
const caller =
  '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/nobody</Arn><UserId>nobody</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';

beforeAll(async () => {
  if (!canRun) return;
  callers = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/xml" }).end(caller);
  }).listen(0, "127.0.0.1");
  await once(callers, "listening");
  address = `http://127.0.0.1:${(callers.address() as AddressInfo).port}`;
  initialised = terraformModule(
    await makeExample("petstore", ["terraform"]),
    join(folder(), "first"),
    around(),
  );
  const ran = await initialised.run("init", "-input=false");
  if (ran.status !== 0) throw new Error(ran.text);
}, 120_000);

afterAll(() => callers?.close());

function around(): {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
} {
  return { home: join(folder(), "home"), environment: { AWS_ENDPOINT_URL_STS: address } };
}

const account = "123456789012";

/** All that a module can be made of, in two stages. */
function everything(kind: "rest" | "http"): object {
  const isRest = kind === "rest";
  const arn = (service: string, name: string, region = "eu-west-1"): string =>
    `arn:aws:${service}:${region}:${account}:${name}`;
  const id = "0a1b2c3d-0000-0000-0000-000000000000";
  const certificate = (region: string): string => arn("acm", `certificate/${id}`, region);
  const key = arn("kms", `key/${id}`);
  const alarm = { metric: "Latency", threshold: 100 };
  const rest = {
    clientCertificateId: "abc123",
    cache: { size: "0.5", ttlInSeconds: 30, encrypted: true },
    canary: { percentTraffic: 5 },
    waf: {
      managedRuleGroups: ["AWSManagedRulesCommonRuleSet"],
      rateLimit: 100,
      ipAllow: ["10.0.0.0/8", "::1"],
      ipDeny: ["192.0.2.4"],
    },
  };
  const plans = {
    usagePlans: {
      gold: {
        stages: ["prod"],
        throttle: { rateLimit: 1, burstLimit: 2 },
        quota: { limit: 10, period: "DAY" },
        methodThrottle: { "GET /a": { rateLimit: 1, burstLimit: 1 } },
        keys: ["acme"],
      },
    },
    apiKeys: { acme: { description: "Acme", value: { secret: "keys/acme" } } },
  };
  const edge = {
    "edge.example.com": {
      endpointType: "EDGE",
      certificateArn: certificate("us-east-1"),
      hostedZoneId: "Z0123456789ABCDEFGHIJ",
      mappings: [{ stage: "prod", basePath: "v1" }],
    },
  };
  return {
    api: { kind, endpointConfiguration: { types: ["REGIONAL"], ipAddressType: "dualstack" } },
    stages: {
      prod: {
        description: "for all",
        account,
        region: "eu-west-1",
        variables: { host: "example.com" },
        methodSettings: { "GET /a": { throttle: { rateLimit: 1, burstLimit: 2 } } },
        logging: {
          access: {
            destination: "firehose",
            destinationArn: arn("firehose", "deliverystream/amazon-apigateway-logs"),
            kmsKeyArn: key,
          },
        },
        ...(isRest ? rest : {}),
        alarms: {
          errors: { metric: "5XXError", asPercentOfCount: true, threshold: 1 },
          tail: { ...alarm, statistic: "p99" },
          mean: { ...alarm, statistic: "Average", comparison: "below" },
        },
        dashboard: true,
        environment: { LEVEL: "info", TOKEN: { secret: "a/token" } },
      },
      own: isRest ? { waf: { webAclArn: arn("wafv2", `regional/webacl/own/${id}`) } } : {},
    },
    ...(isRest ? plans : {}),
    domains: {
      "api.example.com": {
        certificateArn: certificate("eu-west-1"),
        ipAddressType: "dualstack",
        hostedZoneId: "Z0123456789ABCDEFGHIJ",
        mutualTls: { truststoreUri: "s3://trust/clients.pem", truststoreVersion: "v1" },
        mappings: [{ stage: "prod", basePath: "a/b" }, { stage: "own" }],
      },
      ...(isRest ? edge : {}),
    },
    vpcLinks: {
      inside: isRest
        ? {
            version: 1,
            targetArns: [arn("elasticloadbalancing", "loadbalancer/net/a/50dc6c495c0c9188")],
          }
        : { version: 2, subnetIds: ["subnet-0a1b2c3d"], securityGroupIds: ["sg-0a1b2c3d"] },
    },
    deploy: {
      aws: {
        region: "eu-west-1",
        alarmTopicArn: arn("sns", "pager"),
        permissionsBoundaryArn: `arn:aws:iam::${account}:policy/boundary`,
        logsKmsKeyArn: key,
      },
    },
    tags: { team: "a", "cost center": "b" },
  };
}

/** What is made that is not of the stage: domains, records, alarms and the like. */
function kindsIn(plan: string): readonly string[] {
  return [...new Set([...plan.matchAll(/^ {2}# ([a-z0-9_]+)\./gm)].map(([, type = ""]) => type))];
}

describe.concurrent("every setting", () => {
  for (const kind of ["rest", "http"] as const) {
    withTools("terraform", "TF_PLUGIN_MIRROR")(
      `terraform plans a ${kind} API with all that a module can hold`,
      { timeout: 240_000 },
      async () => {
        const integration = { ...lambdaProxy, uri: invocation("orders") };
        const made = await makeManifests(documentWith({ integration }), everything(kind), [
          "terraform",
        ]);
        expect(made.diagnostics.filter(({ code }) => code === "GG043")).toEqual([]);
        const module = terraformModule(made, join(folder(), `all-${kind}`), around());
        takeOver(initialised, module);
        // the other stage of a REST API has a firewall that is there
        for (const stage of kind === "rest" ? stagesOf(made) : ["prod"]) {
          const plan = await module.run("plan", "-input=false", "-lock=false", ...given(stage));
          expect(plan.status, `${stage}: ${plan.text}`).toBe(0);
          expect(plan.text, stage).not.toContain("Warning:");
          if (stage === "own") continue;
          expect(kindsIn(plan.text)).toEqual(expect.arrayContaining([...kindsOf(kind)]));
        }
      },
    );
  }
});

function kindsOf(kind: "rest" | "http"): readonly string[] {
  const both = [
    "aws_apigatewayv2_api_mapping",
    "aws_cloudwatch_composite_alarm",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_metric_alarm",
    "aws_lambda_function",
    "aws_lambda_permission",
    "aws_route53_record",
  ];
  return kind === "http"
    ? [...both, "aws_apigatewayv2_domain_name", "aws_apigatewayv2_vpc_link"]
    : [
        ...both,
        "aws_api_gateway_base_path_mapping",
        "aws_api_gateway_domain_name",
        "aws_api_gateway_usage_plan_key",
        "aws_api_gateway_vpc_link",
        "aws_wafv2_ip_set",
        "aws_wafv2_web_acl_association",
      ];
}

function given(stage: string): readonly string[] {
  return [`-var-file=stages/${stage}.tfvars`, `-var=account_id=${account}`];
}

describe.concurrent("the provider's own schema", () => {
  for (const name of examples) {
    withTools("terraform", "TF_PLUGIN_MIRROR")(
      `terraform init, validate, and plan for every stage of ${name}`,
      { timeout: 240_000 },
      async () => {
        const made = await makeExample(name, ["terraform"]);
        const module = terraformModule(made, join(folder(), name), around());
        takeOver(initialised, module);
        const valid = await module.run("validate");
        expect(valid.text).toMatch(/^Success! The configuration is valid\.\s*$/);
        const isApplied = (stage: string): boolean =>
          has("moto_server") && appliedStages.get(name) === stage;
        // what is applied is planned there
        for (const stage of stagesOf(made).filter((one) => !isApplied(one))) {
          const plan = await module.run("plan", "-input=false", "-lock=false", ...given(stage));
          expect(plan.status, `${stage}: ${plan.text}`).toBe(0);
          expect(plan.text, stage).not.toContain("Warning:");
          expect(plan.text, stage).toMatch(/^Plan: \d+ to add, 0 to change, 0 to destroy\.$/m);
        }
      },
    );
  }
});
