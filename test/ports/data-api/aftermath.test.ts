import { describe, expect, it } from '@jest/globals';
import { createHealthStore } from '#adapters/data-api/health.ts';
import { breaches } from '../../support/data-api.ts';
import { insertKeyPair } from '../../support/key-pair-rows.ts';
import { MINUTE, NOW, registrationRequest } from '../../support/registration-requests.ts';
import { type Registered, useStore } from '../../support/use-store.ts';

const { store, registrations, callbacks, register, see, record, subscriptionRow: row } = useStore();

describe('what a callback records', () => {
  it('remembers the first refusal and forgets it once the credentials work', async () => {
    const { id } = await register();
    await record(id, { refused: 'first' });
    await record(id, { refused: 'first', now: NOW + 2 * MINUTE });
    expect(await see(id)).toMatchObject({ suspectSince: NOW + MINUTE, lastRefusedAt: NOW + 2 * MINUTE });
    await record(id, { trusted: true });
    const view = await see(id);
    expect([view?.suspectSince, view?.lastRefusedAt]).toEqual([undefined, undefined]);
  });

  it('takes a refusal for the first one where the credentials worked a moment before', async () => {
    const { id } = await register();
    await record(id, { refused: 'first' });
    await record(id, { trusted: true, refused: 'first', now: NOW + 9 * MINUTE });
    const at = NOW + 9 * MINUTE;
    expect(await see(id)).toMatchObject({ suspectSince: at, lastRefusedAt: at });
  });

  it('ends a subscription whose credentials are proven dead: the half of the seal is gone', async () => {
    const { id, registrationId } = await register();
    await record(id, { refused: 'proof' });
    expect(await row(id)).toMatchObject({ state: 'rejected', inner_key: null, ended_at: NOW + MINUTE });
    expect(await see(id)).toBeUndefined();
    expect(await registrations.checkIn(registrationId)).toMatchObject({ subscriptionState: 'rejected' });
    expect(await breaches(store)).toEqual([]);
  });

  it('does not let a superseded or pending subscription reject the mailbox', async () => {
    const former = await register();
    const { registrationId } = await register({ now: NOW + 1 });
    await record(former.id, { refused: 'proof', lost: true });
    expect(await row(former.id)).toMatchObject({ state: 'superseded', inner_key: null });
    expect(await registrations.checkIn(registrationId)).toMatchObject({ subscriptionState: 'active' });
  });

  it('writes quiet times, neutral notifications, debts, counts and dead endpoints in one statement', async () => {
    const { id } = await register();
    const view = await see(id);
    const endpoints = view?.devices.map(({ endpointId }) => endpointId) ?? [];
    const before = store.world.calls.all().length;
    await record(id, {
      quietUntil: 5,
      neutralAt: 6,
      owed: true,
      unread: { count: 8, at: NOW + MINUTE },
      disabledEndpoints: endpoints,
    });
    expect(store.world.calls.all().length - before).toBe(1);
    expect(await see(id)).toMatchObject({
      quietUntil: 5,
      lastNeutralAt: 6,
      mailbox: { unread: 8 },
      devices: [{ endpointEnabled: false }],
    });
    expect(await store.rows('SELECT owed_since FROM mailboxes')).toEqual([{ owed_since: NOW + MINUTE }]);
    expect(await store.rows('SELECT disabled_at FROM endpoints')).toEqual([{ disabled_at: NOW + MINUTE }]);
  });

  it('changes nothing that it does not name', async () => {
    const { id } = await register();
    const before = await store.world.aws.database.tables();
    await record(id, {});
    expect(await store.world.aws.database.tables()).toEqual(before);
    await record(id, { neutralAt: 1 });
    expect(await row(id)).toMatchObject({
      state: 'active',
      suspect_since: null,
      quiet_until: null,
      ended_at: null,
    });
  });

  it('ends a lost subscription, which stays the one that counts', async () => {
    const { id, registrationId } = await register();
    await record(id, { lost: true, ended: true });
    expect(await row(id)).toMatchObject({
      state: 'lost',
      lost_at: NOW + MINUTE,
      inner_key: null,
      wake_stage: 0,
      wake_due_at: NOW + MINUTE,
    });
    expect(await registrations.checkIn(registrationId)).toMatchObject({ subscriptionState: 'lost' });
    expect(await see(id)).toBeUndefined();
  });
});

describe('a host that refuses everybody', () => {
  it('is told by how many of those that tried their credentials since then were refused', async () => {
    const minutesAgo = { a: 0, b: 60, c: 62, d: 90, e: undefined };
    for (const [person, minutes] of Object.entries(minutesAgo)) {
      const { id } = await register({ person });
      if (minutes === undefined) continue;
      await see(id, { now: NOW - minutes * MINUTE });
      await record(id, { refused: 'first', now: NOW - minutes * MINUTE });
    }
    const well = await register({ person: 'well' });
    await see(well.id, { now: NOW - 70 * MINUTE });
    await register({ person: 'f', host: 'other.example.com' });
    const since = (minutes: number) =>
      callbacks.hostSuspects({ ewsHost: 'mail.example.com', since: NOW - minutes * MINUTE });
    expect(await since(5)).toEqual({ suspects: 1, tried: 1 });
    expect(await since(65)).toEqual({ suspects: 3, tried: 3 });
    expect(await since(75)).toEqual({ suspects: 3, tried: 4 });
    expect(await since(200)).toEqual({ suspects: 4, tried: 5 });
  });
});

describe('a former password', () => {
  it('that was refused says nothing of its host', async () => {
    const { id } = await register();
    await record(id, { refused: 'first', now: NOW });
    const suspects = async () =>
      (await callbacks.hostSuspects({ ewsHost: 'mail.example.com', since: NOW - MINUTE })).suspects;
    expect(await suspects()).toBe(1);
    await register({ now: NOW + 1 });
    expect(await suspects()).toBe(0);
  });
});

describe('a renewal inside a callback', () => {
  async function renew(former: Registered, ewsHost?: string) {
    const { subscription } = registrationRequest();
    const { wantedEvents } = await callbacks.prepareRenewal({
      now: NOW + MINUTE,
      mailboxId: former.mailboxId,
      replaces: former.id,
      subscription,
    });
    await registrations.activate({
      now: NOW + MINUTE,
      subscriptionId: subscription.id,
      mailboxId: former.mailboxId,
      replaces: former.id,
      watermark: 'w',
      wantedEvents,
      ewsHost,
    });
    return { id: subscription.id, wantedEvents };
  }

  it('takes over from the subscription it replaces, with the same owner of the credentials', async () => {
    const former = await register({ badge: false });
    const { id, wantedEvents } = await renew(former);
    expect(wantedEvents).toBe('mail');
    expect(await see(id)).toMatchObject({ state: 'active', credentialsFrom: former.registrationId });
    expect(await row(former.id)).toMatchObject({ state: 'superseded' });
    expect(await breaches(store)).toEqual([]);
  });

  it('takes over from nobody who has registered meanwhile, with newer credentials', async () => {
    const former = await register();
    const newer = await register({ now: NOW + 1 });
    const { id } = await renew(former);
    expect(await row(newer.id)).toMatchObject({ state: 'active' });
    expect(await row(id)).toMatchObject({ state: 'pending' });
    expect((await see(newer.id))?.mailbox.activeSubscriptionId).toBe(newer.id);
    expect(await breaches(store)).toEqual([]);
  });

  it('may take over twice, as after a lost answer, and be renewed in turn', async () => {
    const former = await register();
    const { id } = await renew(former);
    await registrations.activate({
      now: NOW + MINUTE,
      subscriptionId: id,
      mailboxId: former.mailboxId,
      replaces: former.id,
      watermark: 'w',
      wantedEvents: 'mail',
    });
    const again = await renew({ ...former, id });
    expect(await row(again.id)).toMatchObject({ state: 'active' });
    expect(await row(id)).toMatchObject({ state: 'superseded' });
  });

  it('moves the mailbox to its new server, unless another phone registered it there already', async () => {
    const former = await register();
    const { id } = await renew(former, 'new.example.com');
    expect((await see(id))?.mailbox.ewsHost).toBe('new.example.com');
    await register({ host: 'third.example.com', phone: 'tablet' });
    const again = await renew({ ...former, id }, 'third.example.com');
    expect((await see(again.id))?.mailbox.ewsHost).toBe('new.example.com');
  });

  it('leaves a mailbox that did not move at its server', async () => {
    const former = await register();
    const { id } = await renew(former);
    expect((await see(id))?.mailbox.ewsHost).toBe('mail.example.com');
  });

  it('makes nothing where the mailbox was unregistered meanwhile', async () => {
    const former = await register();
    await registrations.unregister(former.registrationId, NOW);
    const { id } = await renew(former);
    expect(await see(id)).toBeUndefined();
  });
});

describe('health', () => {
  it('tells the newest usable key pair and the oldest heartbeat of an active subscription', async () => {
    const health = createHealthStore(store.database);
    await store.clear();
    expect(await health.health()).toEqual({ newestKeyPairCreatedAt: undefined, oldestSeenAt: undefined });
    await insertKeyPair(store);
    await register();
    await register({ person: 'bob', now: NOW + MINUTE });
    expect(await health.health()).toEqual({ newestKeyPairCreatedAt: NOW, oldestSeenAt: NOW });
  });
});
