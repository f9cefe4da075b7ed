import { describe, expect, it } from '@jest/globals';
import type { RegistrationRequest } from '#domain/ports/store.ts';
import { breaches } from '../../support/data-api.ts';
import {
  NOW,
  type RequestOptions,
  registrationRequest,
  sha256,
} from '../../support/registration-requests.ts';
import { hasBegun, type Registered, useStore } from '../../support/use-store.ts';

const { store, registrations, begin, activate, register, see, record, devices } = useStore();

/** The same phone in the same mailbox under another host, unless told otherwise. */
const THERE = { host: 'new.example.com', now: NOW + 1 } as const;

const mailboxes = async () =>
  (await store.rows('SELECT id FROM mailboxes ORDER BY created_at')).map(({ id }) => id);

describe('a phone that registers its mailbox under another host', () => {
  it('leaves the old one when the new subscription is active, and not before', async () => {
    const old = await register();
    const moved = await begin(THERE);
    expect(moved).toMatchObject({ created: true, subscribe: true });
    expect(await registrations.checkIn(old.registrationId)).toMatchObject({ subscriptionState: 'active' });
    await activate(moved);
    expect(await registrations.checkIn(old.registrationId)).toBeUndefined();
    expect(await registrations.checkIn(moved.registrationId)).toMatchObject({
      subscriptionState: 'active',
      endpointEnabled: true,
    });
    expect(await breaches(store)).toEqual([]);
  });

  it('takes mailbox, subscription and its half of the seal with it as the last device', async () => {
    const old = await register();
    const moved = await register(THERE);
    expect(await mailboxes()).toEqual([moved.mailboxId]);
    expect(await store.rows('SELECT id FROM subscriptions')).toEqual([{ id: moved.id }]);
    expect(await see(old.id)).toBeUndefined();
  });

  it('may leave twice, as after a lost answer', async () => {
    await register();
    const moved = await register(THERE);
    await activate(moved);
    expect(await devices()).toEqual([moved.registrationId]);
  });

  it('leaves a lost or rejected registration just so', async () => {
    const lost = await register();
    await record(lost.id, { lost: true });
    const rejected = await register({ ...THERE, host: 'second.example.com' });
    await record(rejected.id, { refused: 'proof' });
    const moved = await register({ ...THERE, host: 'third.example.com', now: NOW + 2 });
    expect(await devices()).toEqual([moved.registrationId]);
    expect(await breaches(store)).toEqual([]);
  });

  it('leaves at once where the mailbox is subscribed there already with more durable credentials', async () => {
    const phone = await register();
    const tablet = await register({ ...THERE, phone: 'tablet' });
    expect(await devices()).toHaveLength(2);
    const moved = await register({ ...THERE, durable: false });
    expect(moved.subscribe).toBe(false);
    expect(await registrations.checkIn(phone.registrationId)).toBeUndefined();
    expect(await mailboxes()).toEqual([tablet.mailboxId]);
    expect(await breaches(store)).toEqual([]);
  });

  it('brings along what the old one still owes it', async () => {
    const old = await register();
    await record(old.id, { owed: true });
    const [{ owed_since: owed } = {}] = await store.rows('SELECT owed_since FROM mailboxes');
    await register(THERE);
    expect(owed).toBeGreaterThan(NOW);
    expect(await store.rows('SELECT owed_since FROM mailboxes')).toEqual([{ owed_since: owed }]);
  });
});

describe('what stays in the old mailbox', () => {
  it('is every other device, with the subscription, which knows that its credentials lost their owner', async () => {
    const tablet = await register({ phone: 'tablet' });
    const phone = await register({ now: NOW + 1 });
    await register({ ...THERE, now: NOW + 2 });
    expect(await registrations.checkIn(tablet.registrationId)).toMatchObject({ subscriptionState: 'active' });
    const view = await see(phone.id);
    expect(view?.devices.map(({ registrationId }) => registrationId)).toEqual([tablet.registrationId]);
    expect(view?.credentialsFrom).toBeUndefined();
    expect(await breaches(store)).toEqual([]);
  });

  const elsewhere = (options: RequestOptions = {}) => registrationRequest({ ...THERE, ...options });
  const OTHERS: readonly (readonly [string, () => RegistrationRequest])[] = [
    ['device id', () => elsewhere({ phone: 'other', token: 'token of phone' })],
    ['push token', () => elsewhere({ token: 'another' })],
    [
      'platform of the token',
      () => ({ ...elsewhere(), device: { ...elsewhere().device, platform: 'apns-sandbox' } }),
    ],
    ['address', () => ({ ...elsewhere(), addressHmac: sha256('another') })],
    ['Inbox', () => ({ ...elsewhere(), inboxSha256: sha256('another') })],
  ];
  it.each(OTHERS)('is a device that differs in its %s', async (_what, request) => {
    const old = await register({ token: 'token of phone' });
    const claim = request();
    const begun = {
      ...hasBegun(await registrations.begin(claim)),
      id: claim.subscription.id,
      request: claim,
    };
    await activate(begun);
    expect(await devices()).toHaveLength(2);
    expect(await registrations.checkIn(old.registrationId)).toMatchObject({ subscriptionState: 'active' });
  });

  const FAILURES: readonly (readonly [string, (moved: Registered) => Promise<void>])[] = [
    [
      'is taken back',
      ({ id: subscriptionId, registrationId }) => registrations.abandon({ subscriptionId, registrationId }),
    ],
    ['is refused before it is active', ({ id }) => record(id, { refused: 'proof' })],
    [
      'loses its device before it is active',
      ({ registrationId }) => registrations.unregister(registrationId, NOW),
    ],
  ];
  it.each(FAILURES)('is the phone whose new registration %s', async (_what, fail) => {
    const old = await register();
    const moved = await begin(THERE);
    await fail(moved);
    await activate(moved);
    expect(await registrations.checkIn(old.registrationId)).toMatchObject({ subscriptionState: 'active' });
  });

  it('is a phone whose mailbox there is subscribed again by a callback', async () => {
    const old = await register();
    const { id: subscriptionId, mailboxId } = await begin(THERE);
    await registrations.activate({
      now: NOW + 2,
      subscriptionId,
      mailboxId,
      watermark: 'w',
      wantedEvents: 'mail',
    });
    expect(await registrations.checkIn(old.registrationId)).toBeDefined();
  });
});
