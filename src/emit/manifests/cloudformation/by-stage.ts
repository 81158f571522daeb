import { Ids } from "../../../plan/deployment/ids.js";
import type { CfnResource, CfnResources, CfnValue } from "./values.js";

export interface MergedResources {
  readonly resources: Record<string, CfnResource>;
  readonly conditions: Readonly<Record<string, CfnValue>>;
}

/**
 * One set of resources for all stages, where each stage alone has `sets[i]`: what is alike stands once, what
 * differs is chosen by `Fn::If`, a resource of some stages has a condition.
 */
export function mergeStages(
  stages: readonly string[],
  sets: readonly CfnResources[],
): MergedResources {
  const used = new Map<string, CfnValue>();
  const merge = new StageMerge(stages, used);
  const ids = [...new Set(sets.flatMap((set) => Object.keys(set)))];
  const resources: Record<string, CfnResource> = {};
  for (const id of ids) resources[id] = merge.resource(sets.map((set) => set[id]));
  return { resources, conditions: Object.fromEntries(used) };
}

type Variants = readonly (CfnValue | undefined)[];
const noValue: CfnValue = { Ref: "AWS::NoValue" };

class StageMerge {
  readonly #stages: readonly string[];
  readonly #used: Map<string, CfnValue>;
  readonly #names: ReadonlyMap<string, string>;

  constructor(stages: readonly string[], used: Map<string, CfnValue>) {
    this.#stages = stages;
    this.#used = used;
    const ids = new Ids();
    this.#names = new Map(stages.map((stage) => [stage, ids.claim(stage)]));
  }

  #name(stage: string): string {
    return this.#names.get(stage) ?? "";
  }

  resource(variants: readonly (CfnResource | undefined)[]): CfnResource {
    const first = variants.find((variant) => variant !== undefined);
    if (first === undefined) throw new Error("a resource of no stage");
    const held = this.#stages.filter((_stage, index) => variants[index] !== undefined);
    const Condition = held.length === this.#stages.length ? undefined : this.#among(held);
    const relevant = variants.map((variant) => variant?.Properties);
    // stages without the resource never see its properties
    const filled = relevant.map((properties) => properties ?? first.Properties);
    const Properties = this.#object(filled as Variants) as CfnResource["Properties"];
    return {
      ...first,
      ...(first.Condition === undefined && Condition !== undefined ? { Condition } : {}),
      Properties,
    };
  }

  /** The name of a condition that holds in some stages. */
  #among(stages: readonly string[]): string {
    const [only = "", ...others] = stages;
    if (others.length === 0) return this.#single(only);
    const name = `StageIs${stages.map((stage) => this.#name(stage)).join("Or")}`;
    this.#used.set(name, {
      "Fn::Or": stages.map((stage) => ({ "Fn::Equals": [{ Ref: "StageName" }, stage] })),
    });
    return name;
  }

  #single(stage: string): string {
    const name = `StageIs${this.#name(stage)}`;
    this.#used.set(name, { "Fn::Equals": [{ Ref: "StageName" }, stage] });
    return name;
  }

  #value(variants: Variants): CfnValue | undefined {
    const [first] = variants;
    if (variants.every((variant) => isSame(variant, first))) return first;
    if (variants.every(isPlainObject)) return this.#object(variants);
    return this.#choice(variants, this.#stages);
  }

  /** Members are merged one by one; functions of CloudFormation are not looked into. */
  #object(variants: Variants): CfnValue {
    const objects = variants as readonly { readonly [key: string]: CfnValue | undefined }[];
    const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))];
    const result: Record<string, CfnValue | undefined> = {};
    for (const key of keys) {
      Object.defineProperty(result, key, {
        value: this.#value(
          objects.map((object) => (Object.hasOwn(object, key) ? object[key] : undefined)),
        ),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return result;
  }

  #choice(variants: Variants, stages: readonly string[]): CfnValue {
    const [first, ...rest] = variants;
    const [stage = "", ...others] = stages;
    const value = first ?? noValue;
    if (rest.every((variant) => isSame(variant, first))) return value;
    return { "Fn::If": [this.#single(stage), value, this.#choice(rest, others)] };
  }
}

function isSame(a: CfnValue | undefined, b: CfnValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isPlainObject(value: CfnValue | undefined): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 0 || !keys.some((key) => key === "Ref" || key.startsWith("Fn::"));
}
