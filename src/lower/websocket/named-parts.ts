import { isObject, quote } from "../../json.js";
import { nearestHint } from "../../nearest.js";
import type { Push } from "../../ir/websocket.js";
import type { Pointer } from "../../pointer.js";
import type { Lowering } from "../lowering.js";
import type { MemberNames } from "../members.js";
import { Members } from "../members.js";
import type { DeclaredRoute } from "./declared.js";

/** Names of the members of an integration by those of `x-amazon-apigateway-integration`. */
export const integrationNames: MemberNames = {
  type: "integrationType",
  uri: "integrationUri",
  httpMethod: "integrationMethod",
  credentials: "credentialsArn",
  contentHandling: "contentHandlingStrategy",
  responses: "integrationResponses",
};

/** Models, integrations and authorizers that a section declares by name. Knows which of the last two are used. */
export class NamedParts {
  readonly authorizers: ReadonlyMap<string, Members>;
  readonly #context: Lowering;
  readonly #integrations: ReadonlyMap<string, Members>;
  readonly #models: ReadonlyMap<string, NamedModel>;
  readonly #used = new Set<Pointer>();

  constructor(context: Lowering, section: Members | undefined) {
    this.#context = context;
    this.authorizers = partsOf(section?.object("authorizers"));
    this.#integrations = partsOf(section?.object("integrations"));
    this.#models = namedModels(context, section?.object("models"));
  }

  /** The integration that a route names, or that stands in it. Problem: GG805 unknown name. */
  integration(route: Members, key: string): Members | undefined {
    const value = route.value[key];
    const at = route.place(key);
    if (isObject(value)) return route.object(key)?.renamed(integrationNames);
    if (typeof value !== "string") return undefined;
    const integration = this.#integrations.get(value);
    if (integration === undefined)
      return this.#unknown("integration", value, at, this.#integrations);
    this.#used.add(integration.at);
    return integration.renamed(integrationNames);
  }

  /** Whether there is an authorizer of that name. Problem: GG805. */
  useAuthorizer(name: string, at: Pointer): boolean {
    const authorizer = this.authorizers.get(name);
    if (authorizer === undefined) {
      this.#unknown("authorizer", name, at, this.authorizers);
      return false;
    }
    this.#used.add(authorizer.at);
    return true;
  }

  /** The name under which the registry has a model of the section. Problem: GG805. */
  model(name: string, at: Pointer): string | undefined {
    const model = this.#models.get(name);
    if (model === undefined) return this.#unknown("model", name, at, this.#models);
    return model.name;
  }

  /** Models that are no message of a client: what the server may send. */
  pushes(routes: readonly Pick<DeclaredRoute, "requestModels">[]): readonly Push[] {
    const received = new Set(
      routes.flatMap(({ requestModels }) => requestModels.map(({ model }) => model)),
    );
    return [...this.#models]
      .filter(([, { name }]) => !received.has(name))
      .map(([name, { at, name: model }]) => ({
        at,
        name,
        description: undefined,
        models: [model],
      }));
  }

  /** Problem: GG808, for what no route uses. */
  reportUnused(): void {
    const kinds = [
      ["integration", this.#integrations],
      ["authorizer", this.authorizers],
    ] as const;
    for (const [kind, parts] of kinds) {
      for (const [name, { at }] of parts) {
        if (this.#used.has(at)) continue;
        this.#context.sink.info("GG808", at, `no route uses the ${kind} ${quote(name)}`);
      }
    }
  }

  #unknown(
    kind: string,
    name: string,
    at: Pointer,
    parts: ReadonlyMap<string, unknown>,
  ): undefined {
    const message = `there is no ${kind} ${quote(name)}`;
    this.#context.sink.error("GG805", at, message, nearestHint(name, parts.keys()));
  }
}

interface NamedModel {
  readonly at: Pointer;
  readonly name: string;
}

function partsOf(holder: Members | undefined): ReadonlyMap<string, Members> {
  const parts = new Map<string, Members>();
  for (const [name] of holder?.entries() ?? []) {
    const part = holder?.object(name);
    if (part !== undefined) parts.set(name, part);
  }
  return parts;
}

/** A model that refers to a schema of the document is that schema, under the schema's own name. */
function namedModels(
  context: Lowering,
  holder: Members | undefined,
): ReadonlyMap<string, NamedModel> {
  const models = new Map<string, NamedModel>();
  for (const [name, value] of holder?.entries() ?? []) {
    const at = holder?.place(name);
    if (at === undefined) continue;
    models.set(name, { at, name: registerModel(context, name, value, at) });
  }
  return models;
}

/** Gives a schema its name in the registry; that of its target where it is a reference to a named schema. */
export function registerModel(
  context: Lowering,
  wish: string,
  value: unknown,
  at: Pointer,
): string {
  const ref = isObject(value) ? value["$ref"] : undefined;
  const target = typeof ref === "string" ? context.models.target(ref, at, true) : undefined;
  return target?.kind === "model" ? target.name : context.models.add(wish, value, at);
}
