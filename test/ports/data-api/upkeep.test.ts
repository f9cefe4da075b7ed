import { beforeEach, describe, expect, it } from '@jest/globals';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import type { SubscriptionId } from '#domain/model/ids.ts';
import type { UpkeepStore } from '#domain/ports/upkeep-store.ts';
import { breaches } from '../../support/data-api.ts';
import { DAY, KEY_PAIR, MINUTE, NOW, registrationRequest } from '../../support/registration-requests.ts';
import { hasBegun, useStore } from '../../support/use-store.ts';

const LATER = NOW + DAY;

const words = useStore();
const { store, registrations, callbacks, register } = words;
let upkeep: UpkeepStore;

beforeEach(() => {
  upkeep = createUpkeepStore(store.database);
});

const see = (id: SubscriptionId, now = LATER) => words.see(id, { now });
const rows = (sql: string) => store.rows(sql);
const markSilent = (limit = 100) => upkeep.markSilent({ seenBefore: LATER, now: LATER, limit });
const due = (now = LATER, limit = 100) => upkeep.wakesDue({ now, limit });

describe('the heartbeat watch', () => {
  it('marks who was silent as lost, in bounded batches, and nobody else', async () => {
    for (const person of ['a', 'b', 'c']) await register({ person });
    const { id } = await register({ person: 'd' });
    await see(id);
    expect([await markSilent(2), await markSilent(2), await markSilent(2)]).toEqual([2, 1, 0]);
    expect(
      await rows('SELECT state, count(*) AS n FROM subscriptions GROUP BY state ORDER BY state'),
    ).toEqual([
      { state: 'active', n: 1 },
      { state: 'lost', n: 3 },
    ]);
    expect(await breaches(store)).toEqual([]);
  });

  it('wakes the phones of a lost mailbox, stage by stage, until a heartbeat comes after all', async () => {
    const { id, registrationId } = await register();
    await markSilent();
    expect(await due()).toEqual([
      { subscriptionId: id, stage: 0, devices: [expect.objectContaining({ registrationId })] },
    ]);
    await upkeep.woken({ subscriptionIds: [id], stage: 1, nextAt: LATER + 1 });
    expect(await due()).toEqual([]);
    expect(await due(LATER + 1)).toMatchObject([{ stage: 1 }]);
    await see(id);
    expect(await due(LATER + DAY)).toEqual([]);
    await upkeep.woken({ subscriptionIds: [id], stage: 1, nextAt: LATER });
    expect(await due(LATER + DAY)).toEqual([]);
  });

  it('staggers the wakes of many: 100 every five seconds, over several batches', async () => {
    await rows(`INSERT INTO mailboxes (id, ews_host, inbox_sha256, address_hmac, created_at)
      SELECT gen_random_uuid(), 'h' || n, sha256('i'), sha256('a'), 1 FROM generate_series(1, 250) n`);
    await rows(`INSERT INTO subscriptions (id, mailbox_id, key_pair_id, state, wanted_events, sealed_sha256,
        inner_jwe, durable, last_seen_at, created_at)
      SELECT gen_random_uuid(), id, '${KEY_PAIR}', 'active', 'mail', sha256('s'), 'j', true, 1, 1 FROM mailboxes`);
    expect([await markSilent(200), await markSilent(200)]).toEqual([200, 50]);
    expect(
      await rows(
        `SELECT wake_due_at - ${LATER} AS after, count(*) AS n FROM subscriptions GROUP BY 1 ORDER BY 1`,
      ),
    ).toEqual([
      { after: 0, n: 100 },
      { after: 5000, n: 100 },
      { after: 10_000, n: 50 },
    ]);
    // More than one answer of the Data API, and no more than asked for.
    expect(await due(LATER + MINUTE, 120)).toHaveLength(120);
    expect(new Set((await due(LATER + MINUTE, 500)).map((wake) => wake.subscriptionId)).size).toBe(250);
  });

  it('feels the pulse of all callbacks and remembers an outage', async () => {
    expect(await upkeep.pulse()).toEqual({
      activeSubscriptions: 0,
      newestSeenAt: undefined,
      silenceSince: undefined,
      resumedAt: undefined,
    });
    await register();
    const { id } = await register({ person: 'bob' });
    await see(id);
    await upkeep.rememberOutage({ silenceSince: 5 }, NOW);
    expect(await upkeep.pulse()).toMatchObject({
      activeSubscriptions: 2,
      newestSeenAt: LATER,
      silenceSince: 5,
    });
    await upkeep.rememberOutage({ resumedAt: 6 }, NOW);
    expect(await upkeep.pulse()).toMatchObject({ silenceSince: undefined, resumedAt: 6 });
  });
});

describe('credentials that end', () => {
  const schedule = (now = LATER) =>
    upkeep.scheduleCredentialWakes({
      now,
      credentialsEndBefore: now + 10 * MINUTE,
      ownerlessBefore: now - DAY,
      limit: 100,
    });

  it('get one silent wake before their end, which a heartbeat does not cancel', async () => {
    const { id } = await register();
    await register({ person: 'bob' });
    await rows(`UPDATE subscriptions SET credentials_expire_at = ${LATER + MINUTE} WHERE id = '${id}'`);
    expect(await schedule()).toBe(1);
    await see(id);
    expect(await due()).toMatchObject([{ subscriptionId: id, stage: 0 }]);
    await upkeep.woken({ subscriptionIds: [id], stage: 1, nextAt: LATER });
    expect(await schedule()).toBe(0);
    expect(await due(LATER + DAY)).toEqual([]);
  });

  it('wake nobody ahead where they were about to end when they came: another registration would find the same', async () => {
    const { id } = await register({ now: LATER });
    await rows(`UPDATE subscriptions SET credentials_expire_at = ${LATER + 9 * MINUTE} WHERE id = '${id}'`);
    expect(await schedule(LATER + 5 * MINUTE)).toBe(0);
  });

  it('of a phone that left are asked of another one, and used no longer than a day', async () => {
    const first = await register({ phone: 'a' });
    await rows(`UPDATE subscriptions SET durable = true`);
    const request = registrationRequest({ phone: 'b', durable: false });
    expect(hasBegun(await registrations.begin(request)).subscribe).toBe(false);
    await registrations.unregister(first.registrationId, NOW);
    expect(await schedule()).toBe(1);
    expect((await due()).map(({ devices }) => devices.length)).toEqual([1]);
    expect((await see(first.id))?.state).toBe('active');
    expect(await schedule(LATER + DAY)).toBe(0);
    expect(await schedule(LATER + DAY + 1)).toBe(1);
    expect(
      await rows('SELECT state, num_nonnulls(inner_key, inner_jwe) AS halves FROM subscriptions'),
    ).toEqual([{ state: 'lost', halves: 0 }]);
    expect(await see(first.id)).toBeUndefined();
    expect(await breaches(store)).toEqual([]);
  });
});

describe('after a restore', () => {
  it('everybody is woken once', async () => {
    for (const person of ['a', 'b', 'c']) await register({ person });
    await register({ person: 'c', now: NOW + 1 });
    expect(await upkeep.scheduleWakeForAll(LATER)).toBe(3);
    expect(await due()).toHaveLength(3);
  });
});

describe('debts', () => {
  const owed = (triedBefore = LATER) => upkeep.owed({ triedBefore, limit: 9 });

  it('are handed out oldest first and paid by subscription', async () => {
    const a = await register({ person: 'a' });
    const b = await register({ person: 'b' });
    await register({ person: 'c' });
    await callbacks.record({ subscriptionId: a.id, now: NOW + 2, owed: true });
    await callbacks.record({ subscriptionId: b.id, now: NOW + 1, owed: true });
    expect((await owed()).map(({ subscriptionId }) => subscriptionId)).toEqual([b.id, a.id]);
    await upkeep.paid([b.id]);
    expect((await owed()).map(({ subscriptionId }) => subscriptionId)).toEqual([a.id]);
  });

  it('that are made anew while they are paid stay', async () => {
    const { id } = await register();
    await callbacks.record({ subscriptionId: id, now: NOW, owed: true });
    await owed();
    await callbacks.record({ subscriptionId: id, now: NOW + 1, owed: true });
    await upkeep.paid([id]);
    expect(await owed()).toHaveLength(1);
  });

  it('that were tried in vain wait behind the others, and are not handed out twice in one run', async () => {
    const a = await register({ person: 'a' });
    const b = await register({ person: 'b' });
    for (const { id } of [a, b]) await callbacks.record({ subscriptionId: id, now: NOW, owed: true });
    await upkeep.owedTried([a.id], LATER);
    expect((await owed()).map(({ subscriptionId }) => subscriptionId)).toEqual([b.id]);
    expect((await owed(LATER + 1)).map(({ subscriptionId }) => subscriptionId)).toEqual([b.id, a.id]);
    await upkeep.paid([a.id]);
    await callbacks.record({ subscriptionId: a.id, now: LATER, owed: true });
    expect(await owed()).toHaveLength(2);
  });
});
