// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** By what the settings may choose the backend of an authorizer's function. */
export function authorizerCaller(name: string): string {
  return `authorizer ${name}`;
}
