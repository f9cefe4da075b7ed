import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto';
import type { CompactParts } from './compact.ts';

const CONTENT_KEY_BYTES = 32;
const TAG_BYTES = 16;

/**
 * Opens a JWE with A256GCM that `splitCompact` took apart and whose header the caller has judged: its content
 * key is wrapped for `key` with RSA-OAEP-256 (RFC 7518, section 4.3), or is `key` itself (`dir`). By node:crypto
 * and not by jose, whose way through WebCrypto takes more CPU for the same bytes (docs/decisions/0040).
 * Undefined for every failure alike: what exactly did not fit is of use to an attacker only.
 */
export function openCompact(parts: CompactParts, key: KeyObject | Uint8Array): Uint8Array | undefined {
  try {
    const contentKey = key instanceof Uint8Array ? key : unwrap(parts.encryptedKey, key);
    if (contentKey.length !== CONTENT_KEY_BYTES) return undefined;
    const iv = Buffer.from(parts.initializationVector, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', contentKey, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(parts.header, 'ascii')).setAuthTag(Buffer.from(parts.tag, 'base64url'));
    const plaintext = decipher.update(Buffer.from(parts.ciphertext, 'base64url'));
    // Throws where the tag does not fit; only then is the plaintext anybody's business.
    decipher.final();
    return plaintext;
  } catch {
    return undefined;
  }
}

function unwrap(encryptedKey: string, key: KeyObject): Uint8Array {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return privateDecrypt({ key, padding, oaepHash: 'sha256' }, Buffer.from(encryptedKey, 'base64url'));
}
