/** One encrypted push message: RFC 8291 over the content coding aes128gcm of RFC 8188, a single record. */
import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';
import type { Subscription } from './subscription.ts';

/** Push services take bodies of 4096 bytes. */
const MAX_BODY_BYTES = 4_096;
const SALT_BYTES = 16;
const PUBLIC_KEY_BYTES = 65;
const TAG_BYTES = 16;
const HEADER_BYTES = SALT_BYTES + 4 + 1 + PUBLIC_KEY_BYTES;
/** A delimiter byte follows the plaintext. */
export const MAX_PLAINTEXT_BYTES = MAX_BODY_BYTES - HEADER_BYTES - TAG_BYTES - 1;
/** Plaintexts are padded to a multiple of this, so that their length says little about the mail. */
const PADDING_STEP_BYTES = 512;
const LAST_RECORD = 2;

/** Random parts of one message; tests give those of the RFC. */
export interface MessageSecrets {
  readonly sender: ECDH;
  readonly salt: Uint8Array;
  readonly padding: 'none' | 'steps';
}

/** The body of the request. Throws RangeError where the plaintext is longer than MAX_PLAINTEXT_BYTES. */
export function encryptMessage(
  { p256dh, auth }: Pick<Subscription, 'p256dh' | 'auth'>,
  plaintext: Uint8Array,
  { sender, salt, padding }: MessageSecrets = freshSecrets(),
): Uint8Array {
  if (plaintext.byteLength > MAX_PLAINTEXT_BYTES) throw new RangeError('the push message is too long');
  const senderKey = sender.getPublicKey();
  const shared = sender.computeSecret(p256dh);
  const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, senderKey]);
  const keyMaterial = hkdf(shared, auth, keyInfo, 32);
  const key = hkdf(keyMaterial, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = hkdf(keyMaterial, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  const length = padding === 'steps' ? paddedLength(plaintext.byteLength) : plaintext.byteLength;
  const record = Buffer.alloc(length + 1);
  record.set(plaintext);
  record[plaintext.byteLength] = LAST_RECORD;
  const head = Buffer.alloc(HEADER_BYTES);
  head.set(salt);
  head.writeUInt32BE(MAX_BODY_BYTES, SALT_BYTES);
  head.writeUInt8(PUBLIC_KEY_BYTES, SALT_BYTES + 4);
  head.set(senderKey, SALT_BYTES + 5);
  return Buffer.concat([head, cipher.update(record), cipher.final(), cipher.getAuthTag()]);
}

function freshSecrets(): MessageSecrets {
  const sender = createECDH('prime256v1');
  sender.generateKeys();
  return { sender, salt: randomBytes(SALT_BYTES), padding: 'steps' };
}

function paddedLength(bytes: number): number {
  return Math.min(MAX_PLAINTEXT_BYTES, Math.ceil(bytes / PADDING_STEP_BYTES) * PADDING_STEP_BYTES);
}

function hkdf(key: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt, info, length));
}
