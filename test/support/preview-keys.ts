/** A phone's preview key pairs, one of each kind. */
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type { PreviewKey } from '#domain/model/preferences.ts';

export interface PreviewKeyPair {
  readonly publicKey: PreviewKey;
  readonly privateKey: JsonWebKey;
}

export function previewKeys(): readonly [PreviewKeyPair, PreviewKeyPair] {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const x25519 = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  return [
    {
      publicKey: { kty: 'EC', crv: 'P-256', x: p256.x ?? '', y: p256.y ?? '', kid: 'phone-1' },
      privateKey: p256,
    },
    { publicKey: { kty: 'OKP', crv: 'X25519', x: x25519.x ?? '' }, privateKey: x25519 },
  ];
}
