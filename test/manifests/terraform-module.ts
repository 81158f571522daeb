import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Made } from "./made.js";
import { writeFiles } from "./tools.js";

export interface Ran {
  readonly status: number;
  /** What it said, on both streams. */
  readonly text: string;
}

/** What a module is tried with. */
export interface Surroundings {
  /** Folder for settings of the tool, shared by modules. */
  readonly home: string;
  /** Address of what plays AWS; all services, or the one of callers alone. */
  readonly environment: Readonly<Record<string, string>>;
  /** State in a bucket, as the module says; else beside it. */
  readonly isRemote?: boolean;
}

/** A module of Terraform on disk. */
export interface TerraformModule {
  /** `deploy/terraform` of the module. */
  readonly folder: string;
  /** Puts other files in the place of those that are there. */
  write(made: Made): void;
  run(...args: readonly string[]): Promise<Ran>;
}

/** Writes the module with what its functions would be built to. */
export function terraformModule(made: Made, place: string, around: Surroundings): TerraformModule {
  const folder = join(place, "deploy/terraform");
  const write = (files: Made): void => {
    writeFiles(files, place);
    for (const archive of archivesOf(files)) {
      const path = join(folder, archive);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, emptyZip);
    }
    if (around.isRemote !== true) {
      writeFileSync(join(folder, "state_override.tf"), 'terraform {\n  backend "local" {}\n}\n');
    }
  };
  write(made);
  const environment = { ...settings(around.home), ...around.environment };
  return { folder, write, run: (...args) => terraform(args, folder, environment) };
}

/** Takes over what `init` made in another module, which has the same provider and keeps its state alike. */
export function takeOver(from: TerraformModule, to: TerraformModule): void {
  for (const made of [".terraform", ".terraform.lock.hcl"]) {
    cpSync(join(from.folder, made), join(to.folder, made), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

/** Nobody's credentials, no settings of the machine's. */
function settings(home: string): Readonly<Record<string, string>> {
  const file = join(home, "terraform.tfrc");
  mkdirSync(home, { recursive: true });
  const mirror = JSON.stringify(process.env["TF_PLUGIN_MIRROR"] ?? "");
  // whole at any time: another module's Terraform may be reading it
  const draft = join(home, `${randomUUID()}.tfrc`);
  writeFileSync(
    draft,
    `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`,
  );
  renameSync(draft, file);
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    TMPDIR: process.env["TMPDIR"] ?? "/tmp",
    NO_PROXY: "127.0.0.1",
    TF_CLI_CONFIG_FILE: file,
    TF_IN_AUTOMATION: "1",
    AWS_ACCESS_KEY_ID: "nobody",
    AWS_SECRET_ACCESS_KEY: "nothing",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_MAX_ATTEMPTS: "1",
  };
}

function archivesOf({ files }: Made): readonly string[] {
  const text = files.get("deploy/terraform/functions.tf") ?? "";
  const names = [...text.matchAll(/filename\s*= "\$\{path\.module\}\/([\w./]+\.zip)"/g)];
  return names.map(([, path = ""]) => path);
}

/** An archive of nothing. */
const emptyZip = Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(18)]);

function terraform(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn("terraform", [...args, "-no-color"], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    const add = (chunk: Buffer): void => void (text += chunk.toString());
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.once("error", reject);
    child.once("close", (code) => resolve({ status: code ?? -1, text }));
  });
}

/**
 * One stage of each example, which is applied where there is something to apply it to. The petstore has a test of its
 * own, and so has ci-cd-stages, whose firewall takes the provider long.
 */
export const appliedStages: ReadonlyMap<string, string> = new Map([
  ["aws-services", "dev"],
  ["chat", "dev"],
  ["on-prem-proxy", "dev"],
  ["orders-http-api", "default"],
  ["public-api", "v1"],
  ["secure-microservices", "prod"],
  ["webhook-receiver", "dev"],
]);

/** Names of the stages that have a file of variables. */
export function stagesOf({ files }: Made): readonly string[] {
  return [...files.keys()].flatMap((path) => {
    const name = /^deploy\/terraform\/stages\/(.+)\.tfvars$/.exec(path)?.[1];
    return name === undefined ? [] : [name];
  });
}

/** What a plan would do, by address: `~ aws_api_gateway_stage.api`. */
export function changesOf({ text }: Ran): readonly string[] {
  const kinds: Readonly<Record<string, string>> = {
    "will be created": "+",
    "will be destroyed": "-",
    "will be updated in-place": "~",
    "must be replaced": "+/-",
  };
  return [...text.matchAll(/^ {2}# (\S+) (will be \S+(?: in-place)?|must be replaced)/gm)].map(
    ([, address = "", what = ""]) => `${kinds[what] ?? what} ${address}`,
  );
}
