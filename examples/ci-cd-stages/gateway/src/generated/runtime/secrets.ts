// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "./json-record.js";
import type { SecretReference } from "./contracts.js";

/** Looks secrets up by name; undefined: there is no such secret. */
export type SecretSource = (name: string) => string | undefined;

/**
 * Secrets of the process: the environment variable of the secret's name (`orders/keys/acme` is
 * `ORDERS_KEYS_ACME`), else the file of that name in the folder `GATEWAY_SECRETS_DIR`, as
 * Kubernetes and Compose mount them.
 */
export function environmentSecrets(environment: NodeJS.ProcessEnv = process.env): SecretSource {
  const folder = environment["GATEWAY_SECRETS_DIR"];
  return (name) => environment[variableName(name)] ?? readSecretFile(folder, name);
}

/** The environment variable that holds a secret. */
export function variableName(secret: string): string {
  return secret.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase();
}

function readSecretFile(folder: string | undefined, name: string): string | undefined {
  // a name leads to a file of the folder or to none
  const isPlain = /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/.test(name) && !name.includes("..");
  if (folder === undefined || folder === "" || !isPlain) return undefined;
  try {
    return readFileSync(join(folder, name), "utf8").replace(/\r?\n$/, "");
  } catch {
    return undefined;
  }
}

/** A secret was named in the settings and cannot be found. The message says its name alone. */
export class SecretProblem extends Error {
  override readonly name = "SecretProblem";
}

/**
 * The value of a secret; of a JSON object the member `key`.
 * @throws SecretProblem when there is none.
 */
export function resolveSecret({ secret, key }: SecretReference, source: SecretSource): string {
  const text = source(secret);
  if (text === undefined) {
    throw new SecretProblem(
      `the secret "${secret}" is not set: set ${variableName(secret)} or put it into GATEWAY_SECRETS_DIR`,
    );
  }
  if (key === null) return text;
  const value = memberOf(text, key);
  if (value === undefined) throw new SecretProblem(`the secret "${secret}" has no text "${key}"`);
  return value;
}

function memberOf(text: string, key: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const member = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return typeof member === "string" ? member : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs a step of the start. A missing secret is told in one line, and the program ends with code 1:
 * undefined.
 */
export function withSecrets<T>(start: () => T): T | undefined {
  try {
    return start();
  } catch (error) {
    if (!(error instanceof SecretProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return undefined;
  }
}
