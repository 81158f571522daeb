import { printComments } from "./yaml.js";

/** One instruction; its words never hold a line end. */
export type Instruction =
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "plain"; readonly name: string; readonly text: string }
  /** `CMD ["node", "dist/main.js"]`: no shell reads the words. */
  | { readonly kind: "exec"; readonly name: string; readonly words: readonly string[] }
  | {
      readonly kind: "pairs";
      readonly name: "ENV" | "LABEL";
      readonly pairs: readonly (readonly [string, string])[];
    }
  | { readonly kind: "gap" };

/** Prints a Dockerfile. Values are quoted so that no variable in them is replaced. */
export function printDockerfile(
  instructions: readonly Instruction[],
  header: readonly string[],
): string {
  return `${printComments(header)}\n${instructions.map(printInstruction).join("")}`;
}

function printInstruction(instruction: Instruction): string {
  switch (instruction.kind) {
    case "gap":
      return "\n";
    case "comment":
      return printComments([instruction.text]);
    case "plain":
      return `${instruction.name} ${line(instruction.text)}\n`;
    case "exec":
      return `${instruction.name} [${instruction.words.map((word) => JSON.stringify(word)).join(", ")}]
`;
    case "pairs": {
      const pairs = instruction.pairs.map(([name, value]) => `${name}=${printValue(value)}`);
      return `${instruction.name} ${pairs.join(" \\\n    ")}\n`;
    }
  }
}

function line(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}

/** In double quotes a backslash protects itself, the quote and the dollar sign. */
function printValue(value: string): string {
  return `"${line(value).replace(/[\\"$]/g, "\\$&")}"`;
}
