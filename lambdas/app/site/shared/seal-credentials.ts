/** Credentials encrypted for the service's key: compact JWE, RSA-OAEP-256 and A256GCM (RFC 7516), by WebCrypto. */
import type { PublicKey } from './api.ts';
import { sha256, toBase64Url, utf8 } from './encoding.ts';

export interface SignIn {
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

export interface Device {
  readonly id: string;
  readonly platform: 'webpush';
  /** The push subscription as JSON text. */
  readonly token: string;
}

/** Bound to this device, this subscription and the moment of the challenge. */
export async function sealCredentials(
  { email, username, password }: SignIn,
  device: Device,
  credentialsVersion: string,
  key: PublicKey,
): Promise<string> {
  const { id, platform, token } = device;
  return encrypt(key, {
    email,
    auth: { type: 'basic', username, password },
    challenge: key.challenge,
    device: { id, platform, tokenSha256: await sha256(token) },
    credentialsVersion,
  });
}

async function encrypt({ keyId, publicKey }: PublicKey, plaintext: object): Promise<string> {
  const { kty, n, e } = publicKey;
  const wrapping = await crypto.subtle.importKey(
    'jwk',
    { kty, n, e },
    // WebCrypto uses this hash for MGF1 as well, as RSA-OAEP-256 demands.
    { name: 'RSA-OAEP', hash: 'SHA-256' },
    false,
    ['encrypt'],
  );
  const header = toBase64Url(utf8(JSON.stringify({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: keyId })));
  const contentKey = crypto.getRandomValues(new Uint8Array(32));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const aes = await crypto.subtle.importKey('raw', contentKey, 'AES-GCM', false, ['encrypt']);
  const [wrapped, sealed] = await Promise.all([
    crypto.subtle.encrypt({ name: 'RSA-OAEP' }, wrapping, contentKey),
    crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: nonce, additionalData: utf8(header) },
      aes,
      utf8(JSON.stringify(plaintext)),
    ),
  ]);
  const ciphertext = sealed.slice(0, -16);
  const tag = sealed.slice(-16);
  return [header, ...[wrapped, nonce, ciphertext, tag].map((part) => toBase64Url(part))].join('.');
}
