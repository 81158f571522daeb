import { existsSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild";
import type { OutputFile } from "../emit/output-file.js";

/** A generated project that lies in memory, where no file of the user takes the place of its own. */
export interface VirtualProject {
  readonly files: readonly OutputFile[];
  /** Folder whose files are used in the place of `once` files, and whose packages are found first. */
  readonly folder: string | undefined;
  /** Modules by path that replace those of the project, or are added to it. */
  readonly replaced: ReadonlyMap<string, string>;
}

const namespace = "project";
/** Marks resolutions that this plugin asked for itself. */
const own = Symbol("resolved here");
const ownFolder = dirname(fileURLToPath(import.meta.url));

/**
 * Lets esbuild read a project that is not on disk. Packages are not bundled: they become imports of
 * the file that they are found in, so that the bundle may lie anywhere.
 */
export function virtualProject(project: VirtualProject): Plugin {
  const modules = readModules(project);
  return {
    name: "virtual-project",
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => resolve(args, build, modules, project.folder));
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: modules.get(path) ?? "",
        loader: path.endsWith(".js") ? "js" : "ts",
        resolveDir: project.folder ?? ownFolder,
      }));
    },
  };
}

/** Content of the modules that come from memory. */
function readModules({ files, folder, replaced }: VirtualProject): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const { path, content, ownership } of files) {
    if (!/\.[jt]s$/.test(path) || path.endsWith(".d.ts")) continue;
    const isOnDisk = ownership === "once" && folder !== undefined && existsSync(join(folder, path));
    if (!isOnDisk) modules.set(path, content);
  }
  for (const [path, content] of replaced) modules.set(path, content);
  return modules;
}

async function resolve(
  args: OnResolveArgs,
  build: PluginBuild,
  modules: ReadonlyMap<string, string>,
  folder: string | undefined,
): Promise<OnResolveResult | undefined> {
  const { path, pluginData } = args;
  if (pluginData === own) return undefined;
  if (path.startsWith("node:")) return { path, external: true };
  if (args.kind === "entry-point") return { path, namespace };
  if (path.startsWith(".")) return resolveRelative(args, modules, folder);
  return resolvePackage(args, build);
}

/** A module of the project: from memory, else the user's own on disk. */
function resolveRelative(
  { path, importer, namespace: from, resolveDir }: OnResolveArgs,
  modules: ReadonlyMap<string, string>,
  folder: string | undefined,
): OnResolveResult | undefined {
  const at =
    from === namespace
      ? posix.join(posix.dirname(importer), path)
      : folder && relative(folder, join(resolveDir, path)).split(sep).join("/");
  const found = at === undefined ? undefined : sourceNames(at).find((name) => modules.has(name));
  if (found !== undefined) return { path: found, namespace };
  if (from !== namespace || at === undefined || folder === undefined) return undefined;
  const onDisk = sourceNames(at).find((name) => existsSync(join(folder, name)));
  return onDisk === undefined ? undefined : { path: join(folder, onDisk) };
}

/** Imports name the JavaScript file that a TypeScript file becomes. */
function sourceNames(path: string): readonly string[] {
  return [path.replace(/\.js$/, ".ts"), path, `${path}.ts`, `${path}/index.ts`];
}

async function resolvePackage(
  { path, kind, importer, resolveDir }: OnResolveArgs,
  build: PluginBuild,
): Promise<OnResolveResult | undefined> {
  for (const folder of new Set([resolveDir, ownFolder])) {
    const options = { kind, importer, resolveDir: folder, pluginData: own };
    const found = await build.resolve(path, options);
    if (found.errors.length > 0) continue;
    return found.external || found.namespace !== "file"
      ? { path: found.path, external: true }
      : { path: pathToFileURL(found.path).href, external: true };
  }
  return undefined;
}
