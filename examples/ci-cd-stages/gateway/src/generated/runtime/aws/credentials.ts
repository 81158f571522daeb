// Part of the gen-gateway run-time, copied as it is. Edits are lost on the next run.
import type { AwsCredentials, CredentialProvider } from "./signing-keys.js";

/** The identities that a gateway can sign as. */
export interface CredentialSource {
  /** The gateway's own: environment, profile, container or instance, as for any AWS SDK. */
  readonly chain: CredentialProvider;
  /** A role that the gateway's own identity may assume. */
  role(arn: string, region: string): CredentialProvider;
  close(): Promise<void>;
}

/** Keys are renewed so long before they expire. */
const RENEWED_BEFORE_MS = 5 * 60_000;
const SESSION_NAME = "gen-gateway";

/** Opens the standard provider chain; the packages behind it are loaded when first asked. */
export function createCredentialSource(): CredentialSource {
  const chain = lazily(async () => {
    const { fromNodeProviderChain } = await import("@aws-sdk/credential-providers");
    return fromNodeProviderChain();
  });
  const roles = new Map<string, CredentialProvider>();
  return {
    chain,
    role(arn, region) {
      const key = `${region} ${arn}`;
      const known = roles.get(key);
      if (known !== undefined) return known;
      const role = renewed(lazily(() => assumedRole(arn, region, chain)));
      roles.set(key, role);
      return role;
    },
    close: () => Promise.resolve(),
  };
}

async function assumedRole(
  arn: string,
  region: string,
  chain: CredentialProvider,
): Promise<CredentialProvider> {
  const { fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  return fromTemporaryCredentials({
    params: { RoleArn: arn, RoleSessionName: SESSION_NAME },
    masterCredentials: chain,
    clientConfig: { region },
  });
}

function lazily(open: () => Promise<CredentialProvider>): CredentialProvider {
  let opened: Promise<CredentialProvider> | null = null;
  return async () => (await (opened ??= open()))();
}

/**
 * Keeps keys until shortly before they expire. Callers at the same time share one renewal; where it
 * fails, keys that are still good are used on.
 */
export function renewed(
  provider: CredentialProvider,
  clock: () => number = Date.now,
): CredentialProvider {
  let kept: AwsCredentials | null = null;
  let renewal: Promise<AwsCredentials> | null = null;
  const leftMs = (): number =>
    kept === null ? 0 : (kept.expiration?.getTime() ?? Infinity) - clock();
  const renew = async (): Promise<AwsCredentials> => {
    try {
      return (kept = await provider());
    } catch (error) {
      if (kept !== null && leftMs() > 0) return kept;
      throw error;
    } finally {
      renewal = null;
    }
  };
  return () =>
    kept !== null && leftMs() > RENEWED_BEFORE_MS ? Promise.resolve(kept) : (renewal ??= renew());
}
