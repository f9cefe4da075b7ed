/** Grammar of compact JWEs (RFC 7516, section 7.1), checked by ourselves: jose is lenient about base64url. */

export const KEY_ALGORITHM = 'RSA-OAEP-256';
export const CONTENT_ENCRYPTION = 'A256GCM';

/** `typ` of what our callback URLs carry: around the inner JWE, and around the inner key. */
export const CALLBACK_TYPE = 'ens-callback+1';
export const CALLBACK_KEY_TYPE = 'ens-callback-key+1';

export interface CompactParts {
  readonly header: string;
  readonly encryptedKey: string;
  readonly initializationVector: string;
  readonly ciphertext: string;
  readonly tag: string;
}

/**
 * The five parts, each in the one base64url spelling its bytes have (no padding, no stray bits). Undefined
 * for anything else. `encryptedKey` alone may be empty (`dir`).
 */
export function splitCompact(text: string): CompactParts | undefined {
  const [header, encryptedKey, initializationVector, ciphertext, tag, more] = text.split('.', 6);
  if (more !== undefined || tag === undefined || encryptedKey === undefined) return undefined;
  if (!header || !initializationVector || !ciphertext) return undefined;
  if (!isCanonical(header) || !isCanonical(encryptedKey) || !isCanonical(ciphertext)) return undefined;
  // 96-bit IV and 128-bit tag: A256GCM allows no other (RFC 7518, section 5.3).
  if (initializationVector.length !== 16 || !isCanonical(initializationVector)) return undefined;
  if (tag.length !== 22 || !isCanonical(tag)) return undefined;
  return { header, encryptedKey, initializationVector, ciphertext, tag };
}

/** True where the text is exactly what encoding its own bytes gives. */
export function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}

/** The members of a protected header; undefined where it is no JSON object in UTF-8. */
export function parseHeader(encoded: string): Readonly<Record<string, unknown>> | undefined {
  return parseObject(Buffer.from(encoded, 'base64url'));
}

/** A JSON object from UTF-8 bytes; undefined for everything else. */
export function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `typ` values compare without case and without the `application/` that may be left out (RFC 7515, 4.1.9). */
export function isCallbackType(typ: unknown): boolean {
  if (typeof typ !== 'string') return false;
  const name = typ.toLowerCase().replace(/^application\//, '');
  return name === CALLBACK_TYPE || name === CALLBACK_KEY_TYPE;
}
