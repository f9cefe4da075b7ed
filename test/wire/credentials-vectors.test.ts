import { createHash, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createCredentialsReader } from '#adapters/jose/credentials-reader.ts';
import { keyHandle } from '#adapters/jose/key-handle.ts';
import { asId, type KeyPairId } from '#domain/model/ids.ts';

const VECTORS = JSON.parse(
  readFileSync(new URL('../../docs/clients/credentials-vectors.json', import.meta.url), 'utf8'),
);

test('the published example of encrypted credentials opens to its plaintext', async () => {
  const { privateKey, credentials, plaintext, getpublickey } = VECTORS;
  const pkcs8 = createPrivateKey({ key: privateKey, format: 'jwk' }).export({ format: 'der', type: 'pkcs8' });
  const reader = createCredentialsReader();
  expect(reader.keyPairIdOf(credentials)).toBe(getpublickey.keyId);
  const { email, auth, ...binding } = plaintext;
  expect(await reader.open(credentials, keyHandle(asId<KeyPairId>(getpublickey.keyId), pkcs8))).toEqual({
    ok: true,
    credentials: { email, auth },
    binding,
  });
});

test('the published example binds the push token as the request carries it', () => {
  const { device, plaintext } = VECTORS;
  const tokenSha256 = createHash('sha256').update(device.token, 'utf8').digest('base64url');
  expect(plaintext.device).toEqual({ id: device.id, platform: device.platform, tokenSha256 });
});
