import type { Ownership } from "../output-file.js";
import type { Views } from "../views.js";

export type TemplateName = keyof Views;

/** What is said of a template that this package ships. */
export interface BuiltInTemplate {
  /** What it makes, in a few words. */
  readonly makes: string;
  readonly ownership: Ownership;
}

/** The templates that this package ships, by name: the output path; where there are many, a sample of it. */
export const builtInTemplates: Readonly<Record<TemplateName, BuiltInTemplate>> = {
  ".gitignore": { makes: "what version control leaves out", ownership: "once" },
  ".prettierignore": { makes: "what prettier leaves out", ownership: "once" },
  "README.md": { makes: "how to run the project, its routes", ownership: "once" },
  "build.mjs": { makes: "the bundler's script", ownership: "owned" },
  "gateway.config.yaml": { makes: "settings, where the input has none", ownership: "once" },
  "package.json": { makes: "scripts and dependencies", ownership: "merged" },
  "src/generated/access.ts": { makes: "authorizers, keys, plans", ownership: "owned" },
  "src/generated/client/http.ts": { makes: "the typed client", ownership: "owned" },
  "src/generated/client/websocket.ts": { makes: "the typed client", ownership: "owned" },
  "src/generated/console.ts": { makes: "the web page of the console", ownership: "owned" },
  "src/generated/functions.ts": { makes: "the modules of functions", ownership: "owned" },
  "src/generated/gateway-responses.ts": { makes: "customised errors", ownership: "owned" },
  "src/generated/gateway.ts": { makes: "the wiring of the gateway", ownership: "owned" },
  "src/generated/integrations.ts": { makes: "how routes are answered", ownership: "owned" },
  "src/generated/mappings/mapping.ts": {
    makes: "compiled mapping templates, a file for each operation",
    ownership: "owned",
  },
  "src/generated/models.ts": { makes: "types of the models", ownership: "owned" },
  "src/generated/observability.ts": { makes: "logs, metrics, traces", ownership: "owned" },
  "src/generated/operations.ts": { makes: "types of the operations", ownership: "owned" },
  "src/generated/routes.ts": { makes: "the route table", ownership: "owned" },
  "src/generated/selections.ts": { makes: "accessors of selections", ownership: "owned" },
  "src/generated/send.ts": { makes: "typed pushes to connections", ownership: "owned" },
  "src/generated/stages.ts": { makes: "stages and their variables", ownership: "owned" },
  "src/generated/start.ts": { makes: "starting and stopping", ownership: "owned" },
  "src/generated/websocket.ts": { makes: "routes of messages", ownership: "owned" },
  "src/handlers/handler.ts": {
    makes: "scaffolds of functions, a file for each",
    ownership: "once",
  },
  "src/main.ts": { makes: "the entry of the program", ownership: "once" },
  "src/mappings/mapping.ts": {
    makes: "mappings that were ejected, a file for each operation",
    ownership: "once",
  },
  "test/contract.test.ts": { makes: "contract tests", ownership: "owned" },
  "test/mappings.test.ts": { makes: "tests of mapping templates", ownership: "owned" },
  "test/own-mappings.test.ts": {
    makes: "tests of ejected mappings, a file for each operation",
    ownership: "once",
  },
  "test/routes.test.ts": { makes: "tests of a WebSocket API's routes", ownership: "owned" },
  "tsconfig.json": { makes: "settings of the compiler", ownership: "once" },
};

/** The partials that this package ships, by name, with what they are a part of. */
export const builtInPartials: Readonly<Record<string, string>> = {
  "partials/banner": "the first line of every owned module",
  "partials/handler-body": "what a new function does, of src/handlers/handler.ts",
  "partials/handler-comment": "what stands over a new function, of src/handlers/handler.ts",
  "partials/readme-ownership": "what is whose, of README.md",
  "partials/readme-routes": "the table of routes, of README.md",
  "partials/readme-run": "how to run the project, of README.md",
};

export function isTemplateName(name: string): name is TemplateName {
  return Object.hasOwn(builtInTemplates, name);
}

/** Whether this package ships a template or partial of the name. */
export function isBuiltIn(name: string): boolean {
  return isTemplateName(name) || Object.hasOwn(builtInPartials, name);
}

/** All that this package ships, templates first. */
export const builtInNames: readonly string[] = [
  ...Object.keys(builtInTemplates),
  ...Object.keys(builtInPartials),
];
