/** By what the settings may choose the backend of an authorizer's function. */
export function authorizerCaller(name: string): string {
  return `authorizer ${name}`;
}
