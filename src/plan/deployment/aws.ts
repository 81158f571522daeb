import type { Gateway } from "../../ir/gateway.js";
import type { Manifests } from "../../ir/manifest.js";
import type { UriTemplate } from "../../ir/mapping.js";
import type { Operation } from "../../ir/operation.js";
import type { FunctionPlan } from "../functions.js";
import type { Plan } from "../plan.js";
import { Ids } from "./ids.js";
import { planBody, type PlannedBody } from "./body.js";
import {
  canaryVariables,
  isPlaceholder,
  nameOf,
  resolve,
  roleKey,
  templateText,
} from "./aws-texts.js";
import { ReferenceText, type Reference } from "./reference-text.js";

/** Everything that a deployment on AWS is made of, named; how it is written is each target's own. */
export interface AwsPlan {
  readonly gateway: Gateway;
  readonly manifests: Manifests;
  readonly parameters: readonly AwsParameter[];
  readonly functions: readonly AwsFunction[];
  readonly permissions: readonly AwsPermission[];
  readonly roles: readonly AwsRole[];
  readonly vpcLinks: readonly AwsVpcLink[];
  /** Undefined for APIs of routes. */
  readonly body: PlannedBody | undefined;
  /** What the routes of a WebSocket API call, by their place in the API. */
  readonly routeTargets: ReadonlyMap<Operation, ReferenceText>;
  /** Ids of what the settings name, see {@link namedId}. */
  readonly named: ReadonlyMap<string, string>;
  /** Parameters with the certificates of domains, by the domain's name in the settings. */
  readonly certificates: ReadonlyMap<string, string>;
  /** Functions of authorizers, by name. */
  readonly authorizerTargets: ReadonlyMap<string, ReferenceText>;
}

/** A value that a deployment is given, with what it is in each stage. */
export interface AwsParameter {
  readonly id: string;
  readonly description: string;
  /** By stage, in order. */
  readonly values: readonly string[];
}

/** A function that is built from a handler of the project. */
export interface AwsFunction {
  readonly id: string;
  /** Its name in the project. */
  readonly name: string;
  /** `src/handlers/orders.ts`. */
  readonly path: string;
  readonly exportName: string;
  readonly aliases: readonly AwsAlias[];
  readonly isAuthorizer: boolean;
}

export interface AwsAlias {
  readonly id: string;
  readonly name: string;
}

/** Who may call a function. */
export interface AwsPermission {
  readonly id: string;
  /** ARN of the function by stage; undefined: not called in that stage. */
  readonly functions: readonly (ReferenceText | undefined)[];
  /** Behind the stage: `GET/pets/*`; undefined: as an authorizer. */
  readonly route: string | undefined;
}

/** A role that API Gateway takes on. */
export interface AwsRole {
  readonly id: string;
  readonly description: string;
  readonly statements: readonly {
    readonly action: string;
    /** By stage, in order. */
    readonly resources: readonly ReferenceText[];
  }[];
}

export interface AwsVpcLink {
  readonly id: string;
  readonly name: string;
  readonly version: 1 | 2;
  readonly targetArns: readonly string[];
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** What is collected while the texts of the document are read. */
export class AwsParts {
  readonly ids = new Ids();
  readonly gateway: Gateway;
  readonly manifests: Manifests;
  readonly parameters = new Map<string, AwsParameter>();
  readonly functions = new Map<string, AwsFunction & { readonly aliases: AwsAlias[] }>();
  readonly permissions: AwsPermission[] = [];
  readonly roles = new Map<string, AwsRole>();
  readonly vpcLinks = new Map<string, AwsVpcLink>();
  /** Handlers of the project by what calls them. */
  readonly #handlers = new Map<Operation | string, FunctionPlan>();

  constructor(plan: Plan, manifests: Manifests) {
    for (const handler of plan.functions.toReversed()) {
      for (const { operation } of handler.operations) this.#handlers.set(operation, handler);
      for (const { name } of handler.authorizers) this.#handlers.set(name, handler);
    }
    this.gateway = plan.gateway;
    this.manifests = manifests;
    this.ids.reserve(["Api", "Stage", "Deployment", "Account", "AccountRole", "StageName", "Url"]);
    this.ids.reserve(["AccessLogs", "ExecutionLogs", "AnyAlarm", "Dashboard", "WebAcl", "ApiId"]);
    this.ids.reserve(["StableDeploymentId", "ManageAccountRole", "WebAclAssociation"]);
  }

  /** A value from outside; the same wish and value are one parameter. */
  parameter(wish: string, description: string, values: readonly string[]): Reference {
    const key = `${wish}\n${values.join("\n")}`;
    const known = this.parameters.get(key);
    const id = known?.id ?? this.ids.claim(wish);
    if (known === undefined) this.parameters.set(key, { id, description, values });
    return { kind: "parameter", id };
  }

  /** A text of the document: open placeholders become parameters, the rest stays. */
  text(text: string): ReferenceText {
    const parts: (string | Reference)[] = [];
    let end = 0;
    for (const match of text.matchAll(/\$\{([^{}]*)\}/g)) {
      const name = (match[1] ?? "").trim();
      if (!isPlaceholder(name)) continue;
      parts.push(text.slice(end, match.index), this.#placeholder(name));
      end = match.index + match[0].length;
    }
    return new ReferenceText([...parts, text.slice(end)]);
  }

  #placeholder(name: string): Reference {
    const pseudo = /^AWS::(Region|AccountId|Partition)$/.exec(name)?.[1];
    if (pseudo !== undefined) {
      return { kind: "pseudo", name: pseudo as "Region" | "AccountId" | "Partition" };
    }
    const description = `What the document names ${name}.`;
    return this.parameter(
      name,
      description,
      this.manifests.stages.map(() => ""),
    );
  }

  /** An ARN: partition, region and account of this API are those of the deployment. */
  arn(arn: string): ReferenceText {
    const { region, accountId } = this.gateway.deployment;
    const parts = arn.split(":");
    if (parts[0] !== "arn" || parts.length < 6) return this.text(arn);
    if (parts[1] === "aws") parts[1] = "${AWS::Partition}";
    if (parts[3] === region) parts[3] = "${AWS::Region}";
    if (parts[4] === accountId) parts[4] = "${AWS::AccountId}";
    // the account of a queue stands in the path of the URI
    const rest = parts.slice(5).join(":").replace(`path/${accountId}/`, "path/${AWS::AccountId}/");
    return this.text([...parts.slice(0, 5), rest].join(":"));
  }

  /** The function behind a route or authorizer, and by stage what is asked to let it be called. */
  functionOf(template: UriTemplate, caller: FunctionCaller): FunctionTarget {
    const text = templateText(template);
    const planned = this.#handlers.get(
      "operation" in caller ? caller.operation : caller.authorizer,
    );
    const given = planned && this.manifests.aws.functionArns.get(planned.name);
    if (given !== undefined) return this.#existing(given);
    const { qualifier, isNamed } = nameOf(text);
    if (planned === undefined || !isNamed) return this.#existing(text);
    const made = this.#made(planned.name, planned.path, planned.exportName, "authorizer" in caller);
    if (qualifier === undefined) {
      const arn = new ReferenceText([{ kind: "function", id: made.id }]);
      return { arn, byStage: this.manifests.stages.map(() => arn) };
    }
    return this.#qualified(made, qualifier);
  }

  #made(
    name: string,
    path: string,
    exportName: string,
    isAuthorizer: boolean,
  ): AwsFunction & { readonly aliases: AwsAlias[] } {
    const known = this.functions.get(name);
    if (known !== undefined) return known;
    const id = this.ids.claim(`${name} Function`);
    const made = { id, name, path, exportName, aliases: [], isAuthorizer };
    this.functions.set(name, made);
    return made;
  }

  /** Each value that an alias can have is an alias of the function. */
  #qualified(
    made: AwsFunction & { readonly aliases: AwsAlias[] },
    qualifier: string,
  ): FunctionTarget {
    const aliasOf = (name: string): AwsAlias | undefined => {
      if (!/^(?!\d+$)[A-Za-z0-9_-]{1,128}$/.test(name)) return undefined;
      const known = made.aliases.find((alias) => alias.name === name);
      if (known !== undefined) return known;
      const alias = { id: this.ids.claim(`${made.name} Alias ${name}`), name };
      made.aliases.push(alias);
      return alias;
    };
    const isVariable = qualifier.includes("${stageVariables.");
    const byStage = this.manifests.stages.map((stage) => {
      const alias = aliasOf(resolve(qualifier, stage.variables));
      return alias && new ReferenceText([{ kind: "alias", id: alias.id }]);
    });
    for (const stage of this.manifests.stages) {
      if (isVariable && stage.canary) aliasOf(resolve(qualifier, canaryVariables(stage)));
    }
    const [first] = byStage;
    const arn =
      isVariable || first === undefined
        ? new ReferenceText([{ kind: "function", id: made.id }, ":", qualifier])
        : first;
    return { arn, byStage };
  }

  /** A function that stands elsewhere: a parameter, unless the stage's variables choose it. */
  #existing(text: string): FunctionTarget {
    const { stages } = this.manifests;
    if (text.includes("${stageVariables.")) {
      return {
        arn: this.arn(text),
        byStage: stages.map((stage) => this.arn(resolve(text, stage.variables))),
      };
    }
    if (/^\$\{[^{}]+\}$/.test(text) || !text.startsWith("arn:")) {
      const open = this.text(text);
      return { arn: open, byStage: stages.map(() => open) };
    }
    const name = /:function:([^:]+)/.exec(text)?.[1] ?? "function";
    const { region, accountId } = this.gateway.deployment;
    const values = stages.map((stage) =>
      text
        .replace(`:${region}:`, `:${stage.region ?? region}:`)
        .replace(`:${accountId}:`, `:${stage.account ?? accountId}:`),
    );
    const reference = this.parameter(`${name} FunctionArn`, `ARN of the function ${name}.`, values);
    const arn = new ReferenceText([reference]);
    return { arn, byStage: stages.map(() => arn) };
  }
}

export type FunctionCaller = { readonly operation: Operation } | { readonly authorizer: string };

export interface FunctionTarget {
  /** As it stands in the API; stage variables stay. */
  readonly arn: ReferenceText;
  /** By stage, variables put in. */
  readonly byStage: readonly (ReferenceText | undefined)[];
}

/** Names and connects all that a deployment on AWS holds. */
export function planAws(plan: Plan, manifests: Manifests): AwsPlan {
  const parts = new AwsParts(plan, manifests);
  for (const link of manifests.aws.vpcLinks) {
    parts.vpcLinks.set(link.name, { ...link, id: parts.ids.claim(`${link.name} VpcLink`) });
  }
  const certificates = planCertificates(parts);
  planRoles(parts);
  const authorizerTargets = planAuthorizers(parts);
  const routeTargets = planRoutes(parts);
  const body = manifests.aws.body && planBody(parts, manifests.aws.body);
  return {
    gateway: plan.gateway,
    manifests,
    parameters: [...parts.parameters.values()],
    functions: [...parts.functions.values()],
    permissions: parts.permissions,
    roles: [...parts.roles.values()],
    vpcLinks: [...parts.vpcLinks.values()],
    body,
    named: planNamed(parts),
    certificates,
    routeTargets,
    authorizerTargets,
  };
}

/** What the settings name, and becomes a resource by that name. */
export type Named = "Alarm" | "ApiKey" | "UsagePlan" | "Domain";

/** The id of a resource that the settings name. */
export function namedId({ named }: Pick<AwsPlan, "named">, kind: Named, name: string): string {
  const id = named.get(`${kind} ${name}`);
  if (id === undefined) throw new Error(`the ${kind} ${name} was not planned`);
  return id;
}

/** The same names have the same ids in all stages. */
function planNamed(parts: AwsParts): ReadonlyMap<string, string> {
  const { deployment } = parts.gateway;
  const { stages, aws } = parts.manifests;
  const names: Readonly<Record<Named, readonly string[]>> = {
    Alarm: stages.flatMap(({ alarms }) => alarms.map(({ name }) => name)),
    ApiKey: deployment.apiKeys.map(({ name }) => name),
    UsagePlan: deployment.usagePlans.map(({ name }) => name),
    Domain: aws.domains.map(({ name }) => name),
  };
  return new Map(
    Object.entries(names).flatMap(([kind, list]) =>
      [...new Set(list)].map(
        (name) => [`${kind} ${name}`, parts.ids.claim(`${name} ${kind}`)] as const,
      ),
    ),
  );
}

/** A certificate is the account's: it is given, not written. */
function planCertificates(parts: AwsParts): ReadonlyMap<string, string> {
  const { aws, stages } = parts.manifests;
  return new Map(
    aws.domains.map(({ name, domainName, certificateArn = "" }) => {
      const description = `ARN of the certificate of ${domainName}.`;
      const values = stages.map(() => certificateArn);
      const reference = parts.parameter(`${name} CertificateArn`, description, values);
      return [name, reference.kind === "parameter" ? reference.id : ""];
    }),
  );
}

function planRoles(parts: AwsParts): void {
  for (const { credentials, service, statements } of parts.manifests.aws.access) {
    const name = credentials.split("/").at(-1) ?? "";
    const wish = `${/^[\w+=,.@-]+$/.test(name) ? name : "service"} ${service} Role`;
    parts.roles.set(roleKey(credentials, service), {
      id: parts.ids.claim(wish),
      description: `What integrations with ${service} may do.`,
      statements: statements.map(({ action, resources }) => ({
        action,
        resources: resources.map((resource) => parts.text(resource)),
      })),
    });
  }
}

function planAuthorizers(parts: AwsParts): ReadonlyMap<string, ReferenceText> {
  const targets = new Map<string, ReferenceText>();
  for (const authorizer of parts.gateway.api.authorizers) {
    if (authorizer.kind !== "token" && authorizer.kind !== "request") continue;
    const target = parts.functionOf(authorizer.function, { authorizer: authorizer.name });
    targets.set(authorizer.name, target.arn);
    if (authorizer.authorizerCredentials !== undefined) {
      allowRole(parts, authorizer.authorizerCredentials, target);
      continue;
    }
    parts.permissions.push({
      id: parts.ids.claim(`${authorizer.name} Authorizer Permission`),
      functions: target.byStage,
      route: undefined,
    });
  }
  return targets;
}

/** A policy of a function holds 20 KB: beyond this many routes one permission is for all of them. */
const maxRoutes = 40;
/** A stack holds 500 resources: beyond this many permissions each function has one. */
const maxPermissions = 150;

function planRoutes(parts: AwsParts): ReadonlyMap<Operation, ReferenceText> {
  const targets = new Map<Operation, ReferenceText>();
  const callers = new Map<string, { readonly target: FunctionTarget; readonly routes: string[] }>();
  for (const operation of parts.gateway.api.operations) {
    const { integration } = operation;
    if (integration.kind !== "function") continue;
    const target = parts.functionOf(integration.function, { operation });
    targets.set(operation, target.arn);
    if (integration.credentials !== undefined) {
      allowRole(parts, integration.credentials, target);
      continue;
    }
    const key = JSON.stringify(target.arn.parts);
    const caller = callers.get(key) ?? { target, routes: [] };
    callers.set(key, caller);
    caller.routes.push(routeOf(operation));
  }
  const all = [...callers.values()].reduce((sum, { routes }) => sum + routes.length, 0);
  for (const { target, routes } of callers.values()) {
    const isMany = routes.length > maxRoutes || all > maxPermissions;
    for (const route of isMany ? ["*/*"] : [...new Set(routes)]) {
      const name = route === "*/*" ? "All" : route;
      parts.permissions.push({
        id: parts.ids.claim(`${name} Permission`),
        functions: target.byStage,
        route,
      });
    }
  }
  return targets;
}

/** Method and path as an ARN names them: variables are anything. */
function routeOf({ method, path, routeKey }: Operation): string {
  if (routeKey !== undefined)
    return routeKey === "$default" && path === "/$default" ? "*/*" : routeKey;
  const words = path.replaceAll(/\{[^{}]*\}/g, "*");
  return `${method === "ANY" ? "*" : method}${words === "" ? "/" : words}`;
}

/** A role that calls functions: it may call these and no others. */
function allowRole(parts: AwsParts, credentials: string, target: FunctionTarget): void {
  if (/^arn:aws[a-z-]*:iam::\*:user\/\*$/.test(credentials)) return;
  const key = roleKey(credentials, "lambda");
  const known = parts.roles.get(key);
  const name = credentials.split("/").at(-1) ?? "";
  const wish = `${/^[\w+=,.@-]+$/.test(name) ? name : "functions"} lambda Role`;
  const resources = target.byStage.map((arn) => arn ?? target.arn);
  const statements = known?.statements ?? [];
  const isKnown = statements.some(
    (statement) => JSON.stringify(statement.resources) === JSON.stringify(resources),
  );
  parts.roles.set(key, {
    id: known?.id ?? parts.ids.claim(wish),
    description: "The functions that the API may call.",
    statements: isKnown
      ? statements
      : [...statements, { action: "lambda:InvokeFunction", resources }],
  });
}
