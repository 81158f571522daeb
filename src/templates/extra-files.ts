import type { OutputFile } from "../emit/output-file.js";
import { bannerOf } from "../emit/project.js";
import type { CustomTemplates } from "../emit/templates.js";
import type {
  ExtraFileView,
  FunctionItem,
  ModelItem,
  OperationItem,
  ProjectView,
} from "../emit/views.js";
import type { Plan } from "../plan/plan.js";
import { OutputPaths } from "../write/output-path.js";
import type { ExtraFile } from "./config.js";

/** What extra files are made from. */
export interface ExtraFileSurroundings {
  readonly plan: Plan;
  readonly project: ProjectView;
  readonly templates: CustomTemplates;
  /** Paths of the files that gen-gateway makes. */
  readonly planned: readonly string[];
}

/** The files that the user's config adds. A path that is not safe or not free is reported. */
export function emitExtraFiles(
  declared: readonly ExtraFile[],
  { plan, project, templates, planned }: ExtraFileSurroundings,
  report: (message: string) => void,
): readonly OutputFile[] {
  const paths = new OutputPaths();
  for (const path of planned) paths.add(path);
  const banner = bannerOf(plan);
  return declared.flatMap((file) =>
    itemsOf(file, project).flatMap(({ name, view }): readonly OutputFile[] => {
      const path = file.path.replaceAll("{name}", name);
      const fault = paths.add(path);
      if (fault !== undefined) {
        report(`the path ${JSON.stringify(path)} of ${JSON.stringify(file.template)} ${fault}`);
        return [];
      }
      const content = templates.renderExtra(file.template, { banner, ...view }, path);
      return [{ path, content, ownership: file.ownership ?? "owned" }];
    }),
  );
}

interface Item {
  /** For the path. */
  readonly name: string;
  readonly view: Omit<ExtraFileView, "banner">;
}

const noItem = { operation: null, model: null, function: null };

function itemsOf({ each }: ExtraFile, project: ProjectView): readonly Item[] {
  if (each === undefined) return [{ name: "", view: noItem }];
  switch (each) {
    case "operation":
      return project.operations.map((operation: OperationItem) => ({
        name: operation.fileName,
        view: { ...noItem, operation },
      }));
    case "model":
      return project.models.map((model: ModelItem) => ({
        name: model.fileName,
        view: { ...noItem, model },
      }));
    case "function":
      return project.functions.map((item: FunctionItem) => ({
        name: item.fileName,
        view: { ...noItem, function: item },
      }));
  }
}
