// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { TokenObject } from "./token.js";

/** The token in a header: by itself or behind `Bearer`; null: the header holds none. */
export function bearerToken(header: string): string | null {
  const [, token] = /^(?:Bearer +)?([^\s,]+)$/i.exec(header.trim()) ?? [];
  return token === undefined || /^bearer$/i.test(token) ? null : token;
}

/** Whether a token is for one of some audiences; `client_id` counts where `aud` is absent. */
export function isForAudience(claims: TokenObject, audiences: readonly string[]): boolean {
  const { aud, client_id: client } = claims;
  const named = aud ?? client;
  const list: readonly unknown[] = Array.isArray(named) ? named : [named];
  return list.some((item) => typeof item === "string" && audiences.includes(item));
}

/** Whether a token grants one of some scopes: `scope` is a text with blanks, `scp` that or a list. */
export function grantsOneOf(claims: TokenObject, scopes: readonly string[]): boolean {
  const granted = [claims["scope"], claims["scp"]].flatMap((value): readonly unknown[] => {
    if (typeof value === "string") return value.split(" ");
    return Array.isArray(value) ? value : [];
  });
  return scopes.some((scope) => granted.includes(scope));
}
