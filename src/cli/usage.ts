import yargs, { type Argv } from "yargs";
import { headerPair, isCount, isPort, isRequest } from "./command-line.js";
import {
  allTemplatesOptions,
  deployFilesOptions,
  devOptions,
  ejectOptions,
  explainOptions,
  generateOptions,
  inputOptions,
  invokeOptions,
  lintOptions,
  mapOptions,
  optionsOf,
  parserConfiguration,
  targetNames,
  templatesActionNames,
} from "./options.js";

/** What is said to a command line that asks for help, or is not understood. */
export interface Explanation {
  readonly kind: "help" | "fault";
  readonly text: string;
}

/** Help for a command line that asks for it, else what is wrong with it. `columns`: width of the help. */
export async function explainUsage(
  args: readonly string[],
  version: string,
  columns: number,
): Promise<Explanation> {
  let explanation: Explanation = { kind: "fault", text: "the command line is not understood" };
  if (args.length === 0)
    return { kind: "help", text: await commandLine(version, columns).getHelp() };
  await commandLine(version, columns).parseAsync([...args], {}, (error, _argv, output) => {
    if (error) explanation = { kind: "fault", text: error.message };
    else if (output !== "") explanation = { kind: "help", text: output };
  });
  return explanation;
}

function commandLine(version: string, columns: number): Argv {
  return yargs()
    .scriptName("gen-gateway")
    .usage(
      "Turns an OpenAPI document with Amazon API Gateway extensions into a TypeScript gateway that runs by itself.",
    )
    .command(
      ["$0 <spec>", "generate <spec>"],
      "write or update a gateway project",
      (builder) =>
        builder
          .positional("spec", { type: "string", describe: specText })
          .options({ ...generateOptions, ...inputOptions })
          .example("$0 openapi.yaml -o gateway", "write the project, or bring it up to date")
          .example("$0 openapi.yaml -o gateway --check", "in CI: fail when it is out of date")
          .example("$0 openapi.yaml -o gateway --dry-run", "see what would change")
          .example("$0 openapi.yaml --overlay dev.yaml -o gateway", "with an overlay over it")
          .example("$0 template.yaml -r OrdersApi -o gateway", "an API of a SAM template"),
      () => undefined,
    )
    .command(
      "dev <spec>",
      "serve the spec at once, without a project, and reload on change",
      (builder) =>
        builder
          .positional("spec", {
            type: "string",
            describe: "OpenAPI document, template or Terraform file",
          })
          .options({ ...devOptions, ...inputOptions })
          .check(({ port, spec }) => {
            // yargs makes an empty text of a lone dash
            if (spec === "") throw new Error("dev watches its document: it must be a file");
            if (port === undefined || isPort(port)) return true;
            throw new Error(`--port: ${port} is not a port; give a number from 0 to 65535`);
          })
          .example("$0 dev openapi.yaml --port 8080", "serve and watch")
          .example("$0 dev openapi.yaml -o gateway", "with the handlers of a project"),
      () => undefined,
    )
    .command(
      "map <spec> <route>",
      "render a mapping template over a body of yours",
      (builder) =>
        builder
          .positional("spec", { type: "string", describe: specText })
          .positional("route", {
            type: "string",
            describe: 'operationId, or method and path: "GET /pets/{petId}"',
          })
          .options({ ...mapOptions, ...inputOptions })
          .check(({ request, response, spec, input }) => {
            if (request !== true && response !== true) {
              throw new Error("Say which template: --request or --response");
            }
            // yargs makes an empty text of a lone dash
            if (spec === "" && input === "-") {
              throw new Error("standard input can be the document or the body, not both");
            }
            return true;
          })
          .example("$0 map openapi.yaml createPet --request --input pet.json", "what is sent on")
          .example(
            '$0 map openapi.yaml "GET /pets/{petId}" --response --status 200 --input backend.json --trace',
            "line by line",
          )
          .epilogue(
            "Exit status: 0 done; 1 the spec has errors, the template fails, or --expect differs; 2 the command could not run.",
          ),
      () => undefined,
    )
    .command(
      "invoke <spec> <method> <path>",
      "call the gateway of the spec once, and show the answer and the execution log",
      (builder) =>
        builder
          .positional("spec", { type: "string", describe: specText })
          .positional("method", { type: "string", describe: "GET, POST, ..." })
          .positional("path", { type: "string", describe: "path behind the stage, with its query" })
          .options({ ...invokeOptions, ...inputOptions })
          .check(({ method = "", path = "", header = [] }) => {
            if (!isRequest(method, path)) {
              throw new Error("Say what is called: invoke openapi.yaml GET /pets/7");
            }
            const wrong = header.find((text) => headerPair(text) === undefined);
            if (wrong === undefined) return true;
            throw new Error(`--header: ${wrong} is not of the form "Name: value"`);
          })
          .example("$0 invoke openapi.yaml GET /pets/7", "the answer, and how it came to be")
          .example(
            '$0 invoke openapi.yaml POST /pets -d \'{"name":"Rex"}\' -H "Content-Type: application/json" --as acme',
            "as a caller of the settings",
          )
          .epilogue(
            "Exit status: 0 a route answered, with whatever status; 1 no route serves the request, or the spec has errors; 2 the command could not run.",
          ),
      () => undefined,
    )
    .command(
      "explain <spec> [method] [path]",
      "show the way of one request; without one, say which kind of API the spec needs",
      (builder) =>
        builder
          .positional("spec", { type: "string", describe: specText })
          .positional("method", { type: "string", describe: "GET, POST, ..." })
          .positional("path", { type: "string", describe: "path behind the stage, or of the spec" })
          .options({ ...explainOptions, ...inputOptions })
          .check(({ method, path, svg }) => {
            if (method !== undefined && path === undefined) {
              throw new Error("Say which request: explain openapi.yaml GET /pets/7");
            }
            if (svg !== true || path !== undefined) return true;
            throw new Error(
              "--svg shows the way of a request: explain openapi.yaml GET /pets/7 --svg",
            );
          })
          .example("$0 explain openapi.yaml", "compare both kinds for this spec")
          .example("$0 explain openapi.yaml GET /pets/7", "the way of a request, box by box")
          .epilogue("Exit status: 0 done; 1 the spec has errors; 2 the command could not run."),
      () => undefined,
    )
    .command(
      "eject <what> <route> <spec>",
      "make the mappings of a route functions of yours, with a test that they give the same",
      (builder) =>
        builder
          .positional("what", { choices: ["mapping"], describe: "what becomes yours" })
          .positional("route", {
            type: "string",
            describe: 'operationId, or method and path: "GET /pets/{petId}"',
          })
          .positional("spec", { type: "string", describe: "OpenAPI document" })
          .options({ ...ejectOptions, ...inputOptions })
          .example(
            "$0 eject mapping createPet openapi.yaml -o gateway",
            "src/mappings/create-pet.ts",
          )
          .epilogue(
            "Exit status: 0 done; 1 the spec has errors; 2 the command could not run; 3 a generated file was edited.",
          ),
      () => undefined,
    )
    .command(
      "templates <action> [operands..]",
      "list, show, eject and upgrade the templates that projects are made of",
      (builder) =>
        builder
          .positional("action", { choices: templatesActionNames, describe: "what to do" })
          .positional("operands", {
            type: "string",
            array: true,
            describe: "show, eject: the NAME of a template; upgrade: [SPEC]; data: SPEC [NAME]",
          })
          .options(allTemplatesOptions)
          .check(({ action, operands = [] }) => {
            const name = action ?? "list";
            const { least, most } = operandCounts[name];
            if (operands.length >= least && operands.length <= most) return true;
            throw new Error(`templates ${name}: ${operandTexts[name]}`);
          })
          .example("$0 templates list", "what there is, and what of it is yours")
          .example("$0 templates eject README.md -t templates", "make a template yours")
          .example("$0 templates upgrade -t templates openapi.yaml", "take over what is new")
          .example("$0 templates data openapi.yaml README.md", "what a template is given")
          .epilogue(
            "Exit status: 0 done; 1 the spec has errors, or --check found something; 2 the command could not run; 3 a template of yours would be lost, or has marked places.",
          ),
      () => undefined,
    )
    .command(
      "lint [spec]",
      "say what is wrong with the spec, or likely to be: on import to AWS, in security, in mappings",
      (builder) =>
        builder
          .positional("spec", { type: "string", describe: specText })
          .options({ ...lintOptions, ...inputOptions })
          .check(({ spec, rules, "max-warnings": limit }) => {
            if (rules === true && spec !== undefined) {
              throw new Error("--rules lists the rules of lint; leave the document out");
            }
            if (rules !== true && spec === undefined) {
              throw new Error("Say which document: lint <spec>");
            }
            if (limit === undefined || isCount(limit)) return true;
            throw new Error(`--max-warnings: ${limit} is not a number of warnings`);
          })
          .example("$0 lint openapi.yaml --target aws", "what an import to AWS would say")
          .example("$0 lint openapi.yaml --max-warnings 0 --format github", "in CI")
          .epilogue(
            "Exit status: 0 done; 1 errors, or more warnings than --max-warnings; 2 the command could not run.",
          ),
      () => undefined,
    )
    .command(
      "diff <old> <new>",
      "compare two specs: what breaks clients, opens routes, or behaves otherwise",
      (builder) =>
        builder
          .positional("old", { type: "string", describe: specText })
          .positional("new", { type: "string", describe: specText })
          .options(optionsOf.diff)
          .check(({ old: before, new: after }) => {
            // yargs makes an empty text of a lone dash
            if (before !== "" || after !== "") return true;
            throw new Error("standard input can be one of the documents, not both");
          })
          .example("$0 diff main.yaml branch.yaml --format markdown", "for a pull request")
          .example("$0 diff main.yaml branch.yaml --fail-on behaviour", "a stricter gate")
          .epilogue(
            "Exit status: 0 done; 1 changes at or above --fail-on, or a spec has errors; 2 the command could not run.",
          ),
      () => undefined,
    )
    .command(
      "deploy-files [spec]",
      "write the deployment manifests alone: AWS, containers, Kubernetes",
      (builder) =>
        builder
          .positional("spec", { type: "string", describe: "OpenAPI document; - is standard input" })
          .options({ ...deployFilesOptions, ...inputOptions })
          .check(({ spec, list, json, out, target }) => {
            if (list === true && (spec !== undefined || out !== undefined)) {
              throw new Error("--list lists the targets; leave the document out");
            }
            if (list === true) return true;
            if (spec === undefined) throw new Error("Say which document: deploy-files <spec>");
            if (json === true) throw new Error("--json goes with --list");
            if (out === undefined) throw new Error("Say where the manifests go: -o <folder>");
            const unknown = target
              ?.split(",")
              .find((word) => !targetNames.some((name) => name === word));
            if (unknown === undefined) return true;
            throw new Error(
              `--target: ${unknown} is not a target; choose from ${targetNames.join(", ")}`,
            );
          })
          .example("$0 deploy-files openapi.yaml --target kubernetes,docker -o .", "two targets")
          .example("$0 deploy-files --list", "what there is")
          .epilogue(
            "Exit status: 0 done; 1 the spec has errors, or --check found differences; 2 the command could not run; 3 a manifest that you edited would be lost.",
          ),
      () => undefined,
    )
    .version(version)
    .help()
    .alias("help", "h")
    .epilogue(
      [
        "Exit status: 0 done; 1 the spec has errors (also where --keep-going made the rest), or",
        "--check or --frozen found differences;",
        "2 the command could not run; 3 a file that you edited would be lost, or has marked places.",
        "",
        "Files of yours (handlers, settings, README, src/main.ts) are written once and never touched",
        "again. Files below src/generated belong to the generator; name one in .gen-gatewayignore to",
        "own it.",
      ].join("\n"),
    )
    .parserConfiguration(parserConfiguration)
    .locale("en")
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(columns);
}

const specText =
  "OpenAPI document, CloudFormation or SAM template, Terraform file; - is standard input";

/** How many operands an action of `templates` takes. */
const operandCounts = {
  list: { least: 0, most: 0 },
  show: { least: 1, most: 1 },
  eject: { least: 1, most: 1 },
  status: { least: 0, most: 0 },
  upgrade: { least: 0, most: 1 },
  data: { least: 1, most: 2 },
} as const;

const operandTexts = {
  list: "it takes no operand",
  show: "say which template",
  eject: "say which template",
  status: "it takes no operand",
  upgrade: "it takes one document at most",
  data: "say which document, and at most one template",
} as const;
