import type { Secret } from "../../../ir/deployment.js";
import type { CfnValue } from "./values.js";

/** A reference that CloudFormation resolves while it deploys; the value is in no template and no parameter. */
export function secretReference({ secret, key }: Secret): CfnValue {
  const name = secret.replace(/[^A-Za-z0-9/_+=.@-]/g, "-");
  const member = (key ?? "").replace(/[^A-Za-z0-9/_+=.@-]/g, "-");
  return `{{resolve:secretsmanager:${name}:SecretString${member === "" ? "" : `:${member}`}}}`;
}
