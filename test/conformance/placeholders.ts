import type { Backends } from "../support/backends/backends.js";

/** What the placeholders of a text speak of. */
export interface PlaceholderNames {
  readonly http: readonly string[];
  readonly oidc: readonly string[];
}

const HTTP_PLACEHOLDER = /@@HTTP_(ORIGIN|HOST):([^@]+)@@/g;
const ISSUER_PLACEHOLDER = /@@ISSUER:([^@]+)@@/g;
/** The JSON text ends at the first `}@@`. */
const TOKEN_PLACEHOLDER = /@@JWT:([^:@]+):(\{.*?\})@@/g;

/** Names of the backends that a text's placeholders need. */
export function placeholderNames(text: string): PlaceholderNames {
  const oidc = [...text.matchAll(ISSUER_PLACEHOLDER), ...text.matchAll(TOKEN_PLACEHOLDER)];
  return {
    http: [...text.matchAll(HTTP_PLACEHOLDER)].map((match) => match[2] ?? ""),
    oidc: oidc.map((match) => match[1] ?? ""),
  };
}

/**
 * Replaces all placeholders of a JSON text; tokens are signed now. Throws when a placeholder names no backend
 * or cannot be read: left in place it would be compared as a value.
 */
export async function resolvePlaceholders(text: string, backends: Backends): Promise<string> {
  const { origins } = backends;
  const tokens = await Promise.all(
    [...text.matchAll(TOKEN_PLACEHOLDER)].map((match) =>
      signToken(match[1] ?? "", match[2] ?? "", backends),
    ),
  );
  const resolved = text
    .replace(TOKEN_PLACEHOLDER, () => tokens.shift() ?? "")
    .replace(ISSUER_PLACEHOLDER, (_, name: string) => required(origins.oidc, name))
    .replace(HTTP_PLACEHOLDER, (_, what: string, name: string) => {
      const origin = required(origins.http, name);
      return what === "ORIGIN" ? origin : new URL(origin).host;
    });
  const left = /@@[A-Z_]+:/.exec(resolved);
  if (left !== null)
    throw new Error(
      `placeholder that cannot be read: ${resolved.slice(left.index, left.index + 60)}`,
    );
  return resolved;
}

/** `claimsText` stands inside a JSON string, so its own quotes are escaped. */
async function signToken(issuer: string, claimsText: string, backends: Backends): Promise<string> {
  const unescaped: unknown = JSON.parse(`"${claimsText}"`);
  const claims: unknown = JSON.parse(String(unescaped));
  if (typeof claims !== "object" || claims === null)
    throw new Error(`claims must be an object: ${claimsText}`);
  return backends.signToken(issuer, { ...claims });
}

function required(values: Readonly<Record<string, string>>, name: string): string {
  const value = values[name];
  if (value === undefined) throw new Error(`no backend named ${name}`);
  return value;
}
