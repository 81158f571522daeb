import { dirname, join, resolve } from "node:path";
import { generate, type GenerateOptions, type GenerateResult } from "../generate.js";
import { readConsolePage } from "../emit/console-page.js";
import type { Plan } from "../plan/plan.js";
import type { ConsolePage } from "../runtime/console/console.js";
import type { ManagedGateway } from "../runtime/gateway.js";
import { startServer, type GatewayServer } from "../runtime/server/node.js";
import { DevConsole } from "./dev-console.js";
import { DevSecrets, type DevSecret } from "./dev-secrets.js";
import { createFileWatcher, type FileWatcher } from "./file-watcher.js";
import { buildInMemory, BuildProblem, type MemoryBuild } from "./memory-bundle.js";

export interface DevOptions {
  /** What is served; handlers are looked for in its `out`, else in the document's folder. */
  readonly document: Omit<GenerateOptions, "onPhase" | "onRead">;
  /** Default: the settings' port; 0 picks a free one. */
  readonly port?: number;
  readonly host?: string;
  /** A web page to look at the gateway, on a port of its own; true: as this package ships it. Default: none. */
  readonly console?: boolean | ConsolePage;
  /** Told after each build, in order. */
  readonly onBuild: (build: DevBuild) => void;
}

/** How one build came out. */
export type DevBuild =
  /** It is served: every request from now on is answered by it. */
  | {
      readonly kind: "serving";
      readonly url: string;
      /** Undefined: there is none. */
      readonly consoleUrl: string | undefined;
      readonly generated: GenerateResult;
      /** Keys that the environment does not have and this run made up. */
      readonly secrets: readonly DevSecret[];
    }
  /** The document has errors; what was served before is served still. */
  | { readonly kind: "invalid"; readonly generated: GenerateResult; readonly isServing: boolean }
  /** A module of the user's cannot be built; what was served before is served still. */
  | { readonly kind: "unbuilt"; readonly message: string; readonly isServing: boolean }
  /** A fault of the generator; what was served before is served still. */
  | { readonly kind: "fault"; readonly error: unknown };

export interface DevServer {
  /** Ends requests under way, then stops watching and serving. */
  stop(): Promise<void>;
}

/** Names of settings files that may appear beside the document later. */
const settingsNames = ["gateway.config.yaml", "gateway.config.yml", "gateway.config.json"];

/**
 * Serves a document without a project on disk and follows its changes. Functions run in worker
 * threads, as in a generated project: a handler that never ends cannot hold the server up, and what a
 * replaced handler has left running (timers, connections) ends with its thread.
 * Rejects when the address cannot be listened on.
 */
export async function startDevServer(options: DevOptions): Promise<DevServer> {
  const session = new DevSession(options);
  try {
    await session.build();
    return session;
  } catch (error) {
    await session.stop();
    throw error;
  }
}

class DevSession implements DevServer {
  readonly #options: DevOptions;
  /** Folder that handlers of the user are looked for in. */
  readonly #folder: string;
  readonly #watcher: FileWatcher;
  readonly #secrets = new DevSecrets();
  #server: GatewayServer | undefined;
  readonly #console: DevConsole | undefined;
  readonly #builds: MemoryBuild[] = [];
  /** Builds run one after the other; the last one sees the newest files. */
  #running: Promise<void> = Promise.resolve();
  #isQueued = false;
  #isStopped = false;

  constructor(options: DevOptions) {
    this.#options = options;
    const { input, out } = options.document;
    this.#folder = resolve(out ?? dirname(input));
    this.#watcher = createFileWatcher(() => this.#changed());
    const page = options.console === true ? readConsolePage() : options.console;
    if (page !== undefined && page !== false) this.#console = new DevConsole(page);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#watcher.close();
    await this.#running;
    await this.#console?.stop();
    await this.#server?.stop();
    await Promise.all(this.#builds.map((build) => build.dispose()));
  }

  /** Builds once and serves the result if it is good. */
  async build(): Promise<void> {
    const { onBuild, document } = this.#options;
    const besideDocument = dirname(resolve(document.input));
    const watched = new Set(settingsNames.map((name) => join(besideDocument, name)));
    const onRead = (path: string): void => {
      watched.add(path);
    };
    const generated = await generate({ ...document, onRead });
    const handlers = generated.plan?.functions.map(({ path }) => join(this.#folder, path)) ?? [];
    for (const path of handlers) watched.add(path);
    // watched before the bundle is made: an edit that comes meanwhile is not missed
    this.#watcher.watch(watched);
    onBuild(await this.#serve(generated, watched));
  }

  #changed(): void {
    if (this.#isQueued || this.#isStopped) return;
    this.#isQueued = true;
    this.#running = this.#running.then(async () => {
      this.#isQueued = false;
      if (!this.#isStopped) await this.#rebuild();
    });
  }

  async #rebuild(): Promise<void> {
    try {
      await this.build();
    } catch (error) {
      this.#options.onBuild({ kind: "fault", error });
    }
  }

  async #serve(generated: GenerateResult, watched: Set<string>): Promise<DevBuild> {
    const isServing = this.#server !== undefined;
    if (generated.plan === undefined) {
      this.#console?.fail("the document has errors; the last good version is served");
      return { kind: "invalid", generated, isServing };
    }
    let url: string;
    const secrets = this.#secrets.complete(generated.plan);
    try {
      url = await this.#start(generated, generated.plan, watched);
    } catch (error) {
      if (!(error instanceof BuildProblem)) throw error;
      this.#console?.fail("a handler cannot be built; the last good version is served");
      return { kind: "unbuilt", message: error.message, isServing };
    }
    return { kind: "serving", url, consoleUrl: this.#console?.url, generated, secrets };
  }

  async #start(generated: GenerateResult, plan: Plan, watched: Set<string>): Promise<string> {
    const build = await buildInMemory(generated.files, { folder: this.#folder });
    this.#builds.push(build);
    for (const path of build.sources) watched.add(path);
    this.#watcher.watch(watched);
    const gateway = await build.createGateway({
      secrets: this.#secrets.source,
      ...this.#console?.options(),
    });
    const url = await this.#show(gateway, plan);
    await this.#showInConsole(gateway, { generated, plan, url });
    return url;
  }

  /** From now on this gateway answers. */
  async #show(gateway: ManagedGateway, plan: Plan): Promise<string> {
    if (this.#server !== undefined) {
      this.#server.swap(gateway);
      return this.#server.url;
    }
    const { host, port = plan.gateway.deployment.port } = this.#options;
    try {
      this.#server = await startServer(gateway, { host, port, handleSignals: false });
      return this.#server.url;
    } catch (error) {
      await gateway.close();
      throw error;
    }
  }

  async #showInConsole(
    gateway: ManagedGateway,
    shown: { readonly generated: GenerateResult; readonly plan: Plan; readonly url: string },
  ): Promise<void> {
    if (this.#console === undefined) return;
    this.#console.show(gateway, { ...shown, secrets: this.#secrets.source });
    if (this.#console.url !== undefined) return;
    // beside the gateway's own port, where bookmarks find it again
    const { port = shown.plan.gateway.deployment.port } = this.#options;
    await this.#console.listen(port === 0 ? 0 : port + 1);
  }
}
