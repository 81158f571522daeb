// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
/** Keys that requests are signed with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Where signing keys come from; asked before each call, so that expired ones are renewed. */
export type CredentialProvider = () => Promise<AwsCredentials>;
