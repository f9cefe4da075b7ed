import { createHash } from 'node:crypto';
import { DecryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { dependencyUnavailable, readAwsError } from '#adapters/aws-errors.ts';
import { keyHandle } from '#adapters/jose/key-handle.ts';
import { ENCRYPTION_CONTEXT_APP } from '#contract';
import { DependencyUnavailable, PrivateKeyUnusable } from '#domain/errors.ts';
import type { EpochMs, KeyPair } from '#domain/model/subscription.ts';
import type { CryptoKeyHandle, KeyVault } from '#domain/ports/crypto.ts';
import type { Clock } from '#domain/ports/system.ts';

export interface KeyVaultOptions {
  readonly client: KMSClient;
  readonly wrappingKeyArn: string;
  readonly clock: Clock;
  /** How many private keys stay in memory; the one not used for longest goes. */
  readonly maxKeys?: number | undefined;
  /** How long after its Decrypt a key is used, used or not. */
  readonly maxAgeMs?: number | undefined;
}

interface Kept {
  readonly handle: Promise<CryptoKeyHandle>;
  readonly until: EpochMs;
}

/**
 * Opens private keys with KMS Decrypt under the encryption context `{app, keyPairId}` and keeps them in this
 * instance's memory, bounded in number and time. Calls for one key that overlap share
 * one Decrypt; a failure is never kept.
 */
export function createKeyVault(options: KeyVaultOptions): KeyVault {
  const { clock, maxKeys = 32, maxAgeMs = 30 * 60_000 } = options;
  const kept = new Map<string, Kept>();

  async function privateKey(pair: Pick<KeyPair, 'id' | 'wrappedPrivateKey'>): Promise<CryptoKeyHandle> {
    const now = clock.now();
    for (const [name, entry] of kept) if (entry.until <= now) kept.delete(name);
    // The ciphertext is part of the name: another one under the same id is for KMS to judge.
    const name = `${pair.id}:${createHash('sha256').update(pair.wrappedPrivateKey).digest('base64')}`;
    const found = kept.get(name);
    const entry = found ?? { handle: decrypt(options, pair), until: now + maxAgeMs };
    // Map order is the order of use.
    kept.delete(name);
    kept.set(name, entry);
    if (found === undefined) {
      for (const oldest of kept.keys()) {
        if (kept.size <= maxKeys) break;
        kept.delete(oldest);
      }
    }
    try {
      return await entry.handle;
    } catch (error) {
      if (kept.get(name) === entry) kept.delete(name);
      throw error;
    }
  }

  return { privateKey };
}

async function decrypt(
  options: KeyVaultOptions,
  pair: Pick<KeyPair, 'id' | 'wrappedPrivateKey'>,
): Promise<CryptoKeyHandle> {
  const plaintext = await callKms(options, pair);
  try {
    return keyHandle(pair.id, plaintext);
  } finally {
    plaintext.fill(0);
  }
}

async function callKms(
  { client, wrappingKeyArn }: KeyVaultOptions,
  pair: Pick<KeyPair, 'id' | 'wrappedPrivateKey'>,
): Promise<Uint8Array> {
  try {
    const answer = await client.send(
      new DecryptCommand({
        KeyId: wrappingKeyArn,
        CiphertextBlob: pair.wrappedPrivateKey,
        EncryptionContext: { app: ENCRYPTION_CONTEXT_APP, keyPairId: pair.id },
      }),
    );
    if (answer.Plaintext) return answer.Plaintext;
  } catch (error) {
    // Any other refusal (disabled key, missing permission, the ARN of another key) is our set-up's fault
    // and must not be read as the end of a key pair.
    if (readAwsError(error).code === 'InvalidCiphertextException') throw new PrivateKeyUnusable();
    throw dependencyUnavailable('kms', error);
  }
  throw new DependencyUnavailable('kms', 'EmptyAnswer');
}
