import {
  ReferenceText,
  type Reference,
  type ReferenceValue,
} from "../../../plan/deployment/reference-text.js";

/** A value of a template: JSON with intrinsic functions. Undefined members are left out. */
export type CfnValue =
  | null
  | string
  | number
  | boolean
  | readonly CfnValue[]
  | { readonly [key: string]: CfnValue | undefined };

export interface CfnResource {
  readonly Type: string;
  readonly Condition?: string | undefined;
  readonly DependsOn?: string | readonly string[] | undefined;
  readonly DeletionPolicy?: "Retain" | undefined;
  readonly UpdateReplacePolicy?: "Retain" | undefined;
  readonly Metadata?: CfnValue | undefined;
  readonly Properties: Readonly<Record<string, CfnValue | undefined>>;
}

export type CfnResources = Readonly<Record<string, CfnResource>>;

export function ref(id: string): CfnValue {
  return { Ref: id };
}

export function getAtt(id: string, attribute: string): CfnValue {
  return { "Fn::GetAtt": [id, attribute] };
}

/** A text whose `${X}` are the generator's own; text of a document goes through {@link subText}. */
export function sub(text: string): CfnValue {
  return { "Fn::Sub": text };
}

/** Text inside of `Fn::Sub` that nothing is replaced in. */
export function subText(text: string): string {
  return text.replaceAll("${", "${!");
}

/** Text with references as a value: plain where it has none. */
export function textValue(text: ReferenceText): CfnValue {
  const { literal } = text;
  if (literal !== undefined) return literal;
  const [only, ...others] = text.parts;
  if (only !== undefined && typeof only !== "string" && others.length === 0) return refValue(only);
  return sub(text.parts.map(subPart).join(""));
}

/** The same as a part of a longer `Fn::Sub`. */
export function textSub(text: ReferenceText): string {
  return text.parts.map(subPart).join("");
}

function subPart(part: string | Reference): string {
  if (typeof part === "string") return subText(part);
  switch (part.kind) {
    case "pseudo":
      return `\${AWS::${part.name}}`;
    case "apiName":
      return "${AWS::StackName}";
    case "function":
    case "role":
      return `\${${part.id}.Arn}`;
    // an alias refers to itself by its ARN
    case "alias":
    case "parameter":
    case "vpcLink":
      return `\${${part.id}}`;
  }
}

function refValue(reference: Reference): CfnValue {
  switch (reference.kind) {
    case "pseudo":
      return ref(`AWS::${reference.name}`);
    case "apiName":
      return ref("AWS::StackName");
    case "function":
    case "role":
      return getAtt(reference.id, "Arn");
    case "alias":
    case "parameter":
    case "vpcLink":
      return ref(reference.id);
  }
}

/** A whole body: texts with references become functions, all else stays as it is. */
export function bodyValue(value: ReferenceValue): CfnValue {
  if (value instanceof ReferenceText) return textValue(value);
  if (Array.isArray(value)) return value.map((item: ReferenceValue) => bodyValue(item));
  if (typeof value !== "object" || value === null) return value as CfnValue;
  const result: Record<string, CfnValue> = {};
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(result, key, {
      value: bodyValue(item as ReferenceValue),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}

/** Without members of undefined, all the way down. */
export function compact(value: CfnValue | undefined): CfnValue {
  if (Array.isArray(value)) return value.map((item: CfnValue) => compact(item));
  if (typeof value !== "object" || value === null) return value ?? null;
  const result: Record<string, CfnValue> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    Object.defineProperty(result, key, {
      value: compact(item),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}

export function tagList(
  tags: readonly { readonly name: string; readonly value: string }[],
): CfnValue {
  return tags.map(({ name, value }) => ({ Key: name, Value: value }));
}
