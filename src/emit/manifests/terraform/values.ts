import { snake } from "../../../plan/deployment/ids.js";
import type {
  Reference,
  ReferenceText,
  ReferenceValue,
} from "../../../plan/deployment/reference-text.js";
import { ReferenceText as Text } from "../../../plan/deployment/reference-text.js";
import {
  expression,
  HclTemplate,
  type HclBlock,
  type HclExpression,
  type HclValue,
} from "../language/hcl.js";

/** The generator's own expressions, by what they stand for. */
const pseudo = {
  Region: "data.aws_region.current.id",
  AccountId: "data.aws_caller_identity.current.account_id",
  Partition: "data.aws_partition.current.partition",
} as const;

export function referenceExpression(reference: Reference): HclExpression {
  switch (reference.kind) {
    case "pseudo":
      return expression(pseudo[reference.name]);
    case "apiName":
      return expression("local.name");
    case "parameter":
      return expression(`var.${snake(reference.id)}`);
    case "function":
      return expression(`aws_lambda_function.${snake(reference.id)}.arn`);
    case "alias":
      return expression(`aws_lambda_alias.${snake(reference.id)}.arn`);
    case "role":
      return expression(`aws_iam_role.${snake(reference.id)}.arn`);
    case "vpcLink":
      return expression(`local.vpc_link_${snake(reference.id)}`);
  }
}

export function textTemplate(text: ReferenceText): HclTemplate {
  return new HclTemplate(
    text.parts.map((part) => (typeof part === "string" ? part : referenceExpression(part))),
  );
}

/** A template of the generator's: texts as they are, expressions between them. */
export function template(...parts: readonly (string | HclExpression)[]): HclTemplate {
  return new HclTemplate(parts);
}

export const region = expression(pseudo.Region);
export const account = expression(pseudo.AccountId);
export const partition = expression(pseudo.Partition);

/** `aws_x.name` blocks. */
export function resource(
  type: string,
  name: string,
  attributes: Readonly<Record<string, HclValue | undefined>>,
  blocks: readonly HclBlock[] = [],
): HclBlock {
  return { type: "resource", labels: [type, name], attributes, blocks };
}

export function block(
  type: string,
  attributes: Readonly<Record<string, HclValue | undefined>>,
  blocks: readonly HclBlock[] = [],
): HclBlock {
  return { type, labels: [], attributes, blocks };
}

/** A block for each item of a collection, in which the item is `NAME.value`. */
export function dynamicBlock(
  name: string,
  forEach: string,
  attributes: Readonly<Record<string, HclValue | undefined>>,
  blocks: readonly HclBlock[] = [],
): HclBlock {
  return {
    type: "dynamic",
    labels: [name],
    attributes: { for_each: expression(forEach) },
    blocks: [block("content", attributes, blocks)],
  };
}

/** Names of the variables that the body's template is given, by reference. */
export class BodyVariables {
  readonly #names = new Map<string, HclExpression>();

  name(reference: Reference): string {
    const name = variableName(reference);
    this.#names.set(name, referenceExpression(reference));
    return name;
  }

  all(): Readonly<Record<string, HclExpression>> {
    return Object.fromEntries([...this.#names].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function variableName(reference: Reference): string {
  if (reference.kind === "apiName") return "api_name";
  return reference.kind === "pseudo"
    ? snake(reference.name)
    : `${snake(reference.kind)}_${snake(reference.id)}`;
}

/** A body as a template of Terraform: JSON in which only the references are interpolated. */
export function bodyTemplate(value: ReferenceValue, variables: BodyVariables): string {
  const holes: string[] = [];
  const text = JSON.stringify(
    value,
    (_key, item: unknown) => {
      if (!(item instanceof Text)) return item;
      return item.parts
        .map((part) => {
          if (typeof part === "string") return part;
          holes.push(variables.name(part));
          // a private character stands for the hole until all else is escaped
          return `\ue000${holes.length - 1}\ue001`;
        })
        .join("");
    },
    1,
  );
  const escaped = text.replace(/[$%](?=\{)/g, (sign) => sign + sign);
  return escaped.replace(/\ue000(\d+)\ue001/g, (whole, index: string) => {
    const name = holes[Number(index)];
    return name === undefined ? whole : `\${${name}}`;
  });
}
