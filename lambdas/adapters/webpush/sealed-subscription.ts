/** A subscription as the database keeps it: no push address can be read without the pepper (AES-256-GCM). */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Subscription } from './subscription.ts';

const PREFIX = 'webpush:';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `webpush:` and base64url of nonce, ciphertext and tag. `key` has 32 bytes. */
export function sealSubscription(key: Uint8Array, { endpoint, p256dh, auth }: Subscription): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const plaintext = Buffer.concat([p256dh, auth, Buffer.from(endpoint, 'ascii')]);
  const sealed = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return PREFIX + sealed.toString('base64url');
}

/** Tells a stored subscription from an ARN. */
export function isSealedSubscription(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Undefined where the text was not sealed under this key: the pepper was replaced, or the row was changed. */
export function openSubscription(key: Uint8Array, sealed: string): Subscription | undefined {
  if (!isSealedSubscription(sealed)) return undefined;
  const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
  if (bytes.byteLength <= NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const plaintext = Buffer.concat([
      decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]);
    return {
      p256dh: plaintext.subarray(0, 65),
      auth: plaintext.subarray(65, 81),
      endpoint: plaintext.toString('ascii', 81),
    };
  } catch {
    return undefined;
  }
}
