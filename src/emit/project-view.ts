import { kebabCase } from "../plan/names.js";
import type { FunctionPlan } from "../plan/functions.js";
import type { ModelPlan, OperationPlan, Plan } from "../plan/plan.js";
import type { FunctionItem, ModelItem, OperationItem, ProjectView } from "./views.js";

/** What every template may read as `@project`. */
export function projectView(plan: Plan): ProjectView {
  const { api, deployment, source } = plan.gateway;
  return {
    title: api.name,
    version: api.version,
    description: api.description ?? null,
    kind: api.kind,
    spec: source.file,
    packageName: plan.project.packageName,
    port: deployment.port,
    stages: deployment.stages.map(({ name, variables }) => ({
      name,
      isDefault: name === deployment.defaultStage,
      variables: variables.map((variable) => variable.name),
    })),
    operations: plan.operations.map(operationItem),
    models: plan.models.map(modelItem),
    functions: plan.functions.map(functionItem),
  };
}

function operationItem({ operation, name, typeName, fileName }: OperationPlan): OperationItem {
  const { method, path, routeKey, summary, description, deprecated, tags } = operation;
  return {
    name,
    typeName,
    fileName,
    method,
    path,
    routeKey: routeKey ?? null,
    summary: summary ?? null,
    description: description ?? null,
    deprecated,
    tags,
    parameters: operation.parameters.map((parameter) => ({
      name: parameter.name,
      in: parameter.in,
      required: parameter.required,
      description: parameter.description ?? null,
    })),
  };
}

function modelItem({ model, typeName }: ModelPlan): ModelItem {
  return {
    name: model.name,
    typeName,
    fileName: kebabCase(typeName, "model"),
    title: model.schema.title ?? null,
    description: model.schema.description ?? null,
  };
}

function functionItem({ name, path, exportName, operations }: FunctionPlan): FunctionItem {
  return {
    name,
    fileName: kebabCase(name, "function"),
    module: path,
    exportName,
    operations: operations.map((operation) => operation.name),
  };
}
