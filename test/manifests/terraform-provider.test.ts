import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import { examples, makeExample } from "./made.js";
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
          const file = `-var-file=stages/${stage}.tfvars`;
          const account = "-var=account_id=123456789012";
          const plan = await module.run("plan", "-input=false", "-lock=false", file, account);
          expect(plan.status, `${stage}: ${plan.text}`).toBe(0);
          expect(plan.text, stage).not.toContain("Warning:");
          expect(plan.text, stage).toMatch(/^Plan: \d+ to add, 0 to change, 0 to destroy\.$/m);
        }
      },
    );
  }
});
