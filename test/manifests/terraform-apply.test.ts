import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import { at, list, type Tree } from "./checks/tree.js";
import { makeChangedExample, makeExample, type Made } from "./made.js";
import { startMoto, type Moto } from "./moto.js";
import {
  appliedStages,
  changesOf,
  takeOver,
  terraformModule,
  type Ran,
  type Surroundings,
  type TerraformModule,
} from "./terraform-module.js";
import { has, withTools, workFolder } from "./tools.js";

// each run starts the provider, which takes a core for seconds
vi.setConfig({ maxConcurrency: 2 });

const folder = workFolder();
const needs = ["terraform", "TF_PLUGIN_MIRROR", "moto_server"] as const;
let moto: Moto;
/** A module beside whose state others are kept alike. */
let initialised: Promise<TerraformModule>;

beforeAll(async () => {
  if (!needs.every(has)) return;
  moto = await startMoto();
  const made = await fetch(`${moto.url}/state`, { method: "PUT" });
  if (!made.ok) throw new Error(await made.text());
  initialised = initialisedModule();
}, 120_000);

afterAll(() => moto?.stop());

function around(isRemote = false): Surroundings {
  return {
    home: join(folder(), "home"),
    environment: { AWS_ENDPOINT_URL: moto.url, AWS_REGION: "us-east-1" },
    isRemote,
  };
}

async function initialisedModule(): Promise<TerraformModule> {
  const made = await makeExample("petstore", ["terraform"]);
  const module = terraformModule(made, join(folder(), "initialised"), around());
  await done(module.run("init", "-input=false"));
  return module;
}

/** Options of `init` for a state in the bucket, as the module's header names them. */
function stateOf(name: string): readonly string[] {
  // an address without names of buckets in front
  const options = [
    "bucket=state",
    `key=${name}.tfstate`,
    "region=us-east-1",
    "use_path_style=true",
  ];
  return options.map((option) => `-backend-config=${option}`);
}

async function done(run: Promise<Ran>): Promise<Ran> {
  const ran = await run;
  expect(ran.status, ran.text).toBe(0);
  return ran;
}

const variables = (stage: string): readonly string[] => [
  "-input=false",
  `-var-file=stages/${stage}.tfvars`,
  // the one account that there is
  "-var=account_id=123456789012",
];

/** A second plan has nothing to do: its code is 0, where 2 would be "there are changes". */
async function expectNoChanges(
  module: TerraformModule,
  stage: string,
  ...more: readonly string[]
): Promise<void> {
  const given = [...variables(stage), ...more];
  const plan = await done(module.run("plan", "-detailed-exitcode", ...given));
  expect(plan.text).toContain("No changes.");
}

describe.concurrent("terraform apply", () => {
  withTools(...needs)(
    "petstore: applied, planned again, changed by one mapping template, taken away",
    { timeout: 300_000 },
    async () => {
      const role = "-var=manage_account_role=true";
      const made = await makeExample("petstore", ["terraform"]);
      const module = terraformModule(made, join(folder(), "petstore"), around(true));
      await done(module.run("init", "-input=false", ...stateOf("petstore/dev")));
      await done(module.run("apply", "-auto-approve", ...variables("dev"), role));
      const api = (await done(module.run("output", "-raw", "api_id"))).text.trim();
      const account = moto.changes.indexOf("PATCH /account");
      expect(account).toBeGreaterThan(-1);
      expect(moto.changes.indexOf(`POST /restapis/${api}/stages`)).toBeGreaterThan(account);
      await expectNoChanges(module, "dev", role);

      const page = "Welcome to your Pet Store API";
      const changed = await makeChangedExample(
        "petstore",
        (text) => text.replace(page, "Come in"),
        join(folder(), "petstore-changed"),
        ["terraform"],
      );
      module.write(changed);
      const plan = await done(module.run("plan", "-out=changed", ...variables("dev"), role));
      expect(changesOf(plan)).toEqual([
        "+/- aws_api_gateway_deployment.api",
        "~ aws_api_gateway_rest_api.api",
        "~ aws_api_gateway_stage.api",
      ]);
      const shown = await done(module.run("show", "-json", "changed"));
      expect(changedAttributes(JSON.parse(shown.text))).toEqual({
        "aws_api_gateway_deployment.api": ["triggers"],
        "aws_api_gateway_rest_api.api": ["body"],
        "aws_api_gateway_stage.api": [],
      });
      expect(shown.text).toContain("Come in");
      await done(module.run("apply", "-auto-approve", "changed"));
      await expectNoChanges(module, "dev", role);

      await done(module.run("destroy", "-auto-approve", ...variables("dev"), role));
      const left = await fetch(`${moto.url}/restapis`, { headers: signedFor("us-east-1") });
      const names = list(await left.json(), "item").map((api) => at(api, "name"));
      expect(names).not.toContain("pet-store-dev");
    },
  );
});

describe.concurrent("a canary", () => {
  withTools(...needs)(
    "of ci-cd-stages leaves the deployment before where it is, and is promoted",
    { timeout: 300_000 },
    async () => {
      // a firewall takes the provider long
      const zone = await hostedZone("example.com");
      const without = (text: string): string =>
        text
          .replace(/hostedZoneId: \w+/, `hostedZoneId: ${zone}`)
          .replace(/^ {4}waf:\n(?: {6}.*\n)+/m, "");
      const make = (change: (text: string) => string, place: string): Promise<Made> =>
        makeChangedExample("ci-cd-stages", (text) => change(without(text)), join(folder(), place), [
          "terraform",
        ]);
      const module = terraformModule(
        await make((text) => text, "canary-before"),
        join(folder(), "canary"),
        around(),
      );
      takeOver(await initialised, module);
      await done(module.run("apply", "-auto-approve", ...variables("prod")));
      await expectNoChanges(module, "prod");
      const stable = (await done(module.run("output", "-raw", "deployment_id"))).text.trim();

      module.write(await make((text) => text.replace('"kept"', '"taken"'), "canary-after"));
      await done(module.run("state", "rm", "aws_api_gateway_deployment.api"));
      const canary = `-var=stable_deployment_id=${stable}`;
      await done(module.run("apply", "-auto-approve", ...variables("prod"), canary));
      const next = (await done(module.run("output", "-raw", "deployment_id"))).text.trim();
      expect(next).not.toBe(stable);
      const api = (await done(module.run("output", "-raw", "api_id"))).text.trim();
      expect(moto.changes).not.toContain(`DELETE /restapis/${api}/deployments/${stable}`);
      const stage = async (): Promise<Tree> => {
        const url = `${moto.url}/restapis/${api}/stages/prod`;
        return (await fetch(url, { headers: signedFor("eu-west-1") })).json();
      };
      expect(at(await stage(), "deploymentId")).toBe(stable);

      const promotion = await done(module.run("plan", ...variables("prod")));
      expect(changesOf(promotion)).toEqual(["~ aws_api_gateway_stage.api"]);
      await done(module.run("apply", "-auto-approve", ...variables("prod")));
      expect(at(await stage(), "deploymentId")).toBe(next);
    },
  );
});

describe.concurrent("terraform applies, and a second plan has nothing to do", () => {
  for (const [name, stage] of appliedStages) {
    withTools(...needs)(`${name}, ${stage}`, { timeout: 300_000 }, async () => {
      const made = await makeExample(name, ["terraform"]);
      const module = terraformModule(made, join(folder(), name), around());
      takeOver(await initialised, module);
      await done(module.run("apply", "-auto-approve", ...variables(stage)));
      await expectNoChanges(module, stage);
    });
  }
});

async function hostedZone(name: string): Promise<string> {
  const request = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${name}</Name><CallerReference>here</CallerReference></CreateHostedZoneRequest>`;
  const answer = await fetch(`${moto.url}/2013-04-01/hostedzone`, {
    method: "POST",
    headers: signedFor("us-east-1", "route53"),
    body: request,
  });
  const id = /<Id>\/hostedzone\/(\w+)<\/Id>/.exec(await answer.text())?.[1];
  if (id === undefined) throw new Error("no zone was made");
  return id;
}

/** Attributes of the configuration that differ; what only the service knows beforehand is left out. */
function changedAttributes(plan: Tree): Readonly<Record<string, readonly string[]>> {
  const changed = list(plan, "resource_changes").filter(
    (one) => at(one, "change", "actions", 0) !== "no-op",
  );
  return Object.fromEntries(
    changed.map((one) => {
      const before = at(one, "change", "before") as Readonly<Record<string, unknown>>;
      const after = at(one, "change", "after") as Readonly<Record<string, unknown>>;
      const names = Object.keys(after).filter(
        (key) => JSON.stringify(after[key] ?? "") !== JSON.stringify(before[key] ?? ""),
      );
      return [String(at(one, "address")), names.toSorted()];
    }),
  );
}

/** moto reads from the scope where a service is asked. */
function signedFor(region: string, service = "apigateway"): Readonly<Record<string, string>> {
  const scope = `nobody/20260101/${region}/${service}/aws4_request`;
  return {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`,
  };
}
