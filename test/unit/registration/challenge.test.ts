import { expect, test } from '@jest/globals';
import { admitBinding, issueChallenge } from '#domain/registration/challenge.ts';
import { testClock } from '../../support/memory/clock.ts';
import { memoryCrypto } from '../../support/memory/crypto.ts';
import { codeOf, registerWorld } from '../../support/register-world.ts';

const DEVICE = { id: 'phone-1', platform: 'apns', token: 'abc' };
/** FIPS 180-2, appendix B.1: SHA-256 of "abc". */
const SHA256_OF_ABC = Buffer.from(
  'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'hex',
).toString('base64url');
const BOUND = { id: 'phone-1', platform: 'apns', tokenSha256: SHA256_OF_ABC };

function setup() {
  const clock = testClock();
  return { clock, pepper: memoryCrypto().pepper };
}

test('a challenge is good for ten minutes by our clock and not a millisecond longer', async () => {
  const ports = setup();
  const start = ports.clock.now();
  const { challenge, expiresAt } = await issueChallenge(ports);
  expect(expiresAt - start).toBe(600_000);
  ports.clock.advance(599_999);
  expect(await admitBinding(ports, { challenge, device: BOUND }, DEVICE)).toEqual({ ok: true, value: start });
  ports.clock.advance(1);
  expect(codeOf(await admitBinding(ports, { challenge, device: BOUND }, DEVICE))).toBe('CHALLENGE_EXPIRED');
});

test('a challenge that we never gave out is refused as an expired one', async () => {
  const ports = setup();
  const outcome = await admitBinding(ports, { challenge: 'made up', device: BOUND }, DEVICE);
  expect(codeOf(outcome)).toBe('CHALLENGE_EXPIRED');
});

test.each([
  ['device.id', { ...DEVICE, id: 'phone-2' }],
  ['device.id', { ...DEVICE, id: 'PHONE-1' }],
  ['device.platform', { ...DEVICE, platform: 'apns-sandbox' }],
  ['device.tokenSha256', { ...DEVICE, token: 'abd' }],
  ['device.tokenSha256', { ...DEVICE, token: 'ABC' }],
])('credentials that name another %s are for another device', async (field, device) => {
  const ports = setup();
  const { challenge } = await issueChallenge(ports);
  expect(await admitBinding(ports, { challenge, device: BOUND }, device)).toMatchObject({
    ok: false,
    refusal: { code: 'CREDENTIALS_NOT_FOR_THIS_DEVICE', extra: { field } },
  });
});

test.each([
  ['another push token', { token: 'cd'.repeat(32) }],
  ['another device id', { id: 'phone-2' }],
])('a captured registration with %s reaches neither Exchange nor SNS nor the database', async (_, change) => {
  const { register, server, state } = registerWorld();
  const device = { id: 'phone-1', platform: 'apns', token: 'ab'.repeat(32) } as const;
  const outcome = await register({ device: { ...device, ...change } });
  expect(codeOf(outcome)).toBe('CREDENTIALS_NOT_FOR_THIS_DEVICE');
  expect([server.asked, state.begins, [...state.failures.values()].flat()]).toEqual([[], [], []]);
});

test('a registration with an old challenge reaches nothing either, and is good with a new one', async () => {
  const { register, server, state, clock } = registerWorld();
  state.challenge = `challenge-${clock.now()}`;
  clock.advance(600_000);
  expect(codeOf(await register())).toBe('CHALLENGE_EXPIRED');
  expect([server.asked, state.begins]).toEqual([[], []]);
  state.challenge = undefined;
  expect(codeOf(await register())).toBe('ok');
});

test('a challenge that was spent by unregistering is refused, and nothing is subscribed', async () => {
  const { register, server, state } = registerWorld();
  state.spent = true;
  expect(codeOf(await register())).toBe('CHALLENGE_EXPIRED');
  expect(server.asked).not.toContain('subscribe');
});
