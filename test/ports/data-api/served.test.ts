import { expect, test } from '@jest/globals';
import {
  MINUTE,
  NOW,
  type RequestOptions,
  registrationRequest,
  sha256,
} from '../../support/registration-requests.ts';
import { useStore } from '../../support/use-store.ts';

/** Which registrations need a subscription of their own, and which the active one serves. */
const { store, registrations, callbacks, begin, activate, register, record } = useStore();

const VERSION = 'version of the credentials';

test('a registration with the same version of the credentials needs no further subscription', async () => {
  await register({ version: VERSION });
  const again = await begin({ version: VERSION, now: NOW + MINUTE });
  expect(again).toMatchObject({ created: false, subscribe: false });
  const other = await begin({ version: VERSION, now: NOW + MINUTE, phone: 'tablet' });
  expect(other).toMatchObject({ created: true, subscribe: false });
  expect(await store.rows('SELECT state FROM subscriptions')).toEqual([{ state: 'active' }]);
});

const OTHERS: readonly (readonly [string, RequestOptions])[] = [
  ['no version of the credentials', { version: undefined }],
  ['another version of the credentials', { version: 'changed' }],
  ['silence of more than two intervals', { version: VERSION, now: NOW + 61 * MINUTE }],
];
test.each(OTHERS)('a registration with %s is not taken for one that is served', async (_, options) => {
  await register({ version: VERSION });
  expect((await begin(options)).subscribe).toBe(true);
});

test('a registration whose access token ends at another time is not taken for one that is served', async () => {
  await register({ version: VERSION });
  await store.rows(`UPDATE subscriptions SET credentials_expire_at = ${NOW + 60 * MINUTE}`);
  expect((await begin({ version: VERSION })).subscribe).toBe(true);
});

test.each([
  ['is suspect', { refused: 'first' }],
  ['rests', { quietUntil: NOW + 10 * MINUTE }],
  ['is lost', { lost: true }],
] as const)('a subscription that %s serves no further registration', async (_, aftermath) => {
  const { id } = await register({ version: VERSION });
  await record(id, aftermath);
  expect((await begin({ version: VERSION, now: NOW + 2 * MINUTE })).subscribe).toBe(true);
});

test('a subscription without badge events does not serve a device that shows a badge', async () => {
  await register({ version: VERSION, badge: false });
  expect((await begin({ version: VERSION, phone: 'tablet', badge: true })).subscribe).toBe(true);
});

test('a subscription with badge events serves a device without a badge', async () => {
  await register({ version: VERSION, badge: true });
  expect((await begin({ version: VERSION, phone: 'tablet', badge: false })).subscribe).toBe(false);
});

test('credentials of a device that has left serve nobody else', async () => {
  const first = await register({ version: VERSION });
  await register({ version: VERSION, phone: 'tablet' });
  await registrations.unregister(first.registrationId, NOW);
  expect((await begin({ version: VERSION, phone: 'tablet', now: NOW + MINUTE })).subscribe).toBe(true);
});

test('a device that Exchange allows no subscription joins the active one and stays', async () => {
  const first = await register();
  const second = await begin({ phone: 'tablet', now: NOW + MINUTE });
  const joined = await registrations.joinActive({ subscriptionId: second.id, provenSince: NOW - MINUTE });
  expect(joined).toBe(true);
  expect(await store.rows('SELECT id, state FROM subscriptions')).toEqual([
    { id: first.id, state: 'active' },
  ]);
  expect(await registrations.checkIn(second.registrationId)).toMatchObject({ subscriptionState: 'active' });
});

test('a device joins no subscription that is absent, suspect, or was not heard lately', async () => {
  const alone = await begin({ person: 'bob' });
  expect(await registrations.joinActive({ subscriptionId: alone.id, provenSince: NOW })).toBe(false);
  const { id } = await register();
  const second = await begin({ phone: 'tablet', now: NOW + MINUTE });
  const late = { subscriptionId: second.id, provenSince: NOW + MINUTE };
  expect(await registrations.joinActive(late)).toBe(false);
  await record(id, { refused: 'first' });
  expect(await registrations.joinActive({ subscriptionId: second.id, provenSince: NOW })).toBe(false);
  await activate(second, NOW + 2 * MINUTE);
  expect(await registrations.checkIn(second.registrationId)).toMatchObject({ subscriptionState: 'active' });
});

test('the version of the credentials goes along with a renewal inside a callback', async () => {
  const { id, mailboxId } = await register({ version: VERSION });
  const { subscription } = registrationRequest();
  await callbacks.prepareRenewal({ now: NOW, mailboxId, replaces: id, subscription });
  const [row] = await store.rows('SELECT credentials_version_hmac AS hmac FROM subscriptions WHERE id = $1', [
    subscription.id,
  ]);
  expect(row?.hmac).toBe(Buffer.from(sha256(VERSION)).toString('base64'));
});
