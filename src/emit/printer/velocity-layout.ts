import { group, hardline, ifBreak, indent, join, line, softline, type Layout } from "../layout.js";

/** `name(a, b)`, each argument on its own line when they do not fit. */
export function printCall(name: Layout, args: readonly Layout[]): Layout {
  if (args.length === 0) return [name, "()"];
  return [
    name,
    group(["(", indent([softline, join([",", line], args)]), ifBreak(","), softline, ")"]),
  ];
}

/** Operands around one operator, broken behind each when they do not fit; the rest indented. */
export function printNested(operator: string, operands: readonly Layout[]): Layout {
  const [first = "", ...others] = operands;
  const rest = others.map((operand) => [` ${operator}`, line, operand]);
  return group([first, indent(others.length === 1 ? group(rest) : rest)]);
}

/** The same in the parentheses of `if`, which indent. */
export function printChain(operator: string, operands: readonly Layout[]): Layout {
  return join([` ${operator}`, line], operands);
}

/** The same behind `=`, which indents. */
export function printOperands(operator: string, operands: readonly Layout[]): Layout {
  const [first = "", second = "", third] = operands;
  if (operands.length === 0) return '""';
  if (operands.length === 1) return first;
  return third === undefined
    ? [first, group([` ${operator}`, line, second])]
    : printChain(operator, operands);
}

/** `target = a + b;`, broken behind the sign when it does not fit. */
export function printBrokenAssignment(target: string, value: Layout): Layout {
  return [group([target, group(indent([line, group(value)]))]), ";"];
}

/** `if (test)`, the test on lines of its own when it does not fit. */
export function printTest(keyword: string, test: Layout): Layout {
  return [keyword, " (", group([indent([softline, test]), softline]), ")"];
}

/** `void (a || b);` */
export function printDiscarded(chain: Layout): Layout {
  return ["void ", group(["(", indent([softline, chain]), softline, ")"]), ";"];
}

/** `head {`, statements, `}`. */
export function printBlock(head: Layout, statements: readonly Layout[]): Layout {
  if (statements.length === 0) return [head, " {", hardline, "}"];
  return [head, " {", indent([hardline, join(hardline, statements)]), hardline, "}"];
}
