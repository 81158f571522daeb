import { at, list, members, type Tree } from "./tree.js";

/** The template as it is in one stage: conditions decided, what is not there left out. */
export function forStage(template: Tree, parameters: Readonly<Record<string, string>>): Tree {
  const values = new Map(
    members(template, "Parameters").map(([id, parameter]) => [
      id,
      String(at(parameter, "Default") ?? ""),
    ]),
  );
  for (const [id, value] of Object.entries(parameters)) values.set(id, value);
  const decide = (condition: Tree): boolean => {
    const [[name = "", operand] = []] = members(condition);
    const operands = list(operand);
    switch (name) {
      case "Fn::Equals": {
        const [left, right] = operands.map((side) => {
          const ref = at(side, "Ref");
          return typeof ref === "string" ? values.get(ref) : side;
        });
        return left === right;
      }
      case "Fn::Or":
        return operands.some(decide);
      case "Fn::Not":
        return !decide(operands[0]);
      default:
        throw new Error(`the condition ${name} is not known`);
    }
  };
  const conditions = new Map(
    members(template, "Conditions").map(([name, one]) => [name, decide(one)]),
  );
  const holds = (name: string): boolean => {
    const value = conditions.get(name);
    if (value === undefined) throw new Error(`there is no condition ${name}`);
    return value;
  };
  const absent = Symbol("AWS::NoValue");
  const reduce = (tree: Tree): Tree => {
    if (Array.isArray(tree)) return tree.map(reduce).filter((item) => item !== absent);
    if (typeof tree !== "object" || tree === null) return tree;
    const choice = at(tree, "Fn::If");
    if (choice !== undefined) {
      const [name, yes, no] = list(choice);
      return reduce(holds(String(name)) ? yes : no);
    }
    if (at(tree, "Ref") === "AWS::NoValue") return absent;
    return Object.fromEntries(
      Object.entries(tree)
        .map(([key, value]) => [key, reduce(value)] as const)
        .filter(([, value]) => value !== absent),
    );
  };
  const resources = members(template, "Resources").filter(([, resource]) => {
    const condition = at(resource, "Condition");
    return condition === undefined || holds(String(condition));
  });
  return {
    ...(reduce(template) as object),
    Resources: Object.fromEntries(resources.map(([id, resource]) => [id, reduce(resource)])),
  };
}

export function stageNames(template: Tree): readonly string[] {
  return list(template, "Parameters", "StageName", "AllowedValues").map(String);
}
