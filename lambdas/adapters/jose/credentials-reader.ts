import { compactDecrypt } from 'jose';
import { BUDGETS } from '#contract';
import { asId, isUuid, type KeyPairId } from '#domain/model/ids.ts';
import type { CredentialsReader, CryptoKeyHandle, OpenedCredentials } from '#domain/ports/crypto.ts';
import {
  CONTENT_ENCRYPTION,
  isCallbackType,
  KEY_ALGORITHM,
  parseHeader,
  parseObject,
  splitCompact,
} from './compact.ts';
import { credentialsSchema } from './credentials-schema.ts';
import { privateKeyOf } from './key-handle.ts';

/**
 * Reads the client's JWE: compact, RSA-OAEP-256 and A256GCM only, uncompressed, at most 16 KB.
 * What our own callback URLs carry is refused by its `typ`, so that a sealed segment taken
 * from a log or a proxy registers nobody.
 */
export function createCredentialsReader(): CredentialsReader {
  return { keyPairIdOf, open };
}

function keyPairIdOf(jwe: string): KeyPairId | undefined {
  if (jwe.length > BUDGETS.credentialsBytes) return undefined;
  const parts = splitCompact(jwe);
  const kid = parts && parseHeader(parts.header)?.kid;
  return typeof kid === 'string' && isUuid(kid) ? asId<KeyPairId>(kid) : undefined;
}

async function open(jwe: string, key: CryptoKeyHandle): Promise<OpenedCredentials> {
  if (jwe.length > BUDGETS.credentialsBytes) return { ok: false, reason: 'too-large' };
  const parts = splitCompact(jwe);
  const header = parts && parseHeader(parts.header);
  if (!header) return { ok: false, reason: 'unreadable' };
  if (isCallbackType(header.typ)) return { ok: false, reason: 'callback-seal' };
  // Compression would let 16 KB unfold without bound, and lengths tell about secrets.
  if (header.kid !== key.keyPairId || header.zip !== undefined) return { ok: false, reason: 'unreadable' };
  const plaintext = await decrypt(jwe, key);
  const value = plaintext && parseObject(plaintext);
  plaintext?.fill(0);
  if (!value) return { ok: false, reason: 'unreadable' };
  const checked = credentialsSchema.safeParse(value);
  if (checked.success) {
    const { email, auth, ...binding } = checked.data;
    return { ok: true, credentials: { email, auth }, binding };
  }
  // The path is made of our own member names; the value stays behind.
  return { ok: false, reason: 'unreadable', field: checked.error.issues[0]?.path.map(String).join('.') };
}

async function decrypt(jwe: string, key: CryptoKeyHandle): Promise<Uint8Array | undefined> {
  const privateKey = privateKeyOf(key);
  try {
    const { plaintext } = await compactDecrypt(jwe, privateKey, {
      keyManagementAlgorithms: [KEY_ALGORITHM],
      contentEncryptionAlgorithms: [CONTENT_ENCRYPTION],
    });
    return plaintext;
  } catch {
    return undefined;
  }
}
