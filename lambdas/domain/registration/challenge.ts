import { createHash } from 'node:crypto';
import { type Outcome, refuse } from '../errors.ts';
import type { CredentialsBinding } from '../model/credentials.ts';
import type { EpochMs } from '../model/subscription.ts';
import type { Pepper } from '../ports/crypto.ts';
import type { Clock } from '../ports/system.ts';

const LIFE_MS = 10 * 60_000;

export interface ChallengePorts {
  readonly pepper: Pick<Pepper, 'challenge' | 'challengeIssuedAt'>;
  readonly clock: Clock;
}

export interface Challenge {
  readonly challenge: string;
  readonly expiresAt: EpochMs;
}

/** A challenge for one registration. Nothing of it is kept. */
export async function issueChallenge({ pepper, clock }: ChallengePorts): Promise<Challenge> {
  const now = clock.now();
  return { challenge: await pepper.challenge(now), expiresAt: now + LIFE_MS };
}

/** Where a challenge is refused: too old, not ours, or given out before the device was unregistered. */
export function refuseChallenge() {
  return refuse(
    'CHALLENGE_EXPIRED',
    'The challenge inside the JWE is older than ten minutes, was given out before this device was unregistered, or is not from this service. Call /getpublickey, encrypt the credentials with the new challenge, and register again.',
  );
}

/**
 * Whether these credentials were encrypted for this device, this push token and this moment, so that a captured
 * request is worth nothing elsewhere or later. Answers when the challenge was given out.
 */
export async function admitBinding(
  { pepper, clock }: ChallengePorts,
  binding: CredentialsBinding,
  device: { readonly id: string; readonly platform: string; readonly token: string },
): Promise<Outcome<EpochMs>> {
  const field = mismatch(binding.device, device);
  if (field !== undefined)
    return refuse(
      'CREDENTIALS_NOT_FOR_THIS_DEVICE',
      `Inside the JWE, \`device.${field}\` does not match the device of the request. Encrypt the credentials for each registration anew, with id and platform as sent and the SHA-256 of the push token as sent (UTF-8, base64url without padding).`,
      { extra: { field: `device.${field}` } },
    );
  const issuedAt = await pepper.challengeIssuedAt(binding.challenge);
  if (issuedAt === undefined || issuedAt + LIFE_MS <= clock.now()) return refuseChallenge();
  return { ok: true, value: issuedAt };
}

function mismatch(
  bound: CredentialsBinding['device'],
  device: { readonly id: string; readonly platform: string; readonly token: string },
): 'id' | 'platform' | 'tokenSha256' | undefined {
  if (bound.id !== device.id) return 'id';
  if (bound.platform !== device.platform) return 'platform';
  const tokenSha256 = createHash('sha256').update(device.token, 'utf8').digest('base64url');
  return bound.tokenSha256 === tokenSha256 ? undefined : 'tokenSha256';
}
