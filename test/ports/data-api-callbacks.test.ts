import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createCallbackStore } from '#adapters/data-api/callbacks.ts';
import { createHealthStore } from '#adapters/data-api/health.ts';
import { createRegistrationStore } from '#adapters/data-api/registrations.ts';
import type { SubscriptionId } from '#domain/model/ids.ts';
import type { SubscriptionView } from '#domain/model/subscription.ts';
import type {
  CallbackAftermath,
  CallbackStore,
  RegistrationBegun,
  RegistrationRequest,
  RegistrationStore,
  Sighting,
} from '#domain/ports/store.ts';
import { breaches, startStore, type TestStore } from '../support/data-api.ts';
import { insertKeyPair } from '../support/key-pair-rows.ts';
import {
  KEY_PAIR,
  MINUTE,
  NOW,
  type RequestOptions,
  registrationRequest,
  sha256,
  subscriptionId,
} from '../support/registration-requests.ts';

let store: TestStore;
let registrations: RegistrationStore;
let callbacks: CallbackStore;

beforeAll(async () => {
  store = await startStore();
  registrations = createRegistrationStore(store.database);
  callbacks = createCallbackStore(store.database);
});
beforeEach(async () => {
  await store.clear();
  await insertKeyPair(store);
});
afterAll(() => store.close());

interface Registered extends RegistrationBegun {
  readonly id: SubscriptionId;
  readonly request: RegistrationRequest;
}

async function register(options: RequestOptions = {}): Promise<Registered> {
  const request = registrationRequest(options);
  const begun = await registrations.begin(request);
  const { id } = request.subscription;
  await registrations.activate({ ...begun, now: request.now, subscriptionId: id, watermark: 'w0' });
  return { ...begun, id, request };
}

function see(id: SubscriptionId, rest: Partial<Sighting> = {}): Promise<SubscriptionView | undefined> {
  return callbacks.see({ subscriptionId: id, sealedSha256: sha256(id), now: NOW + MINUTE, ...rest });
}

function record(id: SubscriptionId, rest: Partial<CallbackAftermath>): Promise<void> {
  return callbacks.record({ subscriptionId: id, now: NOW + MINUTE, ...rest });
}

const row = async (id: SubscriptionId) =>
  (await store.rows('SELECT * FROM subscriptions WHERE id = $1', [id]))[0];

describe('seeing a callback', () => {
  it('returns everything that handling it needs, as it was before', async () => {
    const { id, mailboxId, registrationId, request } = await register({ unread: 2 });
    const [endpoint] = await store.rows('SELECT id FROM endpoints');
    const view = await see(id, { watermark: 'w1', unread: { count: 7, at: NOW + MINUTE } });
    expect(view).toEqual({
      id,
      state: 'active',
      createdAt: NOW,
      supersededAt: undefined,
      lastSeenAt: NOW,
      sealedSha256: Buffer.from(request.subscription.sealedSha256),
      rowHalf: { kind: 'inner-key', innerKey: Buffer.from(sha256(`inner key ${id}`)) },
      keyPair: {
        id: KEY_PAIR,
        publicKey: Buffer.of(1),
        wrappedPrivateKey: Buffer.of(2),
        createdAt: NOW,
        retiredAt: undefined,
      },
      newestKeyPairCreatedAt: NOW,
      watermark: 'w0',
      previousWatermark: undefined,
      wantedEvents: 'mail-and-badge',
      suspectSince: undefined,
      lastRefusedAt: undefined,
      quietUntil: undefined,
      lastNeutralAt: undefined,
      credentialsExpireAt: undefined,
      credentialsFrom: registrationId,
      mailbox: {
        id: mailboxId,
        ewsHost: 'mail.example.com',
        inboxSha256: Buffer.from(request.inboxSha256),
        unread: 2,
        unreadAt: NOW,
        activeSubscriptionId: id,
      },
      devices: [
        {
          registrationId,
          endpointId: endpoint?.id,
          endpointArn: request.endpointArn,
          endpointEnabled: true,
          platform: 'apns',
          preferences: { content: 'subject-and-sender', badge: true, sound: true, previewKey: undefined },
          unreadElsewhere: 0,
        },
      ],
    });
    expect(await see(id)).toMatchObject({
      lastSeenAt: NOW + MINUTE,
      watermark: 'w1',
      previousWatermark: 'w0',
      mailbox: { unread: 7, unreadAt: NOW + MINUTE },
    });
  });

  it('is one statement', async () => {
    const { id } = await register();
    const before = store.world.calls.all().length;
    await see(id);
    expect(
      store.world.calls
        .all()
        .slice(before)
        .map(({ action }) => action),
    ).toEqual(['ExecuteStatement']);
  });

  it('knows no such subscription', async () => {
    expect(await see(subscriptionId())).toBeUndefined();
  });

  it('writes nothing where the sealed segment is another, and shows the hash it should have had', async () => {
    const { id } = await register({ unread: 1 });
    await store.rows("UPDATE subscriptions SET state = 'lost'");
    const before = await store.world.aws.database.tables();
    const view = await see(id, {
      sealedSha256: sha256('made up'),
      watermark: 'w1',
      unread: { count: 9, at: NOW + MINUTE },
    });
    expect(view?.sealedSha256).toEqual(Buffer.from(sha256(id)));
    expect(await store.world.aws.database.tables()).toEqual(before);
  });

  it('keeps the watermark before the last one when the same callback comes again', async () => {
    const { id } = await register();
    await see(id, { watermark: 'w1' });
    await see(id, { watermark: 'w1' });
    await see(id);
    expect(await row(id)).toMatchObject({ watermark: 'w1', prev_watermark: 'w0' });
  });

  it('never turns last seen or unread back', async () => {
    const { id } = await register();
    await see(id, { unread: { count: 4, at: NOW + 2 * MINUTE } });
    await see(id, { now: NOW, unread: { count: 9, at: NOW + MINUTE } });
    expect(await row(id)).toMatchObject({ last_seen_at: NOW + MINUTE });
    expect(await store.rows('SELECT unread FROM mailboxes')).toEqual([{ unread: 4 }]);
  });

  it('makes a lost subscription active again and stops its wake-ups', async () => {
    const { id } = await register();
    await record(id, { lost: true });
    await store.rows('UPDATE subscriptions SET wake_due_at = 1, wake_stage = 2');
    expect((await see(id))?.state).toBe('lost');
    expect(await row(id)).toMatchObject({ state: 'active', lost_at: null, wake_due_at: null, wake_stage: 0 });
  });

  it('sees a pending and a superseded one without changing what they are', async () => {
    const former = await register();
    await register({ now: NOW + 1 });
    expect(await see(former.id)).toMatchObject({ state: 'superseded', supersededAt: NOW + 1 });
    const { subscription } = registrationRequest();
    await registrations.begin({ ...registrationRequest(), subscription });
    expect((await see(subscription.id, { watermark: 'early' }))?.state).toBe('pending');
    await registrations.activate({
      ...former,
      now: NOW,
      subscriptionId: subscription.id,
      watermark: 'of Subscribe',
    });
    expect(await row(subscription.id)).toMatchObject({ state: 'active', watermark: 'early' });
    expect(await breaches(store)).toEqual([]);
  });

  it('returns large credentials by their inner JWE', async () => {
    const { id } = await register({ innerJwe: 'inner.jwe' });
    expect((await see(id))?.rowHalf).toEqual({ kind: 'inner-jwe', innerJwe: 'inner.jwe' });
  });

  it('tells each device what its phone has unread in other mailboxes that show a badge', async () => {
    const ann = await register({ person: 'ann', unread: 1 });
    await register({ person: 'bob', unread: 20 });
    await register({ person: 'carl', unread: 300 });
    await register({ person: 'dora', unread: 4000, badge: false });
    await register({ person: 'eve', unread: 50_000, phone: 'another' });
    expect((await see(ann.id))?.devices.map(({ unreadElsewhere }) => unreadElsewhere)).toEqual([320]);
  });

  it('fits a row of the Data API with 20 devices, preview keys and the largest credentials', async () => {
    const innerJwe = 'x'.repeat(24_000);
    const previewKey = {
      kty: 'EC',
      crv: 'P-256',
      x: 'x'.repeat(43),
      y: 'y'.repeat(43),
      kid: 'k'.repeat(64),
    } as const;
    let last: Registered | undefined;
    for (let n = 0; n < 21; n += 1) {
      const request = registrationRequest({ phone: `phone ${n}`, innerJwe, now: NOW + n });
      const begun = await registrations.begin({
        ...request,
        endpointArn: `arn:aws:sns:eu-central-1:123456789012:endpoint/APNS_SANDBOX/${'n'.repeat(100)}/${n}`,
        preferences: { ...request.preferences, previewKey },
      });
      const { id } = request.subscription;
      await registrations.activate({ ...begun, now: NOW, subscriptionId: id, watermark: 'w'.repeat(5000) });
      last = { ...begun, id, request };
    }
    const view = last === undefined ? undefined : await see(last.id);
    expect(view?.devices).toHaveLength(20);
    expect(view?.devices[0]?.preferences.previewKey).toEqual(previewKey);
  });
});

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
    expect(await row(id)).toMatchObject({ state: 'lost', lost_at: NOW + MINUTE, inner_key: null });
    expect(await registrations.checkIn(registrationId)).toMatchObject({ subscriptionState: 'lost' });
    expect(await see(id)).toBeUndefined();
  });
});

describe('a host that refuses everybody', () => {
  it('is told by the share of its mailboxes that turned suspect lately', async () => {
    const ids = [];
    for (const person of ['a', 'b', 'c']) ids.push((await register({ person })).id);
    await register({ person: 'd', host: 'other.example.com' });
    const [a, b] = ids;
    if (a !== undefined) await record(a, { refused: 'first' });
    if (b !== undefined) await record(b, { refused: 'first', now: NOW - 10 * MINUTE });
    expect(await callbacks.hostSuspects('mail.example.com', NOW)).toEqual({ suspects: 1, mailboxes: 3 });
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
      ewsHost,
    });
    await registrations.activate({
      now: NOW + MINUTE,
      subscriptionId: subscription.id,
      mailboxId: former.mailboxId,
      watermark: 'w',
      wantedEvents,
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

  it('moves the mailbox to its new server, unless it is registered there already', async () => {
    const former = await register();
    const { id } = await renew(former, 'new.example.com');
    expect((await see(id))?.mailbox.ewsHost).toBe('new.example.com');
    await register({ host: 'third.example.com' });
    const again = await renew({ ...former, id }, 'third.example.com');
    expect((await see(again.id))?.mailbox.ewsHost).toBe('new.example.com');
  });

  it('makes nothing where the mailbox was unregistered meanwhile', async () => {
    const former = await register();
    await registrations.unregister(former.registrationId);
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
