import { type Outcome, PrivateKeyUnusable, refuse } from '../errors.ts';
import type { Credentials, CredentialsBinding } from '../model/credentials.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { CredentialsReader, KeyVault } from '../ports/crypto.ts';
import type { KeyPairStore } from '../ports/store.ts';
import type { Clock } from '../ports/system.ts';

/** What the client's JWE holds. */
export interface BoundCredentials {
  readonly credentials: Credentials;
  readonly binding: CredentialsBinding;
}

export interface OpenCredentialsPorts {
  readonly keyPairs: KeyPairStore;
  readonly vault: KeyVault;
  readonly reader: CredentialsReader;
  readonly clock: Clock;
}

const UNREADABLE =
  'Encrypt {"email","auth","challenge","device"} as a compact JWE (RSA-OAEP-256, A256GCM) for the key that /getpublickey returned, with its keyId as `kid`.';

/**
 * Opens the client's JWE. A key that is unknown, retired or past its life is KEY_RETIRED: the phone fetches a
 * new one and tries again, without asking its user.
 */
export async function openCredentials(
  ports: OpenCredentialsPorts,
  jwe: string,
  settings: { readonly credentialsBytes: number; readonly keyLifeMs: EpochMs },
): Promise<Outcome<BoundCredentials>> {
  if (Buffer.byteLength(jwe) > settings.credentialsBytes)
    return refuse(
      'CREDENTIALS_TOO_LARGE',
      `The encrypted credentials have more than ${settings.credentialsBytes} bytes. Certificate chains can be shortened to the leaf and its issuing authorities.`,
    );
  const keyPairId = ports.reader.keyPairIdOf(jwe);
  if (keyPairId === undefined) return refuse('CREDENTIALS_UNREADABLE', UNREADABLE);
  const pair = await ports.keyPairs.find(keyPairId);
  if (
    pair === undefined ||
    pair.retiredAt !== undefined ||
    pair.createdAt + settings.keyLifeMs <= ports.clock.now()
  )
    return refuse(
      'KEY_RETIRED',
      'Call /getpublickey, encrypt the credentials for the new key, and register again.',
    );
  const key = await ports.vault.privateKey(pair).catch((error: unknown) => {
    if (error instanceof PrivateKeyUnusable) return undefined;
    throw error;
  });
  if (key === undefined)
    return refuse(
      'KEY_RETIRED',
      'The private key cannot be used any more. Call /getpublickey and register again.',
    );
  const opened = await ports.reader.open(jwe, key);
  if (opened.ok) return { ok: true, value: { credentials: opened.credentials, binding: opened.binding } };
  if (opened.reason === 'callback-seal')
    return refuse(
      'CREDENTIALS_UNREADABLE',
      'This JWE is of a kind that only ENS itself makes. '.concat(UNREADABLE),
    );
  return refuse(
    'CREDENTIALS_UNREADABLE',
    opened.field === undefined
      ? UNREADABLE
      : `Inside the JWE, \`${opened.field}\` is missing or of the wrong form.`,
    opened.field === undefined ? {} : { extra: { field: opened.field } },
  );
}
