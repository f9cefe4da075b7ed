import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { createVapid, rawSignature } from '#adapters/webpush/vapid.ts';
import { HOUR_MS, testClock } from '../../support/memory/clock.ts';
import { type TestSigningKey, testSigningKey } from '../../support/web-push.ts';

const ORIGIN = 'https://push.example.com';
const CONTACT = 'mailto:admin@example.com';

function vapidWith(key: TestSigningKey, clock = testClock(Date.now())) {
  return createVapid({ client: key.client, keyArn: 'arn:aws:kms:x:1:key/k', contact: CONTACT, clock });
}

test('the token names origin and contact and verifies under the public key', async () => {
  const key = testSigningKey();
  const header = await vapidWith(key).authorization(ORIGIN);
  const { token = '', publicKey } = /^vapid t=(?<token>\S+), k=(?<publicKey>\S+)$/.exec(header)?.groups ?? {};
  const { payload } = await jwtVerify(token, key.publicKey, { audience: ORIGIN });
  expect(payload.sub).toBe(CONTACT);
  expect((payload.exp ?? 0) * 1_000 - Date.now()).toBeLessThanOrEqual(24 * HOUR_MS);
  const point = Buffer.from(publicKey ?? '', 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  expect(point[0]).toBe(4);
  expect(
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' }).equals(key.publicKey),
  ).toBe(true);
});

test('one push service costs one signature for hours, another one a signature of its own', async () => {
  const key = testSigningKey();
  const clock = testClock();
  const vapid = vapidWith(key, clock);
  const first = await vapid.authorization(ORIGIN);
  clock.advance(10 * HOUR_MS);
  expect(await vapid.authorization(ORIGIN)).toBe(first);
  await vapid.authorization('https://other.example.com');
  clock.advance(2 * HOUR_MS);
  expect(await vapid.authorization(ORIGIN)).not.toBe(first);
  expect(key.calls.filter((call) => call === 'Sign')).toHaveLength(3);
  expect(key.calls.filter((call) => call === 'GetPublicKey')).toHaveLength(1);
});

test('a signature that failed is asked for again with the next push', async () => {
  const key = testSigningKey();
  let away = true;
  const client: TestSigningKey['client'] = {
    send: async (command: Parameters<typeof key.client.send>[0]) => {
      if (away) throw Object.assign(new Error('away'), { name: 'KMSInternalException' });
      return key.client.send(command);
    },
  };
  const vapid = vapidWith({ ...key, client });
  await expect(vapid.authorization(ORIGIN)).rejects.toMatchObject({ dependency: 'kms' });
  away = false;
  await expect(vapid.authorization(ORIGIN)).resolves.toMatch(/^vapid t=/);
});

test('every DER signature becomes 64 bytes that verify', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const text = Buffer.from('text');
  const signatures = Array.from({ length: 300 }, () => rawSignature(sign('sha256', text, privateKey)));
  expect(
    signatures.filter((raw) => !verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)),
  ).toEqual([]);
});
