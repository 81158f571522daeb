import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Project, type InterfaceDeclaration, type PropertySignature } from "ts-morph";
import { builtInTemplates } from "../src/emit/template/names.js";

/** A member of a view, as `src/emit/views.ts` declares and describes it. */
export interface ViewMember {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

export const docsFile = fileURLToPath(new URL("../docs/templates.md", import.meta.url));
const viewsFile = fileURLToPath(new URL("../src/emit/views.ts", import.meta.url));
const [begin, end] = ["<!-- views: begin -->", "<!-- views: end -->"];

/** The members of every interface of the views, inherited ones first. */
export function readViews(): ReadonlyMap<string, readonly ViewMember[]> {
  const source = new Project().addSourceFileAtPath(viewsFile);
  const declared = new Map(source.getInterfaces().map((item) => [item.getName(), item]));
  return new Map([...declared].map(([name, item]) => [name, membersOf(item, declared)]));
}

function membersOf(
  item: InterfaceDeclaration,
  declared: ReadonlyMap<string, InterfaceDeclaration>,
): readonly ViewMember[] {
  const inherited = item.getExtends().flatMap((base) => {
    const found = declared.get(base.getText());
    return found === undefined ? [] : membersOf(found, declared);
  });
  return [...inherited, ...item.getProperties().map(memberOf)];
}

function memberOf(property: PropertySignature): ViewMember {
  const text = property
    .getJsDocs()
    .map((doc) => doc.getDescription().trim())
    .join(" ");
  return { name: property.getName().replace(/^"|"$/g, ""), type: typeOf(property), text };
}

function typeOf(property: PropertySignature): string {
  return (property.getTypeNode()?.getText() ?? "").replace(/^readonly (.*)\[\]$/, "list of $1");
}

/** The part of `docs/templates.md` that is made from the views. */
export function printViews(): string {
  const views = readViews();
  const sections = (views.get("Views") ?? []).map(({ name, type }) => {
    const members = views.get(type) ?? [];
    const makes = Object.entries(builtInTemplates).find(([key]) => key === name)?.[1].makes ?? "";
    const body = members.length === 0 ? "It has no values of its own." : table(members);
    return `#### ${name}\n\nMakes ${makes}.\n\n${body}`;
  });
  const items = ["ProjectView", "StageItem", "OperationItem", "ParameterItem", "ModelItem"];
  const further = [...items, "FunctionItem", "ExtraFileView"].map(
    (name) => `#### ${name}\n\n${table(views.get(name) ?? [])}`,
  );
  return [
    "### Plain values\n\n`@project` is a ProjectView; templates of extra files are given an ExtraFileView.",
    ...further,
    "### By template",
    ...sections,
  ].join("\n\n");
}

function table(members: readonly ViewMember[]): string {
  const rows = members.map(
    ({ name, type, text }) => `| \`${name}\` | ${type.replaceAll("|", "\\|")} | ${text} |`,
  );
  return ["| value | type | what it is |", "| --- | --- | --- |", ...rows].join("\n");
}

/** `docs/templates.md` with that part as it should be, not laid out. */
export function updatedDocs(): string {
  const text = readFileSync(docsFile, "utf8");
  const [before, after] = [text.split(begin)[0] ?? "", text.split(end)[1] ?? ""];
  return `${before}${begin}\n\n${printViews()}\n\n${end}${after}`;
}
