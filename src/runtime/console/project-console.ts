import type { AdminPage } from "../admin/admin-server.js";
import type { GatewayOptions } from "../gateway.js";
import { createStderrLogger } from "../logger.js";
import { resolveSecret, type SecretSource } from "../secrets.js";
import type { ApiTable } from "../contracts.js";
import { Console, ConsoleRefusal, type ConsolePage } from "./console.js";
import { feedLogger } from "./feed-logger.js";
import { allRedactions } from "./redactions.js";
import { RequestFeed } from "./request-feed.js";
import type { Identify } from "./try-request.js";
import type { ApiView } from "./wire.js";

/** What is known of the API when the project is generated. Places are pointers into the document. */
export type ProjectView = Omit<ApiView, "url" | "hasWorkbench">;

export interface ProjectConsole {
  /** Options of the gateway that is looked at. */
  readonly options: GatewayOptions;
  /** Of the admin listener; null: `GATEWAY_CONSOLE` switches it off. */
  readonly page: AdminPage | null;
}

/** The console of a generated project. Requests are listened to only while a page is open. */
export function createProjectConsole(
  { page, view }: { readonly page: ConsolePage; readonly view: ProjectView },
  options: GatewayOptions = {},
): ProjectConsole {
  if (/^(?:0|false|off)$/i.test(process.env["GATEWAY_CONSOLE"] ?? ""))
    return { options, page: null };
  let api: Pick<ApiTable, "stages"> = { stages: {} };
  const feed = new RequestFeed({
    always: false,
    redact: (stage) => allRedactions(api.stages, stage),
  });
  let shown: Console | null = null;
  return {
    options: {
      ...options,
      logger: feedLogger(options.logger ?? createStderrLogger(), feed),
      trace: (request) => {
        const [first, second] = [options.trace?.(request) ?? null, feed.trace(request)];
        if (first === null || second === null) return first ?? second;
        return (event) => {
          first(event);
          second(event);
        };
      },
    },
    page: {
      serves: (url) => Console.serves(url),
      attach: (gateway, token) => {
        api = gateway.api;
        shown = new Console({ feed, page, token });
        // whoever signs has his own key: the gateway tries keys of plans alone
        const callers = Object.keys(gateway.api.access?.apiKeys ?? {});
        shown.show({
          gateway,
          view: { ...view, callers, url: null, hasWorkbench: false },
          identify: keyOf(gateway.api, gateway.secrets),
          render: null,
        });
      },
      handle: async (incoming, outgoing) => {
        await shown?.handle(incoming, outgoing);
      },
      close: () => shown?.close(),
    },
  };
}

function keyOf({ access }: ApiTable, secrets: SecretSource): Identify {
  return ({ as }) => {
    if (as === null) return Promise.resolve([]);
    const keys = access?.apiKeys ?? {};
    const key = Object.hasOwn(keys, as) ? keys[as] : undefined;
    if (key === undefined) throw new ConsoleRefusal(`the settings have no API key "${as}"`);
    return Promise.resolve(["x-api-key", resolveSecret(key.value, secrets)]);
  };
}
