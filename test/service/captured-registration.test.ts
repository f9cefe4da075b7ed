import { afterEach, expect, test } from '@jest/globals';
import type { Phone } from '../../local/client/client.ts';
import { newPhone } from '../../local/client/new-phone.ts';
import type { Json } from '../../local/template/json.ts';
import { endEverything, inExchange, status, subscriptionRows } from '../support/lifecycle.ts';
import { at, useWorld } from '../support/world.ts';

/** A request body that somebody read on its way: in a proxy, a debug log, a crash report. */
const world = useWorld({ withoutSchedules: true });
afterEach(() => endEverything(world()));

interface Captured {
  readonly phone: Phone;
  readonly registrationId: string;
  /** Sends the captured request once more, with these members of `device` put in its place. */
  replay(device?: { readonly [name: string]: string }): Promise<readonly unknown[]>;
}

async function capture(): Promise<Captured> {
  const { client, newMailbox } = world();
  const phone = newPhone(newMailbox('captured'));
  const device = { id: phone.deviceId, platform: phone.platform, token: phone.token };
  const body: { readonly [name: string]: Json } = {
    device,
    mailbox: { ewsUrl: phone.ewsUrl ?? null },
    credentials: await client.seal({ email: phone.email, auth: phone.auth }, phone),
    preferences: phone.preferences,
  };
  const answer = await client.call('POST', '/register', body);
  expect(answer.status).toBe(201);
  return {
    phone,
    registrationId: String(at(answer.body, 'registrationId')),
    async replay(changes = {}) {
      const { status: code, body: problem } = await client.call('POST', '/register', {
        ...body,
        device: { ...device, ...changes },
      });
      return [code, at(problem, 'code') ?? at(problem, 'registrationId')];
    },
  };
}

test('a captured registration shows nothing on another phone and diverts no push', async () => {
  const the = world();
  const { phone, registrationId, replay } = await capture();
  const other = newPhone(the.newMailbox('attacker'));
  const refused = [422, 'CREDENTIALS_NOT_FOR_THIS_DEVICE'];
  expect(await replay({ token: other.token })).toEqual(refused);
  expect(await replay({ token: other.token, id: other.deviceId })).toEqual(refused);
  expect(await replay({ id: other.deviceId })).toEqual(refused);
  expect(await replay({ platform: 'apns-sandbox' })).toEqual(refused);
  expect(await the.rows('devices')).toHaveLength(1);
  await the.deliverMail(phone.email);
  expect(await the.waitForNotifications(phone, 1)).toHaveLength(1);
  expect(the.notifications(other)).toEqual([]);
  expect(await status(the, registrationId)).toBe('active');
});

test('a captured registration is worth nothing after ten minutes by our clock', async () => {
  const the = world();
  const { registrationId, replay } = await capture();
  await the.world.clock.advance(9 * 60_000);
  expect(await replay()).toEqual([200, registrationId]);
  await the.world.clock.advance(60_000);
  expect(await replay()).toEqual([409, 'CHALLENGE_EXPIRED']);
});

test('a registration whose answer was lost is repeated under the same id', async () => {
  const the = world();
  const { registrationId, replay } = await capture();
  expect(await replay()).toEqual([200, registrationId]);
  expect(await the.rows('devices')).toHaveLength(1);
});

test('a captured registration is worth nothing once the phone has unregistered', async () => {
  const the = world();
  const { phone, registrationId, replay } = await capture();
  await the.client.unregister(registrationId);
  expect(await replay()).toEqual([409, 'CHALLENGE_EXPIRED']);
  expect([await the.rows('devices'), await the.rows('mailboxes')]).toEqual([[], []]);
  expect(await subscriptionRows(the, registrationId)).toEqual([]);
  expect(inExchange(the, phone.email)).toHaveLength(1);
  // The phone itself comes back with a challenge of its own.
  await the.world.clock.advance(1);
  expect((await the.client.register(phone)).status).toBe(201);
});

test('the challenge is told with the key and its end ten minutes later', async () => {
  const the = world();
  const { body } = await the.client.call('POST', '/getpublickey', {});
  const [issuedAt] = String(at(body, 'challenge')).split('.');
  expect(Date.parse(String(at(body, 'challengeExpiresAt'))) - Number(issuedAt)).toBe(600_000);
});
