import { randomBytes } from "node:crypto";
import type { Plan } from "../plan/plan.js";
import { environmentSecrets, type SecretSource } from "../runtime/secrets.js";

/** A secret that was made up for this run. */
export interface DevSecret {
  readonly name: string;
  readonly value: string;
}

/** Secrets of one run: those of the environment, and made-up ones in the place of missing keys. */
export class DevSecrets {
  readonly #found: SecretSource = environmentSecrets();
  readonly #made = new Map<string, string>();

  /** Looks a secret up; reloads of one run see the same values. */
  readonly source: SecretSource = (name) => this.#found(name) ?? this.#made.get(name);

  /** Makes up what the keys and callers of a gateway need and the environment does not have. */
  complete(plan: Plan): readonly DevSecret[] {
    const { apiKeys = {}, principals = [] } = plan.tables.access ?? {};
    const references = [
      ...Object.values(apiKeys).map(({ value }) => value),
      ...principals.map(({ secretAccessKey }) => secretAccessKey),
    ];
    // a member of a JSON object cannot be made up without the others
    const names = references.filter(({ key }) => key === null).map(({ secret }) => secret);
    return [...new Set(names)]
      .filter((name) => this.#found(name) === undefined)
      .map((name) => {
        const value = this.#made.get(name) ?? randomBytes(20).toString("hex");
        this.#made.set(name, value);
        return { name, value };
      });
  }
}
