import { expect, test } from '@jest/globals';
import { memoryCrypto } from '../../support/memory/crypto.ts';
import { codeOf, registerWorld } from '../../support/register-world.ts';

/** One subscription of a mailbox serves all its phones where it can. */

test('a device that Exchange allows no further subscription joins the active one', async () => {
  const { register, server, state } = registerWorld();
  server.fail('subscribe', { kind: 'subscription-limit' });
  state.joins = true;
  expect(codeOf(await register())).toBe('ok');
  expect([state.activated, state.abandoned]).toEqual([[], []]);
});

test('a device that has no active subscription to join is refused and taken back', async () => {
  const { register, server, state } = registerWorld();
  server.fail('subscribe', { kind: 'subscription-limit' });
  expect(codeOf(await register())).toBe('SUBSCRIPTION_LIMIT');
  expect(state.abandoned).toHaveLength(1);
});

test('no other refusal of a subscription makes a device join the active one', async () => {
  const { register, server, state } = registerWorld();
  server.fail('subscribe', { kind: 'forbidden', detail: 'the server answered 403' });
  state.joins = true;
  expect(codeOf(await register())).toBe('EWS_FORBIDDEN');
});

test('the version of the credentials is stored as its HMAC, and only where the app gives one', async () => {
  const { register, state, clock } = registerWorld();
  await register();
  state.credentialsVersion = 'random-4711';
  await register();
  const hmac = await memoryCrypto().pepper.credentialsVersionHmac('random-4711');
  expect(state.begins.map(({ credentialsVersionHmac }) => credentialsVersionHmac)).toEqual([undefined, hmac]);
  expect(clock.now() - (state.begins[0]?.provenSince ?? 0)).toBe(2 * 30 * 60_000);
});

test('the id of a preview key reaches the database encrypted', async () => {
  const { register, state } = registerWorld();
  const previewKey = { kty: 'OKP', crv: 'X25519', x: 'x'.repeat(43), kid: 'anns-phone' } as const;
  await register({ preferences: { content: 'none', badge: true, sound: true, previewKey } });
  expect(state.begins[0]?.preferences.previewKey).toEqual({ ...previewKey, kid: 'sealed anns-phone' });
});
