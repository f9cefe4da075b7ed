import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import { PrivateKeyUnusable } from '#domain/errors.ts';
import type { KeyPairId } from '#domain/model/ids.ts';
import type { CryptoKeyHandle } from '#domain/ports/crypto.ts';

/** The key is kept beside the handle, not in it: a handle that is logged or serialised shows an id alone. */
const keys = new WeakMap<CryptoKeyHandle, KeyObject>();

/**
 * Handle around an RSA private key (DER PKCS#8). The DER is parsed once, here: parsing costs more than
 * the decryption. Throws PrivateKeyUnusable where the bytes are no RSA private key.
 */
export function keyHandle(keyPairId: KeyPairId, pkcs8: Uint8Array): CryptoKeyHandle {
  const handle: CryptoKeyHandle = Object.freeze({ keyPairId });
  keys.set(handle, parse(pkcs8));
  return handle;
}

/** The key of a handle made by `keyHandle`. Throws PrivateKeyUnusable for any other object. */
export function privateKeyOf(handle: CryptoKeyHandle): KeyObject {
  const key = keys.get(handle);
  if (key === undefined) throw new PrivateKeyUnusable();
  return key;
}

function parse(pkcs8: Uint8Array): KeyObject {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The parser's message describes the bytes of a private key; what matters is said below.
  }
  throw new PrivateKeyUnusable();
}
