import type { Property, Schema, Shape } from "../../ir/schema.js";
import type { Plan } from "../../plan/plan.js";
import type { Value } from "../../plan/value.js";
import type { ClientPlan } from "../../plan/websocket.js";
import { hardline, render } from "../layout.js";
import type { OutputFile } from "../output-file.js";
import { Code } from "../printer/code.js";
import { docComment } from "../printer/doc-comment.js";
import { printLiteral, printString } from "../printer/literal.js";
import { createModule, type ModulePrinter } from "../printer/module.js";
import { printAlias, printMembers, type ModelNames } from "../printer/type.js";
import { ownedModule, type Emission } from "../project.js";
import { runtimeFolder } from "../runtime-files.js";
import { printBodyAccessor } from "./mappings.js";
import { modelNames, modelsPath } from "./models.js";
import { modelUnion } from "./operations.js";
import { printTable } from "./tables.js";

/** What a WebSocket API has beside the files of all APIs. */
export function emitWebSocket(emission: Emission): readonly OutputFile[] {
  if (emission.plan.tables.websocket === null) return [];
  return [
    emitTable(emission, emission.plan.tables.websocket),
    ...emitSelections(emission),
    emitSend(emission),
    ...emitClient(emission),
  ];
}

function emitTable(
  emission: Emission,
  { routes, ...head }: NonNullable<Plan["tables"]["websocket"]>,
): OutputFile {
  const module = createModule("src/generated/websocket.ts");
  module.type("WebSocketTable", `${runtimeFolder}/contracts.ts`);
  const entries: Readonly<Record<string, Value>> = { ...head, routes };
  const websocket = printTable(entries, module);
  return ownedModule(emission, module, "src/generated/websocket.ts", (head) => ({
    ...head,
    websocket,
  }));
}

function emitSelections(emission: Emission): readonly OutputFile[] {
  const { selections } = emission.plan;
  if (selections.length === 0) return [];
  const module = createModule("src/generated/selections.ts");
  const accessors = selections.map((accessor) => printBodyAccessor(accessor, module)).join("\n\n");
  return [
    ownedModule(emission, module, "src/generated/selections.ts", (head) => ({
      ...head,
      accessors: new Code(accessors),
    })),
  ];
}

/** Typed pushes: `sender(event.requestContext).userJoined(connectionId, payload)`. */
function emitSend(emission: Emission): OutputFile {
  const { plan } = emission;
  const { pushes } = plan;
  const module = createModule("src/generated/send.ts");
  const from = `${runtimeFolder}/functions/send.ts`;
  module.value("createSend", from);
  module.type("Send", from);
  const client = `${runtimeFolder}/websocket/connections-client.ts`;
  module.value("awsConnections", `${runtimeFolder}/aws/connections.ts`);
  module.value("connectionsOf", client);
  module.type("ConnectionsContext", client);
  module.type("ConnectionsOptions", client);
  const comment = docComment({
    title: "Sends to connections of the API that an event came from:",
    lines: ["`const send = sender(event.requestContext)`."],
  });
  const members = pushes.map(({ name, description, models }): Property => {
    const schema = plain(modelUnion(models, plan.gateway.api.at), plan);
    return { name, required: true, schema: { ...schema, description } };
  });
  const types = printInterface("Pushes", "What the server sends on its own.", members, {
    plan,
    module,
  });
  return ownedModule(emission, module, "src/generated/send.ts", (head) => ({
    ...head,
    types: new Code(types),
    names: new Code(
      render(
        printLiteral(pushes.map(({ name }) => name)),
        2,
        "return createSend<Pushes>(connectionsOf(context, { aws, ...options }), );".length,
      ),
    ),
    comment: new Code(comment.join("\n")),
  }));
}

interface TypeSurroundings {
  readonly plan: Plan;
  readonly module: ModulePrinter;
}

function printInterface(
  name: string,
  title: string,
  properties: readonly Property[],
  { plan, module }: TypeSurroundings,
): string {
  const comment = docComment({ title }).map((text) => `${text}\n`);
  if (properties.length === 0) return `${comment.join("")}export type ${name} = object;`;
  const members = printMembers(properties, false, importedModels(plan, module));
  return comment.join("") + render([`export interface ${name} {`, members, hardline, "}"]);
}

/** Names of models, imported where they are used. */
function importedModels(plan: Plan, module: ModulePrinter): ModelNames {
  const known = modelNames(plan);
  return (model) => {
    const name = known(model);
    return name === "unknown" ? name : module.type(name, modelsPath);
  };
}

function plain(shape: Shape, { gateway }: Plan): Schema {
  return {
    at: gateway.api.at,
    title: undefined,
    description: undefined,
    deprecated: false,
    readOnly: false,
    writeOnly: false,
    nullable: false,
    shape,
  };
}

/** The typed client: types, and a function that opens a connection. */
function emitClient(emission: Emission): readonly OutputFile[] {
  const { plan } = emission;
  const { client } = plan;
  if (client === undefined) return [];
  const module = createModule("src/generated/client/websocket.ts");
  const from = `${runtimeFolder}/client/route-client.ts`;
  module.value("createRouteClient", from);
  module.type("ClientOptions", from);
  module.type("RouteClient", from);
  const query = queryOf(client);
  const isOptional = query.every(({ required }) => !required);
  const comment = docComment({
    title: "Opens a connection to a stage: `wss://host/stage`.",
    lines: [
      "Runs in browsers and in Node; where there is no WebSocket, one is given in the options.",
    ],
  });
  const view = {
    types: new Code(clientTypes(client, { plan, module }).join("\n\n")),
    comment: new Code(comment.join("\n")),
    head: new Code(connectHead(isOptional)),
    form: new Code(
      render(
        printLiteral({
          keyMember: client.keyMember ?? null,
          tagMember: client.tag?.member ?? null,
        }),
        2,
        "return createRouteClient(url, , options);".length,
      ),
    ),
  };
  return [
    ownedModule(emission, module, "src/generated/client/websocket.ts", (head) => ({
      ...head,
      ...view,
    })),
  ];
}

function connectHead(isOptional: boolean): string {
  const options = `options: ClientOptions<ConnectParameters>${isOptional ? " = {}" : ""}`;
  return `export function connect(url: string, ${options}): Client {`;
}

function clientTypes(client: ClientPlan, around: TypeSurroundings): readonly string[] {
  const { plan } = around;
  const { at } = plan.gateway.api;
  const typed = (key: string, models: readonly string[]): Property => ({
    name: key,
    required: true,
    schema: plain(modelUnion(models, at), plan),
  });
  const messages = client.messages.map(({ routeKey, models }) => typed(routeKey, models));
  const tagged = (client.tag?.values ?? []).map(({ value, model }) => typed(value, [model]));
  const incoming = printAlias(
    "Incoming",
    plain(modelUnion(client.incoming, at), plan),
    importedModels(plan, around.module),
  );
  const keyMember = client.keyMember === undefined ? "never" : printString(client.keyMember);
  return [
    printInterface("Messages", "What a client sends, by route key.", messages, around),
    `/** What may come: answers and pushes. */\n${render(incoming)}`,
    printInterface("Tagged", "The same by what tells them apart.", tagged, around),
    printInterface(
      "ConnectParameters",
      "Query parameters of the request that opens a connection.",
      queryOf(client),
      around,
    ),
    `export type Client = RouteClient<{\n  messages: Messages;\n  keyMember: ${keyMember};\n  incoming: Incoming;\n  tagged: Tagged;\n}>;`,
  ];
}

function queryOf({ connect }: ClientPlan): readonly Property[] {
  return (connect?.parameters ?? [])
    .filter((parameter) => parameter.in === "query")
    .map(({ name, required, schema, description }) => ({
      name,
      required,
      schema: { ...schema, description: description ?? schema.description },
    }));
}
