import { type Outcome, refuse } from '../errors.ts';
import type { EpochMs, KeyPair } from '../model/subscription.ts';
import type { KeyPairStore } from '../ports/store.ts';
import { type Challenge, type ChallengePorts, issueChallenge } from './challenge.ts';

export interface PublicKeyForClients {
  readonly pair: KeyPair;
  /** From then on a newer key is likely to exist; this one keeps working until its life ends. */
  readonly renewAfter: EpochMs;
  readonly challenge: Challenge;
}

/** The newest key pair, for clients to encrypt their credentials with, and a challenge to put beside them. */
export async function getPublicKey(
  ports: ChallengePorts & { readonly keyPairs: KeyPairStore },
  keyRotationMs: number,
): Promise<Outcome<PublicKeyForClients>> {
  const pair = await ports.keyPairs.newest();
  if (pair === undefined)
    return refuse(
      'TEMPORARILY_UNAVAILABLE',
      'There is no key pair yet. The scheduled upkeep makes one within five minutes of a deployment; if this stays, look at the upkeep function.',
      { retryAfterSeconds: 60 },
    );
  const challenge = await issueChallenge(ports);
  return { ok: true, value: { pair, renewAfter: pair.createdAt + keyRotationMs, challenge } };
}
