import { describe, expect, it } from '@jest/globals';
import { breaches } from '../../support/data-api.ts';
import { NOW, sighting } from '../../support/registration-requests.ts';
import { useStore } from '../../support/use-store.ts';

const { store, registrations, callbacks, begin, activate, register, states, devices } = useStore();

describe('which credentials win', () => {
  it('keeps durable credentials that are well against a token without refresh', async () => {
    const durable = await register({ phone: 'a' });
    const token = await register({ phone: 'b', durable: false });
    expect(token.subscribe).toBe(false);
    expect(await states()).toEqual([{ id: durable.request.subscription.id, state: 'active' }]);
  });

  it.each([
    ['are lost', "state = 'lost'"],
    ['are rejected', "state = 'rejected'"],
    ['are suspect', 'suspect_since = 1'],
    ['are as short-lived', 'durable = false'],
    ['belong to a device that left', 'credentials_from = NULL'],
  ])('takes a token without refresh where the present ones %s', async (_, change) => {
    await register({ phone: 'a' });
    await store.rows(`UPDATE subscriptions SET ${change}`);
    expect((await register({ phone: 'b', durable: false })).subscribe).toBe(true);
    expect(await breaches(store)).toEqual([]);
  });

  it('takes them where the key pair was retired, and where the same phone was installed anew', async () => {
    await register({ phone: 'a', token: 'same' });
    expect((await begin({ phone: 'b', token: 'same', durable: false })).subscribe).toBe(true);
    await register({ phone: 'c', now: NOW + 1 });
    await store.rows('UPDATE key_pairs SET retired_at = 1');
    expect((await begin({ phone: 'd', durable: false })).subscribe).toBe(true);
  });
});

describe('a registration that does not come to its end', () => {
  it('takes a new device with it when it is abandoned', async () => {
    const begun = await begin();
    const { registrationId, request } = begun;
    await registrations.abandon({ subscriptionId: request.subscription.id, registrationId });
    expect(await store.rows('SELECT id FROM mailboxes')).toEqual([]);
    expect(await states()).toEqual([]);
  });

  it('keeps a device that registered before, or again meanwhile', async () => {
    const kept = await register();
    const failed = await begin({ now: NOW + 1 });
    await registrations.abandon({ subscriptionId: failed.request.subscription.id });
    expect(await devices()).toEqual([kept.registrationId]);
    const one = await begin({ person: 'bob' });
    const other = await register({ person: 'bob', now: NOW + 1 });
    await registrations.abandon({
      subscriptionId: one.request.subscription.id,
      registrationId: one.registrationId,
    });
    expect(await registrations.checkIn(other.registrationId)).toMatchObject({ subscriptionState: 'active' });
  });

  it('keeps a device that was renewed meanwhile, even where that came to nothing', async () => {
    const first = await begin();
    const second = await begin({ now: NOW + 1 });
    await registrations.abandon({ subscriptionId: second.request.subscription.id });
    const { registrationId, request } = first;
    await registrations.abandon({ subscriptionId: request.subscription.id, registrationId });
    expect(await devices()).toEqual([registrationId]);
  });

  it('never takes back what is active', async () => {
    const { request } = await register();
    await registrations.abandon({ subscriptionId: request.subscription.id });
    expect(await states()).toEqual([{ id: request.subscription.id, state: 'active' }]);
  });

  it('leaves the former subscription in charge', async () => {
    const former = await register();
    await begin({ now: NOW + 1 });
    expect(await store.rows('SELECT active_subscription_id AS id FROM mailboxes')).toEqual([
      { id: former.request.subscription.id },
    ]);
  });

  it('activates nothing after the mailbox was unregistered', async () => {
    const begun = await begin();
    await registrations.unregister(begun.registrationId, NOW);
    await activate(begun);
    expect(await states()).toEqual([]);
  });

  it('does not bring a superseded subscription back', async () => {
    const one = await begin();
    const other = await begin({ phone: 'b' });
    await activate(one);
    await activate(other);
    await activate(one);
    expect(await store.rows('SELECT active_subscription_id AS id FROM mailboxes')).toEqual([
      { id: other.request.subscription.id },
    ]);
    expect(await breaches(store)).toEqual([]);
  });
});

describe('unregistering', () => {
  it('shreds the half of the seal with the last device, and may be repeated', async () => {
    const a = await register({ phone: 'a' });
    const b = await register({ phone: 'b' });
    await registrations.unregister(a.registrationId, NOW);
    expect(await states()).toHaveLength(2);
    await registrations.unregister(b.registrationId, NOW);
    await registrations.unregister(b.registrationId, NOW);
    expect(await states()).toEqual([]);
    expect(await store.rows('SELECT id FROM mailboxes')).toEqual([]);
  });

  it('remembers that the credentials in use have no owner any more', async () => {
    const a = await register({ phone: 'a', durable: true });
    await register({ phone: 'b', durable: false });
    await registrations.unregister(a.registrationId, NOW);
    const view = await callbacks.see({ ...sighting(a.id), now: NOW });
    expect(view?.credentialsFrom).toBeUndefined();
    expect(view?.devices).toHaveLength(1);
  });
});
