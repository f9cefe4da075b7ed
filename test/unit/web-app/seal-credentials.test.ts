import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { compactDecrypt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose';
import { sealCredentials } from '../../../lambdas/app/site/shared/seal-credentials.ts';

const SIGN_IN = { email: 'ann@example.com', username: 'EXAMPLE\\ann', password: 'pässword "1"' };
const DEVICE = {
  id: 'browser-1',
  platform: 'webpush',
  token: '{"endpoint":"https://push.example"}',
} as const;

test('another JOSE library opens what the web app seals, bound to device and challenge', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RSA-OAEP-256', { modulusLength: 3072 });
  const { kty, n, e } = await exportJWK(publicKey);
  const key = { keyId: 'key-1', publicKey: { kty: kty ?? '', n: n ?? '', e: e ?? '' }, challenge: 'moment' };
  const jwe = await sealCredentials(SIGN_IN, DEVICE, 'version-1', key);
  expect(decodeProtectedHeader(jwe)).toEqual({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'key-1' });
  const { plaintext } = await compactDecrypt(jwe, privateKey);
  expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual({
    email: SIGN_IN.email,
    auth: { type: 'basic', username: SIGN_IN.username, password: SIGN_IN.password },
    challenge: 'moment',
    device: {
      id: 'browser-1',
      platform: 'webpush',
      tokenSha256: createHash('sha256').update(DEVICE.token).digest('base64url'),
    },
    credentialsVersion: 'version-1',
  });
});
