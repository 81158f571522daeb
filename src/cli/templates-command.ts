import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { generate, type GenerateResult } from "../generate.js";
import { nearest } from "../nearest.js";
import { readBase } from "../templates/base.js";
import { templateCatalogue } from "../templates/catalogue.js";
import { ejectTemplate, replaceTemplates } from "../templates/eject-template.js";
import { ending, FolderProblem, readTemplateFolder } from "../templates/folder.js";
import {
  builtInText,
  isBehind,
  resolveName,
  statusOf,
  type TemplateState,
  type TemplateTexts,
} from "../templates/template-status.js";
import {
  isConflict,
  planUpgrade,
  type TemplateUpgrade,
  type UpgradePlan,
} from "../templates/upgrade-templates.js";
import { viewData, type RenderedView } from "../templates/view-data.js";
import type { FileChange } from "../write/changes.js";
import { fileSystemReason } from "../write/output-problem.js";
import { exitCode, type ExitCode } from "./exit-code.js";
import { failureExitCode } from "./generate-outcome.js";
import { loadOptions } from "./load-options.js";
import type {
  InputOptions,
  TemplatesCommandOptions,
  TemplatesDataOptions,
  TemplatesUpgradeOptions,
} from "./options.js";
import { printChanges } from "./print-changes.js";
import { countDiagnostics, printDiagnostics } from "./print-diagnostics.js";
import { asciiControls } from "./print-json.js";
import { printTextDiff, textDiff } from "./print-text-diff.js";
import { colorsOf, printable, type Terminal } from "./terminal.js";

/** Lists, shows, ejects and upgrades templates, and shows what they are given. */
export async function runTemplates(
  options: TemplatesCommandOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    return await run(options, terminal);
  } catch (error) {
    const reason = error instanceof FolderProblem ? error.message : fileSystemReason(error);
    if (reason === undefined) throw error;
    return refuse(terminal, reason);
  }
}

async function run(options: TemplatesCommandOptions, terminal: Terminal): Promise<ExitCode> {
  switch (options.action) {
    case "list":
      return list(options, terminal);
    case "show":
      return show(options.name, terminal);
    case "eject":
      return eject(options, terminal);
    case "status":
      return status(options, terminal);
    case "upgrade":
      return upgrade(options, terminal);
    case "data":
      return data(options, terminal);
  }
}

function list(
  { folder, json }: { readonly folder: string; readonly json: boolean },
  { out }: Terminal,
): ExitCode {
  const own = existsSync(folder) ? [...readTemplateFolder(resolve(folder)).texts.keys()] : [];
  const entries = templateCatalogue().map((entry) => ({
    ...entry,
    isOverridden: own.includes(entry.name),
  }));
  if (json) {
    out.write(`${JSON.stringify(entries)}\n`);
    return exitCode.done;
  }
  const width = Math.max(...entries.map(({ name }) => name.length));
  for (const { name, makes, ownership, isOverridden } of entries) {
    const mark = isOverridden ? " · overridden" : "";
    out.write(`${name.padEnd(width)}  ${makes} · ${ownership ?? "partial"}${mark}\n`);
  }
  return exitCode.done;
}

function show(given: string, terminal: Terminal): ExitCode {
  const found = find(given, terminal);
  if (found === undefined) return exitCode.cannotRun;
  terminal.out.write(found.text);
  return exitCode.done;
}

function find(
  given: string,
  terminal: Terminal,
): { readonly name: string; readonly text: string } | undefined {
  const name = resolveName(given);
  const text = name === undefined ? undefined : builtInText(name);
  if (name !== undefined && text !== undefined) return { name, text };
  const near = nearest(
    given,
    templateCatalogue().map((entry) => entry.name),
  );
  refuse(
    terminal,
    `there is no template ${printable(given)}`,
    near === undefined ? "gen-gateway templates list has the names" : `did you mean ${near}?`,
  );
  return undefined;
}

function eject(
  { folder, name: given }: { readonly folder: string; readonly name: string },
  terminal: Terminal,
): ExitCode {
  const found = find(given, terminal);
  if (found === undefined) return exitCode.cannotRun;
  const place = `${folder.replace(/[/\\]+$/, "")}/${found.name}${ending}`;
  if (ejectTemplate(resolve(folder), found.name, found.text)) {
    terminal.out.write(`${colorsOf(terminal.out).green("✓")} ${printable(place)}\n`);
    return exitCode.done;
  }
  refuse(terminal, `${printable(place)} is there already and is kept`);
  return exitCode.conflict;
}

const stateTexts: Readonly<Record<TemplateState, string>> = {
  same: "as ejected",
  edited: "edited",
  moved: "the built-in one has changed",
  "edited-and-moved": "edited, and the built-in one has changed",
  "no-base": "not ejected: what it was made from is not known",
  gone: "there is no built-in one any more: it makes nothing",
  own: "yours",
};

function status(
  { folder, json, check }: Extract<TemplatesCommandOptions, { action: "status" }>,
  { out, err }: Terminal,
): ExitCode {
  const states = statusOf(textsOf(folder));
  const behind = states.filter(({ state }) => isBehind(state));
  if (json) out.write(`${asciiControls(JSON.stringify(states))}\n`);
  else {
    const width = Math.max(0, ...states.map(({ name }) => name.length));
    for (const { name, state } of states) {
      out.write(`${printable(name).padEnd(width)}  ${stateTexts[state]}\n`);
    }
    if (states.length === 0) out.write(`${printable(folder)} holds no templates\n`);
    if (behind.length > 0) {
      err.write(`  ${colorsOf(err).cyan("hint:")} run gen-gateway templates upgrade\n`);
    }
  }
  return check && behind.length > 0 ? exitCode.findings : exitCode.done;
}

function textsOf(folder: string): TemplateTexts {
  const path = resolve(folder);
  return { texts: readTemplateFolder(path).texts, base: readBase(path) };
}

async function upgrade(options: TemplatesUpgradeOptions, terminal: Terminal): Promise<ExitCode> {
  const { folder, markers, dryRun, input } = options;
  const current = textsOf(folder);
  const plan = await planUpgrade(current);
  const conflicts = plan.upgrades.filter(
    (item) => item.kind === "too-different" || (item.kind === "overlap" && !markers),
  );
  if (conflicts.length > 0) return refuseUpgrade(conflicts, folder, terminal);
  const code =
    input === undefined ? exitCode.done : await showEffect(plan, current, options, input, terminal);
  if (code !== exitCode.done) return code;
  if (!dryRun) replaceTemplates(resolve(folder), changedTexts(plan), plan.base);
  await printUpgrade(plan, current, options, terminal);
  return plan.upgrades.some(isConflict) ? exitCode.conflict : exitCode.done;
}

function changedTexts({ upgrades }: UpgradePlan): ReadonlyMap<string, string> {
  return new Map(
    upgrades.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text] as const])),
  );
}

function refuseUpgrade(
  conflicts: readonly TemplateUpgrade[],
  folder: string,
  { err }: Terminal,
): ExitCode {
  const { red, cyan } = colorsOf(err);
  const many = conflicts.length === 1 ? "" : "s";
  err.write(
    `${red("✗")} ${printable(folder)} · ${conflicts.length} template${many} cannot be merged · nothing was written\n`,
  );
  for (const { name, kind } of conflicts) {
    const why =
      kind === "overlap"
        ? "edited in the lines that have changed in the built-in one, too"
        : "edited in more places than can be compared";
    err.write(`  ${printable(name)}: ${why}\n`);
  }
  err.write(`  ${cyan("hint:")} use --conflict-markers, and decide in the templates\n`);
  return exitCode.conflict;
}

const upgradeTexts: Readonly<Record<TemplateUpgrade["kind"], string>> = {
  updated: "as the built-in one",
  merged: "your edits are kept",
  overlap: "marked places for you to decide",
  "too-different": "cannot be compared",
  gone: "there is no built-in one any more: it is kept",
};

async function printUpgrade(
  { upgrades }: UpgradePlan,
  { texts }: TemplateTexts,
  { folder, dryRun }: TemplatesUpgradeOptions,
  { out }: Terminal,
): Promise<void> {
  for (const { name, kind, text } of upgrades) {
    out.write(`${printable(name)}: ${upgradeTexts[kind]}\n`);
    if (!dryRun || text === undefined) continue;
    const names = { before: `${name}${ending}`, after: `${name}${ending}, upgraded` };
    printTextDiff(await textDiff(names, texts.get(name) ?? "", text), out);
  }
  const count = upgrades.filter(({ text }) => text !== undefined).length;
  const verb = dryRun ? "would change" : "changed";
  const summary = count === 0 ? "up to date" : `${count} ${verb}`;
  out.write(`${colorsOf(out).green("✓")} ${printable(folder)} · ${summary}\n`);
}

/** Prints how the output of a document changes by an upgrade. */
async function showEffect(
  plan: UpgradePlan,
  { texts }: TemplateTexts,
  options: TemplatesUpgradeOptions,
  input: InputOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { folder, out } = options;
  const common = {
    ...loadOptions(input),
    templates: folder,
    ...(out === undefined ? {} : { out }),
  };
  const before = await generate(common);
  const templateTexts = new Map([...texts, ...changedTexts(plan)]);
  const hasMarks = plan.upgrades.some(isConflict);
  // places that are left to decide have no output yet
  const after = hasMarks ? before : await generate({ ...common, templateTexts });
  for (const generated of [before, after]) {
    if (generated.inputDigest === undefined) return reportErrors(generated, input, terminal);
  }
  await printChanges(changesBetween(before, after), terminal.out);
  return exitCode.done;
}

function changesBetween(before: GenerateResult, after: GenerateResult): readonly FileChange[] {
  const old = new Map(before.files.map(({ path, content }) => [path, content]));
  return after.files.flatMap(({ path, content }): readonly FileChange[] => {
    const was = old.get(path);
    if (was === content) return [];
    const action = was === undefined ? "create" : "update";
    return [
      {
        path,
        action,
        before: was === undefined ? undefined : Buffer.from(was),
        after: Buffer.from(content),
      },
    ];
  });
}

async function data(options: TemplatesDataOptions, terminal: Terminal): Promise<ExitCode> {
  const { input, templates, name: given } = options;
  const views: RenderedView[] = [];
  const generated = await generate({
    ...loadOptions(input),
    ...(templates === undefined ? {} : { templates }),
    onView: (template, path, view) => views.push({ template, path, view }),
  });
  if (generated.plan === undefined) return reportErrors(generated, input, terminal);
  const name = given === undefined ? undefined : (resolveName(given) ?? given);
  const wanted = views.filter(({ template }) => name === undefined || template === name);
  if (wanted.length === 0) return refuseData(given ?? "", views, terminal);
  const json = JSON.stringify(viewData(wanted, generated.plan), null, 2);
  terminal.out.write(`${asciiControls(json)}\n`);
  return exitCode.done;
}

function refuseData(given: string, views: readonly RenderedView[], terminal: Terminal): ExitCode {
  const names = [...new Set(views.map(({ template }) => template))];
  const near = nearest(given, names);
  return refuse(
    terminal,
    `no file of this document is made by ${printable(given)}`,
    near === undefined ? `there are ${names.toSorted().join(", ")}` : `did you mean ${near}?`,
  );
}

function reportErrors(
  generated: GenerateResult,
  { spec, quiet }: InputOptions,
  { err }: Terminal,
): ExitCode {
  printDiagnostics({ ...generated, spec, quiet }, err);
  const count = countDiagnostics(generated.diagnostics);
  err.write(`${colorsOf(err).red("✗")} ${printable(spec)} · ${count}\n`);
  return failureExitCode(generated.diagnostics);
}

function refuse({ err }: Terminal, message: string, hint?: string): ExitCode {
  const { red, cyan } = colorsOf(err);
  err.write(`${red("✗")} ${message}\n`);
  if (hint !== undefined) err.write(`  ${cyan("hint:")} ${printable(hint)}\n`);
  return exitCode.cannotRun;
}
