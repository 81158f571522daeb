import type { Manifests, NamedText } from "../../ir/manifest.js";
import type { UriTemplate } from "../../ir/mapping.js";

/** Not: what means something to the gateway itself, and calls of template languages. */
export function isPlaceholder(name: string): boolean {
  return (
    name !== "" &&
    name.length <= 200 &&
    !/["'!()]/.test(name) &&
    !/^(?:stageVariables|context|request|response|input|util|method|integration)\b/.test(name)
  );
}

export function templateText(template: UriTemplate): string {
  return template
    .map((part) => {
      if (part.kind === "text") return part.text;
      return part.kind === "path" ? `{${part.name}}` : `\${stageVariables.${part.name}}`;
    })
    .join("");
}

/** `arn:...:function:NAME[:QUALIFIER]`, `${Orders.Arn}[:QUALIFIER]`; `isNamed`: no variable stands in the name. */
export function nameOf(text: string): {
  readonly qualifier: string | undefined;
  readonly isNamed: boolean;
} {
  const open = /^\$\{([^{}]+)\}(?::(.+))?$/.exec(text);
  if (open !== null) {
    return { qualifier: open[2], isNamed: !(open[1] ?? "").startsWith("stageVariables.") };
  }
  const match = /^(?:arn:.*?:function:)?([^:]+)(?::(.+))?$/.exec(text);
  return { qualifier: match?.[2], isNamed: match !== null && !(match[1] ?? "").includes("${") };
}

export function resolve(text: string, variables: readonly NamedText[]): string {
  return text.replaceAll(
    /\$\{stageVariables\.(\w+)\}/g,
    (_whole, name: string) => variables.find((variable) => variable.name === name)?.value ?? "",
  );
}

export function canaryVariables({
  variables,
  canary,
}: Manifests["stages"][number]): readonly NamedText[] {
  const overrides = canary?.overrides ?? [];
  return [
    ...variables.filter(({ name }) => !overrides.some((override) => override.name === name)),
    ...overrides,
  ];
}

/** Roles of functions have the service `lambda`. */
export function roleKey(credentials: string, service: string): string {
  return `${credentials} ${service}`;
}
