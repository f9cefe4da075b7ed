import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A symmetric key that never leaves the emulator. */
export interface WrappingKey {
  readonly arn: string;
  readonly material: Buffer;
}

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals under a wrapping key and an encryption context. The blob names its key, as KMS's blobs do: version,
 * length of the ARN, ARN, IV, tag, ciphertext.
 */
export function seal(
  key: WrappingKey,
  plaintext: Uint8Array,
  context: Readonly<Record<string, string>>,
): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.material, iv).setAAD(associatedData(context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const arn = Buffer.from(key.arn);
  return Buffer.concat([Buffer.of(VERSION, arn.length), arn, iv, cipher.getAuthTag(), sealed]);
}

/** The ARN of the key that sealed the blob; undefined for anything that is no blob of ours. */
export function keyArnOf(blob: Buffer): string | undefined {
  const length = blob[1];
  if (blob[0] !== VERSION || length === undefined || blob.length < 2 + length + IV_BYTES + TAG_BYTES) {
    return undefined;
  }
  return blob.subarray(2, 2 + length).toString();
}

/** Undefined where the blob was altered or the context is not the one it was sealed under, byte for byte. */
export function open(
  key: WrappingKey,
  blob: Buffer,
  context: Readonly<Record<string, string>>,
): Buffer | undefined {
  const body = blob.subarray(2 + (blob[1] ?? 0));
  const decipher = createDecipheriv('aes-256-gcm', key.material, body.subarray(0, IV_BYTES))
    .setAAD(associatedData(context))
    .setAuthTag(body.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(body.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Order of the pairs does not count, everything else does. */
function associatedData(context: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
