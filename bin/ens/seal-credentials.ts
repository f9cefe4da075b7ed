import { createHash } from 'node:crypto';
import { CompactEncrypt, importJWK } from 'jose';

/** A phone as a registration names it. */
export interface Device {
  readonly id: string;
  readonly platform: string;
  readonly token: string;
}

/**
 * Encrypts credentials as a client does: for the key of this answer of `getpublickey`, bound to the device and to the
 * challenge. Undefined where the answer is no key.
 */
export async function sealCredentials(
  key: Readonly<Record<string, unknown>>,
  { id, platform, token }: Device,
  credentials: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  const { publicKey, keyId, challenge } = key;
  if (typeof publicKey !== 'object' || publicKey === null || typeof keyId !== 'string') return undefined;
  const tokenSha256 = createHash('sha256').update(token).digest('base64url');
  const content = { ...credentials, challenge, device: { id, platform, tokenSha256 } };
  try {
    return await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: keyId })
      .encrypt(await importJWK({ ...publicKey }, 'RSA-OAEP-256'));
  } catch {
    return undefined;
  }
}
