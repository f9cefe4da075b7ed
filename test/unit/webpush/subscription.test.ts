import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { openSubscription, sealSubscription } from '#adapters/webpush/sealed-subscription.ts';
import { readSubscription } from '#adapters/webpush/subscription.ts';
import { testBrowser } from '../../support/web-push.ts';

const ENDPOINT = 'https://push.example.com/secret-address';
const whole: { endpoint: string; keys: { p256dh: string; auth: string } } = JSON.parse(
  testBrowser().token(ENDPOINT),
);

function reading(value: unknown) {
  return readSubscription(typeof value === 'string' ? value : JSON.stringify(value));
}

test('a subscription of a browser is read', () => {
  expect(reading({ ...whole, expirationTime: null })).toMatchObject({
    ok: true,
    subscription: { endpoint: ENDPOINT },
  });
});

const NO_POINT = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]).toString('base64url');

test.each<readonly [what: string, value: unknown, detail: RegExp]>([
  ['text that is no JSON', 'token', /is not JSON/],
  ['an array', [whole], /is not JSON/],
  ['a missing endpoint', { keys: whole.keys }, /no text in "endpoint"/],
  ['an endpoint of 10 KB', { ...whole, endpoint: `https://p.example/${'x'.repeat(10_240)}` }, /1024/],
  ['an endpoint that is no URL', { ...whole, endpoint: 'push.example.com' }, /not a URL/],
  ['an endpoint with a line break', { ...whole, endpoint: 'https://p.example/\r\nx' }, /not a URL/],
  ['missing keys', { endpoint: ENDPOINT }, /no "keys"/],
  ['a short key', { ...whole, keys: { ...whole.keys, p256dh: 'BAAA' } }, /65 bytes/],
  ['a key that is no point', { ...whole, keys: { ...whole.keys, p256dh: NO_POINT } }, /no point/],
  ['a short secret', { ...whole, keys: { ...whole.keys, auth: 'AAAA' } }, /16 bytes/],
])('a subscription with %s is refused, and nothing of it is quoted', (_, value, detail) => {
  const result = reading(value);
  expect(result).toMatchObject({ ok: false, detail: expect.stringMatching(detail) });
  expect(JSON.stringify(result)).not.toContain('secret-address');
});

test('a stored subscription reveals nothing and opens only under its key', () => {
  const read = reading(whole);
  if (!read.ok) throw new Error(read.detail);
  const key = randomBytes(32);
  const sealed = sealSubscription(key, read.subscription);
  expect(sealed).toMatch(/^webpush:[A-Za-z0-9_-]+$/);
  expect(Buffer.from(sealed.slice(8), 'base64url').toString('latin1')).not.toContain('secret-address');
  const opened = openSubscription(key, sealed);
  expect(opened?.endpoint).toBe(ENDPOINT);
  expect(Buffer.from(opened?.p256dh ?? []).toString('base64url')).toBe(whole.keys.p256dh);
  expect(Buffer.from(opened?.auth ?? []).toString('base64url')).toBe(whole.keys.auth);
  expect(openSubscription(randomBytes(32), sealed)).toBeUndefined();
  expect(openSubscription(key, `${sealed.slice(0, -2)}AA`)).toBeUndefined();
  expect(openSubscription(key, 'arn:aws:sns:eu-central-1:1:endpoint/APNS/x/y')).toBeUndefined();
  expect(openSubscription(key, 'webpush:AAAA')).toBeUndefined();
});

test('one subscription is stored differently each time', () => {
  const read = reading(whole);
  if (!read.ok) throw new Error(read.detail);
  const key = randomBytes(32);
  expect(sealSubscription(key, read.subscription)).not.toBe(sealSubscription(key, read.subscription));
});
