import type { DiagnosticSink } from "../diagnostics.js";
import type { Deployment, Stage } from "../ir/deployment.js";
import type { Api } from "../ir/gateway.js";
import { quote } from "../json.js";
import type { Pointer } from "../pointer.js";
import { child } from "../pointer.js";

/** Source: developer guide, "Quotas for configuring and running an HTTP API". */
const quotas = {
  routes: 300,
  stages: 10,
  authorizers: 10,
  audiences: 50,
  scopes: 10,
  stageVariables: 100,
  variableName: 64,
  variableValue: 512,
} as const;

/** Of these AWS raises the number on request. */
const raised = new Set(["routes", "stages", "authorizers"]);

/** Reports what AWS would refuse, though this gateway serves it. Problem: GG108. */
export function reportQuotas(
  api: Api,
  { stages, at }: Pick<Deployment, "stages" | "at">,
  sink: DiagnosticSink,
): void {
  const count = (
    name: keyof typeof quotas,
    number: number,
    place: Pointer,
    whose: string,
  ): void => {
    const quota = quotas[name];
    if (number <= quota) return;
    const message = `${whose} has ${number} ${words[name]}; an HTTP API on AWS has ${quota} at most`;
    const hint = raised.has(name)
      ? "ask AWS for a higher quota before it is deployed there"
      : "AWS does not raise this quota";
    sink.warning("GG108", place, message, { hint });
  };
  count("routes", api.operations.length, child(api.at, "paths"), "the API");
  count("authorizers", api.authorizers.length, api.at, "the API");
  count("stages", stages.length, at, "the API");
  for (const authorizer of api.authorizers) {
    if (authorizer.kind !== "jwt") continue;
    const { audience, at: place, name } = authorizer;
    count("audiences", audience.length, place, `the authorizer ${quote(name)}`);
  }
  for (const { authorization, method, path } of api.operations) {
    if (authorization.kind !== "authorizer") continue;
    count("scopes", authorization.scopes.length, authorization.at, `${method} ${path}`);
  }
  for (const stage of stages) {
    count("stageVariables", stage.variables.length, stage.at, `the stage ${quote(stage.name)}`);
    reportVariables(stage, sink);
  }
}

const words: Readonly<Record<keyof typeof quotas, string>> = {
  routes: "routes",
  stages: "stages",
  authorizers: "authorizers",
  audiences: "audiences",
  scopes: "scopes",
  stageVariables: "stage variables",
  variableName: "characters",
  variableValue: "characters",
};

function reportVariables({ variables, at }: Stage, sink: DiagnosticSink): void {
  for (const { name, value } of variables) {
    const place = child(child(at, "variables"), name);
    const isLong = name.length > quotas.variableName;
    if (!isLong && value.length <= quotas.variableValue) continue;
    const [what, quota] = isLong ? ["name", quotas.variableName] : ["value", quotas.variableValue];
    const message = `the ${what} of the stage variable ${quote(name.slice(0, 80))} is longer than the ${quota} characters that AWS takes`;
    sink.warning("GG108", place, message);
  }
}
