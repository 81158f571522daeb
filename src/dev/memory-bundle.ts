import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, formatMessages, type BuildFailure } from "esbuild";
import type { OutputFile } from "../emit/output-file.js";
import { WORKER_KIND } from "../runtime/functions/worker.js";
import type { GatewayOptions, ManagedGateway } from "../runtime/gateway.js";
import { virtualProject, type VirtualProject } from "./virtual-project.js";

export interface MemoryBuildOptions {
  /** Project folder whose handlers take the place of the scaffolds; default: none. */
  readonly folder?: string;
}

/** A generated project, built without being written. */
export interface MemoryBuild {
  /**
   * A gateway in a fresh state, with its function backends; close it when it is no longer used.
   * @throws BuildProblem when a secret is missing; which one, the gateway says on standard error.
   */
  createGateway(options?: GatewayOptions): Promise<ManagedGateway>;
  /** Files on disk that the build read: the user's handlers and what they import. */
  readonly sources: readonly string[];
  /** Removes the bundle. */
  dispose(): Promise<void>;
}

/** The user's modules cannot be built, where the message names file, line and column, or started. */
export class BuildProblem extends Error {
  override readonly name = "BuildProblem";
}

const entry = "gen-gateway-entry.ts";

/**
 * The bundle hands its gateway out instead of listening: a server of the host's takes the place of
 * its own, and nothing listens beside it. Worker threads load the same bundle and serve functions.
 */
const replaced = new Map([
  [
    entry,
    `import { workerData } from "node:worker_threads";
import { start } from "./src/generated/start.js";
export const create = (gateway) => start({ entry: import.meta.url, gateway });
if (workerData === ${JSON.stringify(WORKER_KIND)}) {
  process.setSourceMapsEnabled(true);
  await create();
}
`,
  ],
  [
    "src/generated/runtime/server/node.ts",
    "export const startServer = async (gateway) => gateway;\n",
  ],
  [
    "src/generated/runtime/admin/admin-server.ts",
    "export const startAdmin = async () => ({ beside: (start) => start() });\n",
  ],
  [
    "src/generated/runtime/admin/monitoring.ts",
    "export const startMonitoring = async () => ({ beside: (start) => start() });\n",
  ],
]);

/**
 * Bundles the files of a project and imports the result. The bundle is a file in a folder of its own:
 * worker threads need one. A process keeps every bundle that it ever imported, as it does any module.
 * @throws BuildProblem
 */
export async function buildInMemory(
  files: readonly OutputFile[],
  options: MemoryBuildOptions = {},
): Promise<MemoryBuild> {
  const folder = await mkdtemp(join(tmpdir(), "gen-gateway-"));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const outfile = join(folder, "gateway.mjs");
    const project = { files, folder: options.folder, replaced };
    const { module, sources } = await importBundle(project, entry, outfile);
    return { createGateway: gatewayFactory(module), sources, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/**
 * Bundles a module of a project into `outfile` and imports it; `sources` as in {@link MemoryBuild}.
 * @throws BuildProblem
 */
export async function importBundle(
  project: VirtualProject,
  entryPoint: string,
  outfile: string,
): Promise<{ readonly module: unknown; readonly sources: readonly string[] }> {
  const sources = await bundle(project, entryPoint, outfile);
  const module: unknown = await import(pathToFileURL(outfile).href);
  return { module, sources };
}

async function bundle(
  project: VirtualProject,
  entryPoint: string,
  outfile: string,
): Promise<readonly string[]> {
  const { folder } = project;
  try {
    const { metafile } = await build({
      entryPoints: [entryPoint],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      sourcemap: "linked",
      metafile: true,
      logLevel: "silent",
      plugins: [virtualProject(project)],
      ...(folder === undefined ? {} : { absWorkingDir: folder }),
    });
    return sourcesOf(Object.keys(metafile.inputs), folder);
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const texts = await formatMessages([...error.errors], { kind: "error", color: false });
    throw new BuildProblem(texts.join("").trim(), { cause: error });
  }
}

/** Inputs on disk are relative to the working folder; those from memory carry a namespace. */
function sourcesOf(inputs: readonly string[], folder: string | undefined): readonly string[] {
  if (folder === undefined) return [];
  return inputs.filter((path) => !path.includes(":")).map((path) => join(folder, path));
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

function gatewayFactory(module: unknown): MemoryBuild["createGateway"] {
  const { create } = module as {
    readonly create: (options: GatewayOptions) => Promise<ManagedGateway | undefined>;
  };
  return async (options = {}) => {
    const gateway = await create(options);
    if (gateway === undefined) throw new BuildProblem("the gateway needs a secret that is not set");
    return gateway;
  };
}
