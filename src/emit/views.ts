import type { Code } from "./printer/code.js";

/*
 * What each template is given. `docs/templates.md` shows the same as tables. A `Code` was made by a
 * printer and is inserted as it is; text that was not printed is refused where it could become code.
 */

/** Views by the name of their template. */
export interface Views {
  ".gitignore": EmptyView;
  ".prettierignore": EmptyView;
  "README.md": ReadmeView;
  "build.mjs": BannerView;
  "gateway.config.yaml": SettingsView;
  "package.json": JsonView;
  "src/generated/access.ts": AccessView;
  "src/generated/client/http.ts": HttpClientView;
  "src/generated/client/websocket.ts": ClientView;
  "src/generated/console.ts": ConsoleView;
  "src/generated/functions.ts": FunctionsView;
  "src/generated/gateway-responses.ts": GatewayResponsesView;
  "src/generated/gateway.ts": GatewayView;
  "src/generated/integrations.ts": IntegrationsView;
  "src/generated/mappings/mapping.ts": MappingView;
  "src/generated/models.ts": ModelsView;
  "src/generated/observability.ts": ObservabilityView;
  "src/generated/operations.ts": OperationsView;
  "src/generated/routes.ts": RoutesView;
  "src/generated/selections.ts": SelectionsView;
  "src/generated/send.ts": SendView;
  "src/generated/stages.ts": StagesView;
  "src/generated/start.ts": StartView;
  "src/generated/websocket.ts": WebSocketView;
  "src/handlers/handler.ts": HandlerView;
  "src/main.ts": EmptyView;
  "src/mappings/mapping.ts": OwnMappingView;
  "test/contract.test.ts": ContractTestView;
  "test/mappings.test.ts": MappingTestView;
  "test/own-mappings.test.ts": OwnMappingTestView;
  "test/routes.test.ts": RouteTestView;
  "tsconfig.json": JsonView;
}

/** Nothing but `@project`. */
export type EmptyView = Readonly<Record<never, never>>;

/** Files that say who made them. */
export interface BannerView {
  /** The comment in the first line of every owned module. */
  readonly banner: Code;
}

/** Owned modules. */
export interface ModuleView extends BannerView {
  /** The import statements with an empty line behind them; empty when there are none. */
  readonly imports: Code;
}

/** Files of JSON. */
export interface JsonView {
  /** The whole file. */
  readonly json: Code;
}

export interface ReadmeView {
  /** Title of the API, as Markdown. */
  readonly title: Code;
  /** First paragraph of its description with an empty line behind it; empty when there is none. */
  readonly description: Code;
  /** Name of the document's file, fit for a code span. */
  readonly spec: Code;
  /** Port that the gateway listens on. */
  readonly port: Code;
  /** The addresses of the stages, as a list. */
  readonly stages: Code;
  /** How to connect and push, as a section; empty for APIs without connections. */
  readonly sockets: Code;
  /** The routes, as a table. */
  readonly routes: Code;
  /** The secrets that the gateway asks for, as a section; empty when there is none. */
  readonly secrets: Code;
  /** Where the admin listener is, as a paragraph; empty when there is none. */
  readonly admin: Code;
}

export interface SettingsView {
  /** One line of YAML for each stage. */
  readonly stages: readonly Code[];
  /** Port that the gateway listens on. */
  readonly port: Code;
}

export interface AccessView extends ModuleView {
  /** Authorizers, keys, plans and policies, as an object. */
  readonly access: Code;
}

export interface ClientView extends ModuleView {
  /** The types of messages and answers. */
  readonly types: Code;
  /** The doc comment of `connect`. */
  readonly comment: Code;
  /** The first line of `connect`. */
  readonly head: Code;
  /** How messages name their routes, as an object. */
  readonly form: Code;
}

export interface HttpClientView extends ModuleView {
  /** One constant for each operation. */
  readonly operations: Code;
  /** The doc comment of `createClient`. */
  readonly comment: Code;
}

export interface FunctionsView extends ModuleView {
  /** Members of the registry, one for each function. */
  readonly functions: readonly Code[];
}

export interface GatewayResponsesView extends ModuleView {
  /** The customised responses, as an object. */
  readonly gatewayResponses: Code;
}

export interface GatewayView extends ModuleView {
  /** Members of the API's table. */
  readonly members: readonly Code[];
  /** Parts of the run-time that are used, as members. */
  readonly parts: readonly Code[];
  /** The doc comment of the factory. */
  readonly comment: Code;
  /** Name of the factory: `createPetStore`. */
  readonly factory: Code;
  /** What the gateway is made with: the options that are given, over those of the settings. */
  readonly options: Code;
  /** Type of what the factory gives. */
  readonly gateway: Code;
}

export interface IntegrationsView extends ModuleView {
  /** How each operation is answered, as an object. */
  readonly integrations: Code;
}

/** Rendered once for each operation that has templates. */
export interface MappingView extends ModuleView {
  /** The compiled templates and what they share. */
  readonly functions: Code;
}

/** Rendered once for each operation whose mappings are the user's. */
export interface OwnMappingView {
  /** The imports of the module, with the empty line behind them. */
  readonly imports: Code;
  /** The mapping functions as they are compiled from the document. */
  readonly functions: Code;
}

/** Rendered beside each {@link OwnMappingView}. */
export interface OwnMappingTestView {
  /** The imports of the module, with the empty line behind them. */
  readonly imports: Code;
  /** Own functions and compiled ones with something to read, as an array. */
  readonly cases: Code;
}

export interface ModelsView extends ModuleView {
  /** The interfaces and types of the models. */
  readonly models: Code;
}

export interface ConsoleView extends ModuleView {
  /** The page as it was built, as an object. */
  readonly page: Code;
  /** What it shows of the API, as an object. */
  readonly view: Code;
}

export interface ObservabilityView extends ModuleView {
  /** Access logs, metrics and traces, as an object. */
  readonly observability: Code;
}

export interface OperationsView extends ModuleView {
  /** The interfaces of the operations. */
  readonly operations: Code;
  /** Members of the map from names to interfaces. */
  readonly members: readonly Code[];
}

export interface RoutesView extends ModuleView {
  /** The route table, as an array. */
  readonly routes: Code;
}

export interface SelectionsView extends ModuleView {
  /** The accessors of selection expressions. */
  readonly accessors: Code;
}

export interface SendView extends ModuleView {
  /** The type of the pushes. */
  readonly types: Code;
  /** The doc comment of `sender`. */
  readonly comment: Code;
  /** Names of the pushes, as an array. */
  readonly names: Code;
}

export interface StagesView extends ModuleView {
  /** The declaration of the type `StageName`. */
  readonly stageNames: Code;
  /** The body of the interface `StageVariables`. */
  readonly variables: Code;
  /** The stages, as an object. */
  readonly stages: Code;
  /** Name of the default stage, or null. */
  readonly defaultStage: Code;
}

export interface StartView extends ModuleView {
  /** Lines of the function `start`. */
  readonly body: readonly Code[];
}

export interface WebSocketView extends ModuleView {
  /** How messages find their routes, as an object. */
  readonly websocket: Code;
}

/** Rendered once for each function. */
export interface HandlerView {
  /** The import statements with an empty line behind them; empty when there are none. */
  readonly imports: Code;
  /** Name of the export: `handler`. */
  readonly name: Code;
  /** Lines of the doc comment. */
  readonly comment: readonly Code[];
  /** The parameter with its type. */
  readonly parameter: Code;
  /** The type of the result. */
  readonly result: Code;
  /** Lines of the function. */
  readonly body: readonly Code[];
  /** Lines behind the function, which it needs to be called as it is. */
  readonly after: readonly Code[];
}

export interface ContractTestView extends ModuleView {
  /** Requests and what is expected of their answers, as an array. */
  readonly cases: Code;
  /** The parts of the run-time, as a member. */
  readonly parts: Code;
}

export interface MappingTestView extends ModuleView {
  /** Examples of mapping templates, as an array. */
  readonly cases: Code;
}

export interface RouteTestView extends ModuleView {
  /** The request that opens a connection, as an object. */
  readonly connect: Code;
  /** Messages and what is expected of their answers, as an array. */
  readonly routes: Code;
  /** The parts of the run-time, as a member. */
  readonly parts: Code;
}

/** `@project`: what every template may read, as plain values; what is absent is null. */
export interface ProjectView {
  /** Title of the API. */
  readonly title: string;
  /** Version of the API. */
  readonly version: string;
  /** Description of the API. */
  readonly description: string | null;
  /** Kind of the API. */
  readonly kind: "rest" | "http" | "websocket";
  /** Name of the document's file. */
  readonly spec: string;
  /** Name of the project's package. */
  readonly packageName: string;
  /** Port that the gateway listens on. */
  readonly port: number;
  /** In the order of the settings. */
  readonly stages: readonly StageItem[];
  /** In the order of the document. */
  readonly operations: readonly OperationItem[];
  /** In the order of the document. */
  readonly models: readonly ModelItem[];
  /** In the order of their first use. */
  readonly functions: readonly FunctionItem[];
}

export interface StageItem {
  /** Name of the stage. */
  readonly name: string;
  /** Whether it answers without its name, too. */
  readonly isDefault: boolean;
  /** Names of its variables. */
  readonly variables: readonly string[];
}

export interface OperationItem {
  /** Name in the tables: `getPet`. */
  readonly name: string;
  /** Name of its interface in `operations.ts`. */
  readonly typeName: string;
  /** Name for files: `get-pet`. */
  readonly fileName: string;
  /** `GET`, `ANY`; of WebSocket routes as the gateway sees them. */
  readonly method: string;
  /** `/pets/{petId}`; of WebSocket routes the key. */
  readonly path: string;
  /** Of HTTP and WebSocket APIs. */
  readonly routeKey: string | null;
  /** Summary in the document. */
  readonly summary: string | null;
  /** Description in the document. */
  readonly description: string | null;
  /** Whether the document says so. */
  readonly deprecated: boolean;
  /** Names of its tags. */
  readonly tags: readonly string[];
  /** Parameters that the document declares. */
  readonly parameters: readonly ParameterItem[];
}

export interface ParameterItem {
  /** Name in requests. */
  readonly name: string;
  /** `path`, `query` or `header`. */
  readonly in: string;
  /** Whether requests must have it. */
  readonly required: boolean;
  /** Description in the document. */
  readonly description: string | null;
}

export interface ModelItem {
  /** As in the document. */
  readonly name: string;
  /** Name of its type in `models.ts`. */
  readonly typeName: string;
  /** Name for files: `new-pet`. */
  readonly fileName: string;
  /** Title of its schema. */
  readonly title: string | null;
  /** Description of its schema. */
  readonly description: string | null;
}

export interface FunctionItem {
  /** On AWS. */
  readonly name: string;
  /** Name for files. */
  readonly fileName: string;
  /** Its module in the project. */
  readonly module: string;
  /** Name of the export. */
  readonly exportName: string;
  /** Names of the operations that it answers. */
  readonly operations: readonly string[];
}

/** What a template of an extra file is given. */
export interface ExtraFileView extends BannerView {
  /** Of files that are made for each operation; else null. */
  readonly operation: OperationItem | null;
  /** Of files that are made for each model; else null. */
  readonly model: ModelItem | null;
  /** Of files that are made for each function; else null. */
  readonly function: FunctionItem | null;
}
