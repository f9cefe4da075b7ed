import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createAddressRules } from '#adapters/ews/outgoing/addresses.ts';
import { createConnection } from '#adapters/ews/outgoing/connection.ts';
import { resolveWithSystem } from '#adapters/ews/outgoing/pinned-lookup.ts';
import { createTlsTrust } from '#adapters/ews/outgoing/tls-trust.ts';
import { createPushHosts } from '#adapters/webpush/push-hosts.ts';
import { createWebPushSender } from '#adapters/webpush/push-sender.ts';
import { sealSubscription } from '#adapters/webpush/sealed-subscription.ts';
import { readSubscription } from '#adapters/webpush/subscription.ts';
import { createVapid } from '#adapters/webpush/vapid.ts';
import type { Push, PushOutcome } from '#domain/ports/push.ts';
import { testClock } from '../../support/memory/clock.ts';
import { PUSHES, REGISTRATION } from '../../support/push-cases.ts';
import { type Script, startScriptedServer } from '../../support/scripted-server.ts';
import { testBrowser, testSigningKey } from '../../support/web-push.ts';

const APP_URL = 'https://ens.example.com/app';

async function sendTo(script: Script, push: Push, allowed = ['http://127.0.0.1:*']) {
  const server = await startScriptedServer(script);
  const browser = testBrowser();
  const key = randomBytes(32);
  const signingKey = testSigningKey();
  const reading = readSubscription(browser.token(`${server.origin}/push/secret`));
  if (!reading.ok) throw new Error(reading.detail);
  const addresses = createAddressRules([]);
  const trust = createTlsTrust(undefined);
  const sender = createWebPushSender({
    vapid: createVapid({
      client: signingKey.client,
      keyArn: 'arn:aws:kms:x:1:key/k',
      contact: 'mailto:a@example.com',
      clock: testClock(),
    }),
    hosts: createPushHosts(allowed, addresses),
    subscriptionKey: async () => key,
    appUrl: APP_URL,
    timeoutMs: 500,
    connect: (destination) =>
      createConnection({
        destination,
        addresses,
        resolve: resolveWithSystem,
        trust,
        maxAnswerBytes: 64 * 1_024,
      }),
  });
  const target = {
    registrationId: REGISTRATION,
    endpointArn: sealSubscription(key, reading.subscription),
    platform: 'webpush' as const,
  };
  const outcome = await sender.send(target, push);
  return { outcome, seen: server.seen, read: browser.read };
}

test('a mail is one POST that the browser can read', async () => {
  const { outcome, seen, read } = await sendTo(() => ({ status: 201 }), PUSHES['new-mail-full']);
  expect(outcome).toEqual({ kind: 'delivered' });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    method: 'POST',
    path: '/push/secret',
    headers: {
      'content-encoding': 'aes128gcm',
      ttl: '86400',
      urgency: 'high',
      topic: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
      authorization: expect.stringMatching(/^vapid t=[\w-]+\.[\w-]+\.[\w-]{86}, k=[\w-]{87}$/),
    },
  });
  expect(JSON.parse(read(seen[0]?.bytes ?? new Uint8Array()))).toMatchObject({
    web_push: 8030,
    notification: {
      title: 'Ann Example',
      body: 'Lunch on “Friday”? 🍜',
      navigate: `${APP_URL}#/mail/${REGISTRATION}/AAMkAGI1AAAt9AHkAAA%3D`,
      silent: false,
    },
    app_badge: 3,
    ens: { v: 1, type: 'new-mail', mailbox: REGISTRATION, item: 'AAMkAGI1AAAt9AHkAAA=' },
  });
});

test.each(['new-mail-none', 'new-mail-neutral', 'new-mail-count', 'sign-in', 'open-app'] as const)(
  'a push of the kind %s shows something',
  async (kind) => {
    const { seen, read } = await sendTo(() => ({ status: 201 }), PUSHES[kind]);
    const { notification } = JSON.parse(read(seen[0]?.bytes ?? new Uint8Array()));
    expect(notification.title).not.toBe('');
    expect(notification.navigate).toMatch(/^https:/);
  },
);

test('a badge alone is not sent: browsers punish silent pushes', async () => {
  const { outcome, seen } = await sendTo(() => ({ status: 201 }), PUSHES.badge);
  expect(outcome).toEqual({ kind: 'delivered' });
  expect(seen).toEqual([]);
});

const HTML = { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>' };

test.each<readonly [string, Script, PushOutcome]>([
  ['200 without a page', () => ({ status: 200 }), { kind: 'delivered' }],
  ['202', () => ({ status: 202 }), { kind: 'delivered' }],
  ['200 with a page', () => HTML, { kind: 'misconfigured', code: 'HtmlAnswer' }],
  [
    'a redirect',
    () => ({ status: 307, headers: { location: '/x' } }),
    { kind: 'misconfigured', code: 'Http307' },
  ],
  ['400', () => ({ status: 400 }), { kind: 'misconfigured', code: 'Http400' }],
  ['401', () => ({ status: 401 }), { kind: 'misconfigured', code: 'Http401' }],
  ['403', () => ({ status: 403 }), { kind: 'misconfigured', code: 'Http403' }],
  ['404', () => ({ status: 404 }), { kind: 'device-gone' }],
  ['410', () => ({ status: 410 }), { kind: 'device-gone' }],
  ['413 twice', () => ({ status: 413 }), { kind: 'misconfigured', code: 'Http413' }],
  ['418', () => ({ status: 418 }), { kind: 'misconfigured', code: 'Http418' }],
  ['429', () => ({ status: 429 }), { kind: 'later', code: 'Http429' }],
  ['500', () => ({ status: 500 }), { kind: 'later', code: 'Http500' }],
  ['503', () => ({ status: 503 }), { kind: 'later', code: 'Http503' }],
  ['silence', () => ({ silent: true }), { kind: 'later', code: 'Timeout' }],
  ['a cut connection', () => ({ resets: true }), { kind: 'later', code: 'Unreachable' }],
])('a push service that answers %s has its consequence', async (_, script, expected) => {
  expect((await sendTo(script, PUSHES['new-mail-full'])).outcome).toEqual(expected);
});

test('a message that is too large is sent once more, shorter', async () => {
  const long = { ...PUSHES['new-mail-full'], subject: 'long '.repeat(2_000) };
  const { outcome, seen, read } = await sendTo((_, index) => ({ status: index === 0 ? 413 : 201 }), long);
  expect(outcome).toEqual({ kind: 'delivered' });
  const [first = '', second = ''] = seen.map(({ bytes }) => read(bytes));
  expect(Buffer.byteLength(first)).toBeGreaterThan(3_000);
  expect(Buffer.byteLength(second)).toBeLessThanOrEqual(1_024);
  expect(JSON.parse(second).notification.title).toBe('Ann Example');
});

test('nothing is sent to a host that the setting no longer names', async () => {
  const { outcome, seen } = await sendTo(() => ({ status: 201 }), PUSHES['new-mail-full'], [
    'push.example.com',
  ]);
  expect(outcome).toEqual({ kind: 'misconfigured', code: 'HostRefused' });
  expect(seen).toEqual([]);
});
