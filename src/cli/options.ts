import type { Options } from "yargs";
import type { Target } from "../ir/manifest.js";
import type { LintTarget } from "../lint/rules.js";
import type { EditPolicy } from "../write/changes.js";

/** One command of the command line, understood. */
export type Command =
  | { readonly kind: "generate"; readonly options: GenerateCommandOptions }
  | { readonly kind: "dev"; readonly options: DevCommandOptions }
  | { readonly kind: "map"; readonly options: MapCommandOptions }
  | { readonly kind: "invoke"; readonly options: InvokeCommandOptions }
  | { readonly kind: "explain"; readonly options: ExplainCommandOptions }
  | { readonly kind: "templates"; readonly options: TemplatesCommandOptions }
  | { readonly kind: "eject"; readonly options: EjectCommandOptions }
  | { readonly kind: "lint"; readonly options: LintCommandOptions }
  | { readonly kind: "lint-rules"; readonly options: { readonly json: boolean } }
  | { readonly kind: "diff"; readonly options: DiffCommandOptions }
  | { readonly kind: "deploy-files"; readonly options: DeployFilesCommandOptions }
  | { readonly kind: "deploy-targets"; readonly options: { readonly json: boolean } }
  | { readonly kind: "version" };

export interface InputOptions {
  /** Path of the document; `-`: standard input. */
  readonly spec: string;
  readonly config: string | undefined;
  /** Overlays over the document, in order. */
  readonly overlays: readonly string[];
  /** The API that is meant, where a file holds several; undefined: there is one. */
  readonly resource: string | undefined;
  readonly allowRemoteRefs: readonly string[];
  readonly refRoots: readonly string[];
  readonly quiet: boolean;
}

/** Of commands that print the files of a project. */
export interface TemplatesInput {
  /** Folder of the user's templates; undefined: the one that the settings name, if any. */
  readonly templates: string | undefined;
}

export interface GenerateCommandOptions extends InputOptions, TemplatesInput {
  readonly out: string;
  readonly mode: "write" | "check" | "dry-run";
  readonly edits: EditPolicy;
  readonly frozen: boolean;
  /** Missing exports are added to the user's modules, renamed types renamed. */
  readonly fixHandlers: boolean;
  /** Operations with errors answer 501 instead of ending the run. */
  readonly keepGoing: boolean;
  readonly format: ReportFormat;
}

/** How a run tells its result: for people, for programs, for code scanners, for GitHub's logs. */
export type ReportFormat = (typeof reportFormats)[number];
export const reportFormats = ["text", "json", "sarif", "github"] as const;

export interface DevCommandOptions extends InputOptions, TemplatesInput {
  /** Folder of a generated project whose handlers are used. */
  readonly out: string | undefined;
  /** Undefined: the settings' port. */
  readonly port: number | undefined;
  readonly host: string | undefined;
  /** Operations with errors answer 501, the others are served. */
  readonly keepGoing: boolean;
  /** A web page to look at the gateway. */
  readonly console: boolean;
}

export interface MapCommandOptions extends InputOptions {
  /** An operationId, or method and path: `GET /pets/{petId}`. */
  readonly route: string;
  readonly part: "request" | "response";
  /** Status code or key of the response; undefined: there is only one. */
  readonly status: string | undefined;
  readonly mediaType: string | undefined;
  /** File with the body; `-`: standard input. */
  readonly input: string;
  readonly context: string | undefined;
  readonly stage: string | undefined;
  readonly trace: boolean;
  readonly expect: string | undefined;
  readonly json: boolean;
}

/** What becomes the user's own. */
export interface EjectCommandOptions extends InputOptions {
  readonly what: "mapping";
  /** An operationId, or method and path: `GET /pets/{petId}`. */
  readonly route: string;
  readonly out: string;
}

export interface InvokeCommandOptions extends InputOptions, TemplatesInput {
  readonly method: string;
  /** Path behind the stage, with its query. */
  readonly path: string;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: string | undefined;
  /** File with the body; `-`: standard input. */
  readonly bodyFile: string | undefined;
  readonly stage: string | undefined;
  /** Name of a principal or of an API key. */
  readonly as: string | undefined;
  /** Folder of a generated project whose handlers are used. */
  readonly out: string | undefined;
  readonly json: boolean;
}

export interface ExplainCommandOptions extends InputOptions {
  readonly json: boolean;
  /** The request whose way is shown; undefined: both kinds of APIs are compared. */
  readonly request: { readonly method: string; readonly path: string } | undefined;
  readonly svg: boolean;
}

/** What `gen-gateway templates` does; `folder` is that of the user's templates. */
export type TemplatesCommandOptions =
  | { readonly action: "list"; readonly folder: string; readonly json: boolean }
  | { readonly action: "show"; readonly name: string }
  | { readonly action: "eject"; readonly folder: string; readonly name: string }
  | {
      readonly action: "status";
      readonly folder: string;
      readonly json: boolean;
      readonly check: boolean;
    }
  | TemplatesUpgradeOptions
  | TemplatesDataOptions;

export interface TemplatesUpgradeOptions {
  readonly action: "upgrade";
  readonly folder: string;
  readonly markers: boolean;
  readonly dryRun: boolean;
  /** Document whose output is compared; undefined: none. */
  readonly input: InputOptions | undefined;
  /** Folder of the project: its settings are read where the document has none. */
  readonly out: string | undefined;
}

export interface TemplatesDataOptions extends TemplatesInput {
  readonly action: "data";
  readonly input: InputOptions;
  /** Undefined: the views of all templates. */
  readonly name: string | undefined;
}

export interface LintCommandOptions extends InputOptions {
  readonly target: LintTarget;
  readonly format: ReportFormat;
  /** Undefined: any number. */
  readonly maxWarnings: number | undefined;
}

export interface DiffCommandOptions {
  /** Paths of both documents. */
  readonly before: string;
  readonly after: string;
  readonly beforeConfig: string | undefined;
  readonly afterConfig: string | undefined;
  readonly beforeOverlays: readonly string[];
  readonly afterOverlays: readonly string[];
  /** The API that is meant in both, where they hold several. */
  readonly resource: string | undefined;
  readonly allowRemoteRefs: readonly string[];
  readonly refRoots: readonly string[];
  readonly quiet: boolean;
  readonly format: DiffFormat;
  readonly failOn: DiffGate;
}

export interface DeployFilesCommandOptions extends InputOptions {
  readonly out: string;
  /** Undefined: those that the settings choose. */
  readonly targets: readonly Target[] | undefined;
  readonly check: boolean;
}

export type DiffFormat = (typeof diffFormats)[number];
export const diffFormats = ["text", "json", "markdown"] as const;

/** From which severity on a comparison ends with 1. */
export type DiffGate = (typeof diffGates)[number];
export const diffGates = ["breaking", "behaviour", "any", "none"] as const;

type OptionTable = Readonly<Record<string, Options & { readonly type: "string" | "boolean" }>>;

/** Options of all commands that read a document. */
export const inputOptions = {
  config: {
    type: "string",
    alias: "c",
    nargs: 1,
    requiresArg: true,
    describe: "settings file, instead of the gateway.config.yaml beside the spec",
  },
  overlay: {
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: "overlay that is laid over the spec; may be repeated, in order",
  },
  resource: {
    type: "string",
    alias: "r",
    nargs: 1,
    requiresArg: true,
    describe: "which API of a CloudFormation, SAM or Terraform file; needed where it has several",
  },
  "allow-remote-refs": {
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: "origin that references may be fetched from; may be repeated",
  },
  "ref-root": {
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: "further folder that references may lead to; may be repeated",
  },
  quiet: { type: "boolean", alias: "q", describe: "print errors only" },
} as const satisfies OptionTable;

/** Options of commands that print the files of a project. */
export const templatesOptions = {
  templates: {
    type: "string",
    alias: "t",
    nargs: 1,
    requiresArg: true,
    describe: "folder of templates over the built-in ones; its templates.config.ts is run",
  },
} as const satisfies OptionTable;

const keepGoingOption = {
  "keep-going": {
    type: "boolean",
    describe:
      "where parts of the document have errors, make the rest: those parts answer 501 or refuse",
  },
} as const satisfies OptionTable;

export const generateOptions = {
  ...templatesOptions,
  out: {
    type: "string",
    alias: "o",
    nargs: 1,
    requiresArg: true,
    demandOption: "Say where the project goes: -o <folder>",
    describe: "folder of the project; made when missing",
  },
  check: {
    type: "boolean",
    conflicts: ["dry-run", "force", "frozen"],
    describe: "write nothing; exit with 1 when the folder is not up to date",
  },
  "dry-run": {
    type: "boolean",
    conflicts: ["force", "frozen"],
    describe: "write nothing; list what would change",
  },
  frozen: {
    type: "boolean",
    conflicts: ["force", "merge"],
    describe: "restore missing files only; exit with 1 when anything else would change",
  },
  merge: {
    type: "boolean",
    conflicts: ["force"],
    describe: "bring what is new into generated files that were edited",
  },
  "conflict-markers": {
    type: "boolean",
    implies: ["merge"],
    describe: "with --merge: mark the places that both sides changed, and exit with 3",
  },
  force: {
    type: "boolean",
    describe: "replace generated files that were edited (copies go to .gen-gateway/replaced)",
  },
  "fix-handlers": {
    type: "boolean",
    conflicts: ["frozen"],
    describe: "add missing exports to your handlers, follow renamed operations there",
  },
  ...keepGoingOption,
  format: {
    type: "string",
    nargs: 1,
    requiresArg: true,
    choices: reportFormats,
    describe: "how the result is told",
  },
  json: { type: "boolean", conflicts: ["format"], describe: "short for --format json" },
} as const satisfies OptionTable;

export const devOptions = {
  ...templatesOptions,
  port: {
    type: "string",
    alias: "p",
    nargs: 1,
    requiresArg: true,
    describe: "port to listen on; 0 picks a free one",
  },
  host: {
    type: "string",
    nargs: 1,
    requiresArg: true,
    describe: "address to listen on, instead of this machine's own 127.0.0.1",
  },
  out: {
    type: "string",
    alias: "o",
    nargs: 1,
    requiresArg: true,
    describe: "folder of a generated project, whose handlers are used",
  },
  ...keepGoingOption,
  "no-console": {
    type: "boolean",
    describe: "without the web page to look at the gateway",
  },
} as const satisfies OptionTable;

export const mapOptions = {
  request: {
    type: "boolean",
    conflicts: ["response", "status"],
    describe: "render a request template",
  },
  response: { type: "boolean", describe: "render a response template" },
  status: {
    type: "string",
    alias: "s",
    nargs: 1,
    requiresArg: true,
    describe: "which response: its status code, or its key in the document (default, a pattern)",
  },
  "media-type": {
    type: "string",
    alias: "m",
    nargs: 1,
    requiresArg: true,
    describe: "which template, where there are several",
  },
  input: {
    type: "string",
    alias: "i",
    nargs: 1,
    requiresArg: true,
    demandOption: "Say what the template reads: --input <file>",
    describe: "file with the body; - is standard input",
  },
  context: {
    type: "string",
    nargs: 1,
    requiresArg: true,
    describe: "JSON file: params {path, querystring, header}, context, stageVariables",
  },
  stage: {
    type: "string",
    nargs: 1,
    requiresArg: true,
    describe: "stage whose variables are used, instead of the default stage",
  },
  trace: { type: "boolean", describe: "print each line of the template beside what it printed" },
  expect: {
    type: "string",
    nargs: 1,
    requiresArg: true,
    describe: "file with the text that must come out; exit with 1 and a diff when it differs",
  },
  json: { type: "boolean", describe: "print the result as JSON" },
} as const satisfies OptionTable;

export const ejectOptions = {
  out: {
    type: "string",
    alias: "o",
    nargs: 1,
    requiresArg: true,
    demandOption: "Say where the project is: -o <folder>",
    describe: "folder of the project",
  },
} as const satisfies OptionTable;

export const invokeOptions = {
  ...templatesOptions,
  header: {
    type: "string",
    alias: "H",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: 'header to send, "Name: value"; may be repeated',
  },
  body: { type: "string", alias: "d", nargs: 1, requiresArg: true, describe: "text to send" },
  "body-file": {
    type: "string",
    nargs: 1,
    requiresArg: true,
    conflicts: ["body"],
    describe: "file whose content is sent; - is standard input",
  },
  stage: {
    type: "string",
    nargs: 1,
    requiresArg: true,
    describe: "stage that is called, instead of the default stage",
  },
  as: {
    type: "string",
    nargs: 1,
    requiresArg: true,
    describe: "principal of the settings who signs the request, or API key that is sent",
  },
  out: devOptions.out,
  json: { type: "boolean", describe: "print the result as JSON" },
} as const satisfies OptionTable;

export const explainOptions = {
  svg: {
    type: "boolean",
    conflicts: ["json"],
    describe: "with METHOD and PATH: print the way as a picture",
  },
  json: { type: "boolean", describe: "print the result as JSON" },
} as const satisfies OptionTable;

const folderOption = {
  templates: {
    ...templatesOptions.templates,
    describe: "folder of your templates; default: templates",
  },
} as const satisfies OptionTable;
const { out: outOption } = devOptions;

/** Options of each action of `templates`. */
export const templatesActions = {
  list: { ...folderOption, json: explainOptions.json },
  show: {},
  eject: folderOption,
  status: {
    ...folderOption,
    json: explainOptions.json,
    check: { type: "boolean", describe: "status: exit with 1 when an upgrade is due" },
  },
  upgrade: {
    ...folderOption,
    "conflict-markers": {
      type: "boolean",
      describe: "upgrade: mark the places that both sides changed, and exit with 3",
    },
    "dry-run": { type: "boolean", describe: "upgrade: write nothing; show what would change" },
    out: { ...outOption, describe: "upgrade: folder of the project, whose settings are read" },
    ...inputOptions,
  },
  data: { ...templatesOptions, ...inputOptions },
} as const satisfies Readonly<Record<string, OptionTable>>;

export const templatesActionNames = ["list", "show", "eject", "status", "upgrade", "data"] as const;

/** All of them, for the help. */
export const allTemplatesOptions = {
  ...templatesActions.upgrade,
  ...templatesActions.status,
} as const satisfies OptionTable;

/** What a document is linted for; the same words as in src/lint/rules.ts, which is loaded for lint alone. */
export const lintTargetNames = ["aws", "self", "both"] as const satisfies readonly LintTarget[];

export const lintOptions = {
  target: {
    type: "string",
    alias: "t",
    nargs: 1,
    requiresArg: true,
    choices: lintTargetNames,
    describe: "what the document is meant for; default: both",
  },
  format: {
    type: "string",
    nargs: 1,
    requiresArg: true,
    choices: reportFormats,
    describe: "how the findings are told",
  },
  json: { type: "boolean", conflicts: ["format"], describe: "short for --format json" },
  "max-warnings": {
    type: "string",
    nargs: 1,
    requiresArg: true,
    describe: "exit with 1 when there are more warnings",
  },
  rules: { type: "boolean", describe: "list the rules, and read no document" },
} as const satisfies OptionTable;

export const diffOptions = {
  "old-config": {
    type: "string",
    nargs: 1,
    requiresArg: true,
    describe: "settings of the old document, instead of the file beside it",
  },
  "new-config": {
    type: "string",
    nargs: 1,
    requiresArg: true,
    describe: "settings of the new document, instead of the file beside it",
  },
  "old-overlay": {
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: "overlay over the old document alone; may be repeated, in order",
  },
  "new-overlay": {
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: "overlay over the new document alone; may be repeated, in order",
  },
  format: {
    type: "string",
    nargs: 1,
    requiresArg: true,
    choices: diffFormats,
    describe: "how the changes are told; markdown is for pull requests",
  },
  json: { type: "boolean", conflicts: ["format"], describe: "short for --format json" },
  "fail-on": {
    type: "string",
    nargs: 1,
    requiresArg: true,
    choices: diffGates,
    describe: "which changes make the exit status 1; default: breaking, with those of security",
  },
} as const satisfies OptionTable;

/** Targets of manifests; the same words as in src/ir/manifest.ts. */
export const targetNames = [
  "cloudformation",
  "sam",
  "terraform",
  "cdk",
  "docker",
  "compose",
  "kubernetes",
] as const satisfies readonly Target[];

export const deployFilesOptions = {
  target: {
    type: "string",
    alias: "t",
    nargs: 1,
    requiresArg: true,
    describe: "targets, divided by commas; default: those that the settings choose",
  },
  out: {
    type: "string",
    alias: "o",
    nargs: 1,
    requiresArg: true,
    describe: "folder that gets deploy/; made when missing",
  },
  check: {
    type: "boolean",
    describe: "write nothing; exit with 1 when the folder is not up to date",
  },
  list: { type: "boolean", describe: "list the targets, and read no document" },
  json: { type: "boolean", describe: "with --list: as JSON" },
} as const satisfies OptionTable;

/** How options may be written: in one way only, and numbers stay text. */
export const parserConfiguration = {
  "boolean-negation": false,
  "camel-case-expansion": false,
  "dot-notation": false,
  "greedy-arrays": false,
  "parse-numbers": false,
  "parse-positional-numbers": false,
} as const;

/** Names of commands; a file of such a name is given as `./dev`. */
export const commandNames = [
  "generate",
  "dev",
  "map",
  "invoke",
  "explain",
  "eject",
  "lint",
  "diff",
  "templates",
  "deploy-files",
] as const;

/** Options that each command knows. */
export const optionsOf: Readonly<Record<(typeof commandNames)[number], OptionTable>> = {
  generate: { ...generateOptions, ...inputOptions },
  dev: { ...devOptions, ...inputOptions },
  map: { ...mapOptions, ...inputOptions },
  invoke: { ...invokeOptions, ...inputOptions },
  explain: { ...explainOptions, ...inputOptions },
  eject: { ...ejectOptions, ...inputOptions },
  templates: allTemplatesOptions,
  lint: { ...lintOptions, ...inputOptions },
  "deploy-files": { ...deployFilesOptions, ...inputOptions },
  diff: {
    ...diffOptions,
    overlay: inputOptions.overlay,
    resource: inputOptions.resource,
    "allow-remote-refs": inputOptions["allow-remote-refs"],
    "ref-root": inputOptions["ref-root"],
    quiet: inputOptions.quiet,
  },
};
