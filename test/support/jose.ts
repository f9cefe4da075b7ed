import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { CompactEncrypt } from 'jose';
import { keyHandle } from '#adapters/jose/key-handle.ts';
import { asId, type KeyPairId } from '#domain/model/ids.ts';
import type { CryptoKeyHandle } from '#domain/ports/crypto.ts';

export interface TestKeyPair {
  readonly id: KeyPairId;
  /** DER SPKI. */
  readonly publicKey: Uint8Array;
  /** DER PKCS#8. */
  readonly privateKey: Uint8Array;
  readonly publicKeyObject: KeyObject;
  readonly handle: CryptoKeyHandle;
}

/** A real RSA-3072 pair. Takes a while: make one per file. */
export function makeTestKeyPair(id = '11111111-1111-4111-8111-111111111111'): TestKeyPair {
  const pair = generateKeyPairSync('rsa', { modulusLength: 3072 });
  const keyPairId = asId<KeyPairId>(id);
  const privateKey = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  return {
    id: keyPairId,
    publicKey: new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' })),
    privateKey: new Uint8Array(privateKey),
    publicKeyObject: pair.publicKey,
    handle: keyHandle(keyPairId, privateKey),
  };
}

/** What a phone does: its credentials as a compact JWE for our public key. `header` overrides members. */
export async function encryptForTest(
  plaintext: unknown,
  pair: TestKeyPair,
  header: Readonly<Record<string, string>> = {},
): Promise<string> {
  const text = typeof plaintext === 'string' ? plaintext : JSON.stringify(plaintext);
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: pair.id, ...header })
    .encrypt(pair.publicKeyObject);
}
