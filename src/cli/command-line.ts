import parse, { type Arguments } from "yargs-parser";
import type { EditPolicy } from "../write/changes.js";
import type { Command, InputOptions, ReportFormat, TemplatesCommandOptions } from "./options.js";
import {
  commandNames,
  diffFormats,
  diffGates,
  lintTargetNames,
  optionsOf,
  parserConfiguration,
  reportFormats,
  targetNames,
  templatesActionNames,
  templatesActions,
} from "./options.js";

/**
 * Understands a right command line; undefined for every other, and for a call for help. It uses yargs'
 * own parser without the rest of yargs, which alone would cost a fifth of a small run and is loaded
 * only when there is something to explain: usage.ts.
 */
export function parseCommandLine(args: readonly string[]): Command | undefined {
  const [first] = args;
  if (args.length === 1 && first === "--version") return { kind: "version" };
  const named = commandNames.find((name) => name === first);
  const name = named ?? "generate";
  if (name === "templates") return templatesCommand(args.slice(1));
  const argv = parseOptions(named === undefined ? args : args.slice(1), optionsOf[name]);
  if (argv === undefined) return undefined;
  const [spec, ...others] = argv.operands;
  if (name === "lint" && argv.flag("rules")) return rulesCommand(argv);
  if (name === "deploy-files" && argv.flag("list")) return targetsCommand(argv);
  if (spec === undefined || spec === "") return undefined;
  if (name === "eject") return ejectCommand(argv);
  if (name === "map") return mapCommand(spec, others, argv);
  if (name === "diff") return diffCommand(spec, others, argv);
  if (name === "invoke") return invokeCommand(spec, others, argv);
  if (name === "explain") return explainCommand(spec, others, argv);
  if (others.length > 0) return undefined;
  if (name === "lint") return lintCommand(spec, argv);
  if (name === "deploy-files") return deployFilesCommand(spec, argv);
  return name === "generate" ? generateCommand(spec, argv) : devCommand(spec, argv);
}

interface ParsedOptions {
  readonly operands: readonly string[];
  text(name: string): string | undefined;
  list(name: string): readonly string[];
  flag(name: string): boolean;
}

type OptionTable = (typeof optionsOf)[(typeof commandNames)[number]];

function parseOptions(args: readonly string[], table: OptionTable): ParsedOptions | undefined {
  const names = Object.keys(table);
  const { argv, error } = parse.detailed([...args], {
    string: names.filter((option) => table[option]?.type === "string"),
    boolean: names.filter((option) => table[option]?.type === "boolean"),
    array: names.filter((option) => table[option]?.array === true),
    narg: Object.fromEntries(
      names.filter((option) => table[option]?.nargs === 1).map((option) => [option, 1]),
    ),
    alias: Object.fromEntries(
      names.flatMap((option) => {
        const alias = table[option]?.alias;
        return typeof alias === "string" ? [[option, [alias]]] : [];
      }),
    ),
    configuration: { ...parserConfiguration, "strip-aliased": true },
  });
  const { _: operands, ...values }: Arguments = argv;
  if (error !== null || !isRight(values, table)) return undefined;
  const given = new Map(Object.entries(values));
  return {
    operands: operands.map(String),
    text: (option) => {
      const value = given.get(option);
      return typeof value === "string" ? value : undefined;
    },
    list: (option) => {
      const value = given.get(option);
      return Array.isArray(value) ? value.map(String) : [];
    },
    flag: (option) => given.get(option) === true,
  };
}

/** Whether every value is of a known option, and one of its type. */
function isRight(values: Readonly<Record<string, unknown>>, table: OptionTable): boolean {
  return Object.entries(values).every(([name, value]) => {
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) return false;
    if (option.array === true) {
      return Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");
    }
    return option.type === "boolean"
      ? typeof value === "boolean"
      : typeof value === "string" && value !== "";
  });
}

function inputOf(spec: string, argv: ParsedOptions): InputOptions {
  return {
    spec,
    config: argv.text("config"),
    overlays: argv.list("overlay"),
    resource: argv.text("resource"),
    allowRemoteRefs: argv.list("allow-remote-refs"),
    refRoots: argv.list("ref-root"),
    quiet: argv.flag("quiet"),
  };
}

function generateCommand(spec: string, argv: ParsedOptions): Command | undefined {
  const out = argv.text("out");
  const edits = editsOf(argv);
  const format = formatOf(argv);
  const [check, dryRun, frozen] = [argv.flag("check"), argv.flag("dry-run"), argv.flag("frozen")];
  if (out === undefined || edits === undefined || format === undefined) return undefined;
  if (Number(check) + Number(dryRun) + Number(frozen) > 1) return undefined;
  if ((edits === "force" && (check || dryRun || frozen)) || (edits !== "refuse" && frozen)) {
    return undefined;
  }
  const fixHandlers = argv.flag("fix-handlers");
  if (fixHandlers && frozen) return undefined;
  const mode = check ? "check" : dryRun ? "dry-run" : "write";
  const templates = argv.text("templates");
  const input = { ...inputOf(spec, argv), templates };
  return {
    kind: "generate",
    options: {
      ...input,
      out,
      mode,
      edits,
      frozen,
      fixHandlers,
      keepGoing: argv.flag("keep-going"),
      format,
    },
  };
}

function ejectCommand(argv: ParsedOptions): Command | undefined {
  const [what, route, spec, ...others] = argv.operands;
  const out = argv.text("out");
  if (what !== "mapping" || route === undefined || spec === undefined || out === undefined) {
    return undefined;
  }
  if (others.length > 0) return undefined;
  return { kind: "eject", options: { ...inputOf(spec, argv), what, route, out } };
}

/** Undefined: options that do not go together. */
function editsOf(argv: ParsedOptions): EditPolicy | undefined {
  const [force, merge] = [argv.flag("force"), argv.flag("merge")];
  const markers = argv.flag("conflict-markers");
  if ((force && merge) || (markers && !merge)) return undefined;
  if (force) return "force";
  return merge ? (markers ? "merge-markers" : "merge") : "refuse";
}

function formatOf(argv: ParsedOptions): ReportFormat | undefined {
  const text = argv.text("format");
  if (argv.flag("json")) return text === undefined ? "json" : undefined;
  return text === undefined ? "text" : reportFormats.find((format) => format === text);
}

function devCommand(spec: string, argv: ParsedOptions): Command | undefined {
  const text = argv.text("port");
  if (spec === "-" || (text !== undefined && !isPort(text))) return undefined;
  const port = text === undefined ? undefined : Number(text);
  const options = {
    ...inputOf(spec, argv),
    templates: argv.text("templates"),
    port,
    host: argv.text("host"),
    out: argv.text("out"),
    console: !argv.flag("no-console"),
    keepGoing: argv.flag("keep-going"),
  };
  return { kind: "dev", options };
}

function mapCommand(
  spec: string,
  [route, ...others]: readonly string[],
  argv: ParsedOptions,
): Command | undefined {
  const input = argv.text("input");
  const [isRequest, isResponse] = [argv.flag("request"), argv.flag("response")];
  const status = argv.text("status");
  if (route === undefined || route === "" || others.length > 0 || input === undefined) {
    return undefined;
  }
  if (isRequest === isResponse || (isRequest && status !== undefined)) return undefined;
  if (spec === "-" && input === "-") return undefined;
  const options = {
    ...inputOf(spec, argv),
    route,
    part: isRequest ? "request" : "response",
    status,
    mediaType: argv.text("media-type"),
    input,
    context: argv.text("context"),
    stage: argv.text("stage"),
    trace: argv.flag("trace"),
    expect: argv.text("expect"),
    json: argv.flag("json"),
  } as const;
  return { kind: "map", options };
}

function invokeCommand(
  spec: string,
  [method, path, ...others]: readonly string[],
  argv: ParsedOptions,
): Command | undefined {
  const headers = argv.list("header").map(headerPair);
  const [body, bodyFile] = [argv.text("body"), argv.text("body-file")];
  if (method === undefined || path === undefined || others.length > 0) return undefined;
  if (!isRequest(method, path) || headers.includes(undefined)) return undefined;
  if ((body !== undefined && bodyFile !== undefined) || (spec === "-" && bodyFile === "-")) {
    return undefined;
  }
  const options = {
    ...inputOf(spec, argv),
    templates: argv.text("templates"),
    method: method.toUpperCase(),
    path,
    headers: headers.flatMap((pair) => pair ?? []),
    body,
    bodyFile,
    stage: argv.text("stage"),
    as: argv.text("as"),
    out: argv.text("out"),
    json: argv.flag("json"),
  };
  return { kind: "invoke", options };
}

function explainCommand(
  spec: string,
  [method, path, ...others]: readonly string[],
  argv: ParsedOptions,
): Command | undefined {
  const [svg, json] = [argv.flag("svg"), argv.flag("json")];
  if (others.length > 0 || (svg && json)) return undefined;
  const input = { ...inputOf(spec, argv), json, svg };
  if (method === undefined) {
    return svg ? undefined : { kind: "explain", options: { ...input, request: undefined } };
  }
  if (path === undefined || !/^[A-Za-z]+$/.test(method)) return undefined;
  const request = { method: method.toUpperCase(), path };
  return { kind: "explain", options: { ...input, request } };
}

/** A method and a path that begins with a slash. */
export function isRequest(method: string, path: string): boolean {
  return /^[A-Za-z]+$/.test(method) && path.startsWith("/");
}

/** Name and value of `Name: value`; undefined: it is no header. */
export function headerPair(text: string): readonly [name: string, value: string] | undefined {
  const [, name, value] = /^([!#$%&'*+.^_`|~A-Za-z0-9-]+):[\t ]*([^\r\n\0]*)$/.exec(text) ?? [];
  return name === undefined || value === undefined ? undefined : [name, value];
}

/** Where the user's templates are when nothing is said. */
const defaultFolder = "templates";

function templatesCommand([given, ...args]: readonly string[]): Command | undefined {
  const action = templatesActionNames.find((name) => name === given);
  const argv = action && parseOptions(args, templatesActions[action]);
  if (action === undefined || argv === undefined || argv.operands.includes("")) return undefined;
  const options = templatesOptions(action, argv);
  return options && { kind: "templates", options };
}

function templatesOptions(
  action: TemplatesCommandOptions["action"],
  argv: ParsedOptions,
): TemplatesCommandOptions | undefined {
  const [first, second, ...others] = argv.operands;
  const folder = argv.text("templates") ?? defaultFolder;
  if (others.length > 0 || (second !== undefined && action !== "data")) return undefined;
  switch (action) {
    case "list":
      return first === undefined ? { action, folder, json: argv.flag("json") } : undefined;
    case "status":
      return first === undefined
        ? { action, folder, json: argv.flag("json"), check: argv.flag("check") }
        : undefined;
    case "show":
      return first === undefined ? undefined : { action, name: first };
    case "eject":
      return first === undefined ? undefined : { action, folder, name: first };
    case "upgrade":
      return {
        action,
        folder,
        markers: argv.flag("conflict-markers"),
        dryRun: argv.flag("dry-run"),
        input: first === undefined ? undefined : inputOf(first, argv),
        out: argv.text("out"),
      };
    case "data":
      if (first === undefined) return undefined;
      return {
        action,
        input: inputOf(first, argv),
        name: second,
        templates: argv.text("templates"),
      };
  }
}

function lintCommand(spec: string, argv: ParsedOptions): Command | undefined {
  const format = formatOf(argv);
  const target = wordOf(argv, "target", lintTargetNames, "both");
  const limit = argv.text("max-warnings");
  if (format === undefined || target === undefined) return undefined;
  if (limit !== undefined && !isCount(limit)) return undefined;
  const maxWarnings = limit === undefined ? undefined : Number(limit);
  return { kind: "lint", options: { ...inputOf(spec, argv), target, format, maxWarnings } };
}

/** The list of rules is of no document. */
function rulesCommand(argv: ParsedOptions): Command | undefined {
  if (argv.operands.length > 0) return undefined;
  return { kind: "lint-rules", options: { json: argv.flag("json") } };
}

function diffCommand(
  before: string,
  [after, ...others]: readonly string[],
  argv: ParsedOptions,
): Command | undefined {
  const isJson = argv.flag("json");
  const format = wordOf(argv, "format", diffFormats, isJson ? "json" : "text");
  const failOn = wordOf(argv, "fail-on", diffGates, "breaking");
  if (after === undefined || after === "" || others.length > 0) return undefined;
  if (before === "-" && after === "-") return undefined;
  if (format === undefined || failOn === undefined) return undefined;
  if (isJson && argv.text("format") !== undefined) return undefined;
  const options = {
    before,
    after,
    beforeConfig: argv.text("old-config"),
    afterConfig: argv.text("new-config"),
    // those of both documents come first
    beforeOverlays: [...argv.list("overlay"), ...argv.list("old-overlay")],
    afterOverlays: [...argv.list("overlay"), ...argv.list("new-overlay")],
    resource: argv.text("resource"),
    allowRemoteRefs: argv.list("allow-remote-refs"),
    refRoots: argv.list("ref-root"),
    quiet: argv.flag("quiet"),
    format,
    failOn,
  };
  return { kind: "diff", options };
}

/** The list of targets is of no document. */
function targetsCommand(argv: ParsedOptions): Command | undefined {
  const isAlone = argv.operands.length === 0 && argv.text("out") === undefined;
  if (!isAlone || argv.text("target") !== undefined) return undefined;
  return { kind: "deploy-targets", options: { json: argv.flag("json") } };
}

function deployFilesCommand(spec: string, argv: ParsedOptions): Command | undefined {
  const out = argv.text("out");
  const words = argv.text("target")?.split(",");
  const targets = words?.flatMap((word) => targetNames.find((name) => name === word) ?? []);
  if (out === undefined || argv.flag("json") || targets?.length !== words?.length) return undefined;
  const check = argv.flag("check");
  return { kind: "deploy-files", options: { ...inputOf(spec, argv), out, targets, check } };
}

/** Undefined: not one of the words. */
function wordOf<T extends string>(
  argv: ParsedOptions,
  option: string,
  words: readonly T[],
  otherwise: T,
): T | undefined {
  const text = argv.text(option);
  return text === undefined ? otherwise : words.find((word) => word === text);
}

/** A decimal number of at most six digits. */
export function isCount(text: string): boolean {
  return /^\d{1,6}$/.test(text);
}

/** A decimal number from 0 to 65535. */
export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) < 65_536;
}
