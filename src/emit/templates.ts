import { readFileSync } from "node:fs";
import { packageFile } from "./package-files.js";
import { hasPreparedTemplates, preparedTemplate } from "./prepared.js";
import { languageOf } from "./template/language.js";
import { builtInPartials, isBuiltIn } from "./template/names.js";
import { parseTemplate, type TemplateNode } from "./template/parse.js";
import { isPrinterName, printers } from "./template/printers.js";
import { renderTemplate, type TemplateHelper } from "./template/render.js";
import { partialsFolder, TemplateFault, type TemplateSource } from "./template/source.js";
import { checkWords } from "./template/words.js";
import type { Views } from "./views.js";

/**
 * The templates of the emitted files. In a template for code every `{{x}}` must be text that a printer
 * made; a raw string, and so anything that came from a spec, is refused.
 */
export interface Templates {
  /** The text of the file at `path`. Names of templates are output paths without `.hbs`. */
  render<Name extends keyof Views>(name: Name, view: Views[Name], path?: string): string;
}

/** What a user puts in the place of built-in templates, and beside them. */
export interface TemplateOverlay {
  /** Templates and partials of the user's, by name. */
  readonly sources: ReadonlyMap<string, TemplateSource>;
  readonly helpers: ReadonlyMap<string, TemplateHelper>;
  /** The value of `@project`. */
  readonly project: () => unknown;
  /** Told what is wrong with a template; its file comes out empty. Default: it is thrown. */
  readonly onFault?: (fault: TemplateFault) => void;
  /** Told of each view before it is rendered. */
  readonly onView?: (name: string, path: string, view: object) => void;
}

/** Templates that render the user's own ones, too. */
export interface CustomTemplates extends Templates {
  /** Reads every template of the overlay, used or not; what is wrong is told. */
  checkAll(): void;
  /** Renders a template of the overlay that stands for no built-in one. */
  renderExtra(name: string, view: object, path: string): string;
}

/** Nothing of a user's. */
export const noOverlay: TemplateOverlay = {
  sources: new Map(),
  helpers: new Map(),
  project: () => ({}),
};

/** The templates of this package under those of the user. */
export async function createTemplates(
  overlay: TemplateOverlay = noOverlay,
): Promise<CustomTemplates> {
  const needsParser = overlay.sources.size > 0 || !hasPreparedTemplates();
  const parser = needsParser ? (await import("handlebars")).default : undefined;
  const parsed = new Map<string, readonly TemplateNode[] | TemplateFault>();
  const names = [
    ...Object.keys(builtInPartials),
    ...[...overlay.sources.keys()].filter((name) => name.startsWith(partialsFolder)),
  ];
  const words = {
    helpers: [...Object.keys(printers), ...overlay.helpers.keys()],
    partials: names.map((name) => name.slice(partialsFolder.length)),
  };
  const read = (name: string): readonly TemplateNode[] => {
    let known = parsed.get(name);
    if (known === undefined) {
      known = attempt(() => {
        const own = overlay.sources.get(name);
        const ready = own === undefined ? preparedTemplate(name) : undefined;
        if (ready !== undefined) return ready;
        if (parser === undefined) throw new Error(`the template ${name} was not prepared`);
        const nodes = parseTemplate(own ?? builtInSource(name), parser);
        checkWords(nodes, words);
        return nodes;
      });
      parsed.set(name, known);
    }
    if (known instanceof TemplateFault) throw known;
    return known;
  };
  const render = (name: string, view: object, path: string): string => {
    overlay.onView?.(name, path, view);
    const text = attempt(() =>
      renderTemplate(read(name), view, {
        ...overlay,
        language: languageOf(path),
        partial: (partial) => read(partialsFolder + partial),
      }),
    );
    return text instanceof TemplateFault ? tell(text, overlay) : text;
  };
  return {
    render: (name, view, path = name) => render(name, view, path),
    renderExtra: render,
    checkAll: () => {
      for (const name of overlay.sources.keys()) {
        const nodes = attempt(() => read(name));
        if (nodes instanceof TemplateFault) tell(nodes, overlay);
      }
    },
  };
}

/** The template or partial that this package ships. */
export function builtInSource(name: string): TemplateSource {
  if (!isBuiltIn(name)) throw new Error(`there is no template ${name}`);
  const text = readFileSync(packageFile(`templates/${name}.hbs`), "utf8");
  return { name, text, file: undefined };
}

/** Names that helpers of the user's cannot have. */
export function isReservedHelper(name: string): boolean {
  return isPrinterName(name) || ["if", "unless", "each", "with", "else", "this"].includes(name);
}

function attempt<Result>(run: () => Result): Result | TemplateFault {
  try {
    return run();
  } catch (error) {
    if (error instanceof TemplateFault) return error;
    throw error;
  }
}

function tell(fault: TemplateFault, { onFault }: TemplateOverlay): string {
  if (onFault === undefined) throw fault;
  onFault(fault);
  return "";
}
