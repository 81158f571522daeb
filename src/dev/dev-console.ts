import { createServer, type Server } from "node:http";
import type { Position } from "../diagnostics.js";
import type { GenerateResult } from "../generate.js";
import { planConsoleView } from "../plan/console-view.js";
import type { Plan } from "../plan/plan.js";
import { Console, ConsoleRefusal, type ConsolePage } from "../runtime/console/console.js";
import { feedLogger } from "../runtime/console/feed-logger.js";
import { allRedactions } from "../runtime/console/redactions.js";
import { RequestFeed } from "../runtime/console/request-feed.js";
import type { GatewayOptions, ManagedGateway } from "../runtime/gateway.js";
import { createStderrLogger } from "../runtime/logger.js";
import type { SecretSource } from "../runtime/secrets.js";
import { CallerProblem, callerHeaders } from "./caller-headers.js";
import { consoleTemplates } from "./console-templates.js";

const HOST = "127.0.0.1";
const MAX_CONNECTIONS = 64;
const TIMEOUT_MS = 10_000;

/** The console of a dev server: a listener of its own, which this machine alone reaches. */
export class DevConsole {
  readonly #feed: RequestFeed;
  readonly #console: Console;
  readonly #server: Server;
  #plan: Plan | undefined;
  #url: string | undefined;

  constructor(page: ConsolePage) {
    this.#feed = new RequestFeed({
      always: true,
      redact: (stage) => allRedactions(this.#plan?.tables.stages ?? {}, stage),
    });
    this.#console = new Console({ feed: this.#feed, page, token: null });
    this.#server = createServer(
      { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS },
      (incoming, outgoing) => {
        // the address alone is the console's, too
        if (incoming.url === "/") outgoing.writeHead(307, { Location: "/console/" }).end();
        else void this.#console.handle(incoming, outgoing);
      },
    );
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Where it is; undefined: it does not listen. */
  get url(): string | undefined {
    return this.#url;
  }

  /** What a gateway is made with to be looked at. */
  options(): Pick<GatewayOptions, "trace" | "logger"> {
    return { trace: this.#feed.trace, logger: feedLogger(createStderrLogger(), this.#feed) };
  }

  /** Listens, on another port where this one is taken. */
  async listen(port: number): Promise<void> {
    const taken = await this.#listen(port).catch(() => 0);
    const found = taken === 0 ? await this.#listen(0) : taken;
    this.#url = `http://${HOST}:${found}/console/`;
  }

  /** From now on this gateway is shown. */
  show(gateway: ManagedGateway, { generated, plan, url, secrets }: ShownBuild): void {
    this.#plan = plan;
    const placeOf = (position: Position | undefined): string | null =>
      position === undefined ? null : `${position.file}:${position.line}`;
    const view = planConsoleView(plan, (at) => placeOf(generated.locate(at)));
    this.#console.show({
      gateway,
      view: { ...view, url, hasWorkbench: true },
      identify: async (asked, target) => {
        const { method, body, as } = asked;
        const sent = body === null || body === "" ? undefined : Buffer.from(body);
        try {
          const request = { method, target, body: sent, as: as ?? undefined };
          return await callerHeaders(plan, request, secrets);
        } catch (error) {
          if (!(error instanceof CallerProblem)) throw error;
          throw new ConsoleRefusal(error.message, error.hint);
        }
      },
      render: consoleTemplates(plan),
    });
  }

  /** A build failed: what is shown is still served. */
  fail(problem: string): void {
    this.#console.tell(problem);
  }

  async stop(): Promise<void> {
    this.#console.close();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, HOST, () => {
        this.#server.off("error", reject);
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }
}

/** What is served now. */
export interface ShownBuild {
  readonly generated: GenerateResult;
  readonly plan: Plan;
  /** Of the gateway. */
  readonly url: string;
  readonly secrets: SecretSource;
}
