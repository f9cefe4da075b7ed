/**
 * Opens a sealed preview with nothing but node:crypto, step by step as RFC 7516 and RFC 7518 (section 4.6)
 * write it: what an app's own code has to do, and a second reading of what the product seals.
 */
import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type JsonWebKey,
} from 'node:crypto';
import { z } from 'zod';

const Header = z.object({
  alg: z.literal('ECDH-ES'),
  enc: z.literal('A256GCM'),
  kid: z.string().optional(),
  epk: z.object({ kty: z.string(), crv: z.string(), x: z.string(), y: z.string().optional() }),
});

export interface OpenedPreview {
  readonly header: z.infer<typeof Header>;
  readonly plaintext: string;
}

/** Header and plaintext; throws where the JWE is not of the documented form or not for this key. */
export function openPreview(jwe: string, privateKey: JsonWebKey): OpenedPreview {
  const [head = '', encryptedKey, iv = '', ciphertext = '', tag = '', ...rest] = jwe.split('.');
  if (encryptedKey !== '' || rest.length > 0) throw new Error('not a compact JWE with direct key agreement');
  const header = Header.parse(JSON.parse(Buffer.from(head, 'base64url').toString()));
  const z0 = diffieHellman({
    privateKey: createPrivateKey({ key: privateKey, format: 'jwk' }),
    publicKey: createPublicKey({ key: header.epk, format: 'jwk' }),
  });
  const key = createHash('sha256')
    .update(uint32(1))
    .update(z0)
    .update(Buffer.concat([uint32(7), Buffer.from('A256GCM')]))
    .update(Buffer.concat([uint32(0), uint32(0)]))
    .update(uint32(256))
    .digest();
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'));
  decipher.setAAD(Buffer.from(head, 'ascii'));
  decipher.setAuthTag(Buffer.from(tag, 'base64url'));
  const plaintext = Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]);
  return { header, plaintext: plaintext.toString('utf8') };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
