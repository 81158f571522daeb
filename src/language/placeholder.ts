/**
 * Placeholders of deployment tools inside text: `${AWS::Region}` and `${Function.Arn}` of CloudFormation,
 * `${name}` of Terraform. `${stageVariables.x}` and the other roots of the gateway's own expressions are
 * not placeholders; they mean something at run time.
 */
const gatewayRoots = /^(?:stageVariables|context|request|response|input|util|method|integration)\b/;
const hole = /\$\{([^{}]*)\}/g;

/** Names of the placeholders in a text, in order, repeats included. */
export function placeholderNames(text: string): readonly string[] {
  if (!text.includes("${")) return [];
  return [...text.matchAll(hole)].map((match) => (match[1] ?? "").trim()).filter(isPlaceholderName);
}

/** Puts text for placeholders; `replace` gives undefined to leave one as it stands. */
export function replacePlaceholders(
  text: string,
  replace: (name: string) => string | undefined,
): string {
  if (!text.includes("${")) return text;
  return text.replaceAll(hole, (whole, inner: string) => {
    const name = inner.trim();
    return isPlaceholderName(name) ? (replace(name) ?? whole) : whole;
  });
}

/** Not: `${}`, `${!literal}`, VTL calls, and the gateway's own roots. */
function isPlaceholderName(name: string): boolean {
  return name !== "" && name.length <= 200 && !/["'!()]/.test(name) && !gatewayRoots.test(name);
}
