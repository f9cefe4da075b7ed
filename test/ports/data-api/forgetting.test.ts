import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createEwsUrlCache } from '#adapters/data-api/ews-url-cache.ts';
import { createLoginFailureStore } from '#adapters/data-api/login-failures.ts';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { asId, type EndpointId, type KeyPairId, type SubscriptionId } from '#domain/model/ids.ts';
import type { UpkeepStore } from '#domain/ports/upkeep-store.ts';
import { breaches } from '../../support/data-api.ts';
import {
  DAY,
  KEY_PAIR,
  MINUTE,
  NOW,
  registrationRequest,
  subscriptionId,
} from '../../support/registration-requests.ts';
import { attempt } from '../../support/sign-in-attempts.ts';
import { hasBegun, useStore } from '../../support/use-store.ts';

const LATER = NOW + DAY;
const EWS_URL = 'https://mail.example.com/ews';
const PLACE = 'https://autodiscover.example.com/autodiscover/autodiscover.xml';

const words = useStore();
const { store, registrations, register } = words;
let upkeep: UpkeepStore;

beforeEach(() => {
  upkeep = createUpkeepStore(store.database);
});

const see = (id: SubscriptionId, now = LATER) => words.see(id, { now });
const rows = (sql: string) => store.rows(sql);
const due = (now = LATER, limit = 100) => upkeep.wakesDue({ now, limit });

describe('endpoints', () => {
  it('are disabled by ARN, once', async () => {
    const { request } = await register();
    await upkeep.disableEndpoint(request.endpointArn, LATER);
    await upkeep.disableEndpoint(request.endpointArn, LATER + 1);
    expect(await rows('SELECT enabled, disabled_at FROM endpoints')).toEqual([
      { enabled: false, disabled_at: LATER },
    ]);
  });

  it('take their devices, and with the last device the mailbox, when they are forgotten', async () => {
    const gone = await register({ person: 'a', phone: 'gone' });
    await register({ person: 'b', phone: 'gone' });
    await register({ person: 'b', phone: 'kept' });
    await upkeep.disableEndpoint(gone.request.endpointArn, NOW);
    const request = { before: LATER, platforms: ['apns', 'fcm'], limit: 9 } as const;
    expect(await upkeep.endpointsDisabledBefore({ ...request, before: NOW })).toEqual([]);
    expect(await upkeep.endpointsDisabledBefore({ ...request, platforms: ['fcm'] })).toEqual([]);
    const found = await upkeep.endpointsDisabledBefore(request);
    expect(found).toEqual([
      { id: expect.any(String), endpointArn: gone.request.endpointArn, platform: 'apns' },
    ]);
    expect(await upkeep.forgetEndpoints(found.map(({ id }) => id))).toBe(2);
    expect(await rows('SELECT count(*) AS n FROM mailboxes')).toEqual([{ n: 1 }]);
    expect(await breaches(store)).toEqual([]);
  });

  it('are kept where the phone registered again meanwhile', async () => {
    const { registrationId } = await register();
    const [endpoint] = await rows('SELECT id FROM endpoints');
    expect(await upkeep.forgetEndpoints([asId<EndpointId>(String(endpoint?.id))])).toBe(0);
    expect(await registrations.checkIn(registrationId)).toBeDefined();
  });

  it('without a device are disabled at once, and work again when the phone comes back', async () => {
    const { registrationId, request } = await register();
    await registrations.unregister(registrationId, NOW);
    expect(await upkeep.endpointsDisabledBefore({ before: 1, platforms: ['apns'], limit: 9 })).toHaveLength(
      1,
    );
    await register({ now: NOW + 1 });
    expect(await rows('SELECT endpoint_arn, enabled FROM endpoints')).toEqual([
      { endpoint_arn: request.endpointArn, enabled: true },
    ]);
  });

  it('tell how many of an application fell within one hour', async () => {
    const fell = [0, 10, 59, 60, 300].map((minutes) => NOW + minutes * MINUTE);
    for (const [n, at] of fell.entries()) {
      const { request } = await register({ phone: `phone ${n}` });
      await upkeep.disableEndpoint(request.endpointArn, at);
    }
    await register({ phone: 'well' });
    const { registrationId } = await register({ person: 'bob', phone: 'left' });
    await registrations.unregister(registrationId, NOW);
    expect(await upkeep.applicationFalls()).toEqual([{ platform: 'apns', endpoints: 7, fellTogether: 4 }]);
  });
});

describe('key pairs', () => {
  const pair = (createdAt: number, unlessNewerThan: number) => ({
    id: asId<KeyPairId>(randomUUID()),
    publicKey: Uint8Array.of(1),
    wrappedPrivateKey: Uint8Array.of(2),
    createdAt,
    unlessNewerThan,
  });

  it('are made once by two runs at the same moment', async () => {
    await store.clear();
    expect(await upkeep.newestKeyPairCreatedAt()).toBeUndefined();
    const made = [pair(LATER, NOW), pair(LATER, NOW)].map((one) => upkeep.addKeyPair(one));
    expect((await Promise.all(made)).filter(Boolean)).toHaveLength(1);
    expect(await upkeep.newestKeyPairCreatedAt()).toBe(LATER);
    expect(await upkeep.addKeyPair(pair(LATER + DAY, LATER))).toBe(true);
  });

  it('are made again at once after the newest was retired', async () => {
    await upkeep.addKeyPair(pair(LATER, NOW));
    const [newest] = await rows('SELECT id FROM key_pairs ORDER BY created_at DESC LIMIT 1');
    await upkeep.retireKeyPair(asId<KeyPairId>(String(newest?.id)), LATER);
    await upkeep.retireKeyPair(KEY_PAIR, LATER);
    expect(await upkeep.newestKeyPairCreatedAt()).toBeUndefined();
    expect(await upkeep.addKeyPair(pair(LATER + 1, LATER - DAY))).toBe(true);
  });

  it('past their life go when nothing hangs on them any more, but never the newest', async () => {
    const { registrationId } = await register();
    await upkeep.addKeyPair(pair(NOW + 1, NOW));
    expect(await upkeep.deleteUnusedKeyPairs(LATER)).toBe(0);
    expect(await upkeep.subscriptionsOnOldKeyPairs(NOW + 1)).toBe(1);
    await registrations.unregister(registrationId, NOW);
    expect(await upkeep.subscriptionsOnOldKeyPairs(NOW + 1)).toBe(0);
    expect(await upkeep.deleteUnusedKeyPairs(NOW)).toBe(0);
    expect(await upkeep.deleteUnusedKeyPairs(LATER)).toBe(1);
    expect(await upkeep.newestKeyPairCreatedAt()).toBe(NOW + 1);
  });

  it('that are retired in an emergency open nothing any more, and their phones are woken', async () => {
    const { id } = await register();
    const pending = registrationRequest({ person: 'bob' });
    const begun = hasBegun(await registrations.begin(pending));
    expect(await upkeep.retireKeyPair(KEY_PAIR, LATER)).toBe(1);
    expect(await see(id)).toBeUndefined();
    expect(await due()).toMatchObject([{ subscriptionId: id, stage: 0 }]);
    await registrations.activate({
      ...begun,
      now: LATER,
      subscriptionId: pending.subscription.id,
      watermark: 'w',
    });
    expect(await rows(`SELECT count(*) AS n FROM subscriptions WHERE state = 'active'`)).toEqual([{ n: 0 }]);
    expect(await upkeep.retireKeyPair(KEY_PAIR, LATER)).toBe(0);
    expect(await breaches(store)).toEqual([]);
  });
});

describe('what nobody needs any more', () => {
  it('goes in bounded batches: registrations that expired', async () => {
    for (const person of ['a', 'b', 'c']) await register({ person });
    await register({ person: 'd', now: LATER });
    expect(await upkeep.deleteExpired(NOW + 30 * DAY, 9)).toBe(0);
    const now = NOW + 30 * DAY + 1;
    expect([await upkeep.deleteExpired(now, 2), await upkeep.deleteExpired(now, 2)]).toEqual([2, 1]);
    expect(await rows('SELECT count(*) AS n FROM mailboxes')).toEqual([{ n: 1 }]);
    expect(await breaches(store)).toEqual([]);
  });

  it('goes after its time: pending and superseded subscriptions, cached addresses, failed logons', async () => {
    const cache = createEwsUrlCache(store.database);
    const failures = createLoginFailureStore(store.database);
    for (const at of [NOW, LATER]) {
      await register({ now: at });
      hasBegun(
        await registrations.begin(registrationRequest({ now: at, person: 'bob', id: subscriptionId() })),
      );
      await cache.save(`${at}.example.com`, { ewsUrl: EWS_URL, toldBy: PLACE }, at);
      await failures.reserve(attempt(`ann at ${at}`, at));
    }
    await register({ now: LATER + 1 });
    const request = {
      pendingBefore: LATER,
      supersededBefore: LATER + 1,
      cachedBefore: LATER,
      toldBefore: NOW,
      failuresBefore: LATER,
      endedBefore: NOW,
      limit: 9,
    };
    expect(await upkeep.deleteLeftovers(request)).toBe(5);
    expect(await upkeep.deleteLeftovers(request)).toBe(0);
    expect(await rows('SELECT failed_at FROM login_failures')).toEqual([
      { failed_at: LATER },
      { failed_at: LATER },
    ]);
    expect(await cache.find(`${LATER}.EXAMPLE.com`, LATER)).toEqual({ ewsUrl: EWS_URL, toldBy: PLACE });
    expect(await cache.find(`${LATER}.example.com`, LATER + 1)).toEqual({ toldBy: PLACE });
    expect(await cache.forget(`${LATER}.example.com`)).toEqual({ toldBy: PLACE });
    expect(await cache.forget('unknown.example.com')).toEqual({});
    await cache.save(`${LATER}.example.com`, { ewsUrl: EWS_URL }, LATER);
    expect(await cache.forget(`${LATER}.example.com`)).toEqual({ toldBy: PLACE });
    expect(await upkeep.deleteLeftovers({ ...request, toldBefore: LATER })).toBe(1);
    expect(await cache.find(`${NOW}.example.com`, NOW)).toEqual({});
    expect(await cache.find(`${LATER}.example.com`, NOW)).toEqual({ toldBy: PLACE });
    expect(await rows('SELECT * FROM ews_url_cache')).toEqual([]);
    expect(await rows('SELECT state, count(*) AS n FROM subscriptions GROUP BY state ORDER BY 1')).toEqual([
      { state: 'active', n: 1 },
      { state: 'pending', n: 1 },
      { state: 'superseded', n: 1 },
    ]);
  });
});
