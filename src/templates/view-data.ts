import { Code } from "../emit/printer/code.js";
import { projectView } from "../emit/project-view.js";
import type { Plan } from "../plan/plan.js";

/** A view that a template was given. */
export interface RenderedView {
  readonly template: string;
  /** The file that was made. */
  readonly path: string;
  readonly view: object;
}

/** Views as plain JSON: what a printer made is `{ "code": "..." }`. `@project` stands beside them. */
export function viewData(views: readonly RenderedView[], plan: Plan): object {
  const byTemplate = new Map<string, object[]>();
  for (const { template, path, view } of views) {
    const list = byTemplate.get(template) ?? [];
    list.push({ path, view: plainView(view) });
    byTemplate.set(template, list);
  }
  const sorted = [...byTemplate].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { "@project": projectView(plan), templates: Object.fromEntries(sorted) };
}

function plainView(value: unknown): unknown {
  if (value instanceof Code) return { code: value.text };
  if (Array.isArray(value)) return value.map(plainView);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainView(item)]));
}
