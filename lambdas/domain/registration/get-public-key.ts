import { type Outcome, refuse } from '../errors.ts';
import type { EpochMs, KeyPair } from '../model/subscription.ts';
import type { KeyPairStore } from '../ports/store.ts';

export interface PublicKeyForClients {
  readonly pair: KeyPair;
  /** From then on a newer key is likely to exist; this one keeps working until its life ends. */
  readonly renewAfter: EpochMs;
}

/** The newest key pair, for clients to encrypt their credentials with. */
export async function getPublicKey(
  keyPairs: KeyPairStore,
  keyRotationMs: number,
): Promise<Outcome<PublicKeyForClients>> {
  const pair = await keyPairs.newest();
  if (pair === undefined)
    return refuse(
      'TEMPORARILY_UNAVAILABLE',
      'There is no key pair yet. The scheduled upkeep makes one within five minutes of a deployment; if this stays, look at the upkeep function.',
      { retryAfterSeconds: 60 },
    );
  return { ok: true, value: { pair, renewAfter: pair.createdAt + keyRotationMs } };
}
