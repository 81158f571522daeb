/**
 * Keys for the requests that a gateway signs. The stand-ins of services check no signature; without
 * keys of its own the run would look for them in the profile and the network of the machine.
 */
export function provideAwsCredentials(): void {
  process.env["AWS_ACCESS_KEY_ID"] ??= "conformance";
  process.env["AWS_SECRET_ACCESS_KEY"] ??= "conformance";
}
