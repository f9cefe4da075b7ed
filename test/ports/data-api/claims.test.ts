import { describe, expect, test } from '@jest/globals';
import { createCallbackStore } from '#adapters/data-api/callbacks.ts';
import { asId, type SubscriptionId } from '#domain/model/ids.ts';
import { ALERTS, IN_ORDER_LEASE_MS, SECOND_TRY_MS } from '#domain/model/limits.ts';
import { createDatabaseOf, GENERATED_AT, idOf, sealedOf } from '../../bench/support/many-mailboxes.ts';
import { connectPostgres } from '../../bench/support/postgres-client.ts';
import { startPostgres } from '../../support/postgres/server.ts';
import { MINUTE, NOW, sighting } from '../../support/registration-requests.ts';
import { useStore } from '../../support/use-store.ts';

const { store, callbacks, register, see, record, subscriptionRow: row } = useStore();
const LEASE_MS = IN_ORDER_LEASE_MS;
const CLAIM_MS = 15_000;

/** The n-th request of Exchange: it names the watermark of the one before. */
const nth = (n: number) => ({ previousWatermark: `w${n - 1}`, watermark: `w${n}`, now: NOW + n * 1_000 });

describe('proven credentials', () => {
  test('are free for every request that follows the last one', async () => {
    const { id } = await register();
    const claims = [];
    for (const n of [1, 2, 3]) claims.push((await see(id, nth(n)))?.claim);
    expect(claims).toEqual(['in-order', 'in-order', 'in-order']);
  });

  test('are refused to a repetition while the first request may still use them', async () => {
    const { id } = await register();
    await see(id, nth(1));
    expect((await see(id, nth(1)))?.claim).toBe('in-use');
    expect((await see(id, { ...nth(1), now: NOW + 1_000 + LEASE_MS }))?.claim).toBe('held');
  });

  test('are claimed once more by one of those that waited, unless they were refused meanwhile', async () => {
    const { id: subscriptionId } = await register();
    await see(subscriptionId, nth(1));
    const again = (afterMs: number) =>
      callbacks.claim({ ...sighting(subscriptionId), now: NOW + 1_000 + afterMs });
    expect(await again(LEASE_MS - 1)).toBe(false);
    expect([await again(LEASE_MS), await again(LEASE_MS)]).toEqual([true, false]);
    await record(subscriptionId, { refused: 'first', nextTryAt: NOW });
    expect(await again(10 * MINUTE)).toBe(false);
  });

  test('go to one of many requests that name watermarks which nobody has seen', async () => {
    const { id } = await register();
    const claims = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const view = await see(id, { previousWatermark: `made up ${n}`, watermark: `x${n}`, now: NOW + n });
        return view?.claim;
      }),
    );
    expect(claims.filter((claim) => claim !== 'in-use')).toEqual(['held']);
  });

  test('are claimed for an hour after such a request even where watermarks fit', async () => {
    const { id } = await register();
    await see(id, { previousWatermark: 'made up', watermark: 'x0' });
    const follows = { previousWatermark: 'x0', watermark: 'x1' };
    expect((await see(id, follows))?.claim).toBe('in-use');
    const later = NOW + 61 * MINUTE;
    expect((await see(id, { previousWatermark: 'x1', watermark: 'x2', now: later }))?.claim).toBe('in-order');
  });

  test('are free again once the request that had claimed them is done', async () => {
    const { id } = await register();
    const claim = sighting(id).claim;
    const made = { previousWatermark: 'made up', now: NOW };
    expect((await see(id, { ...made, claim }))?.claim).toBe('held');
    await record(id, { released: sighting(id).claim.by });
    expect((await see(id, made))?.claim).toBe('in-use');
    await record(id, { released: claim.by });
    expect((await see(id, made))?.claim).toBe('held');
  });
});

describe('refused credentials', () => {
  test('are not used before their next try is due, and then by one request', async () => {
    const { id } = await register();
    await see(id, nth(1));
    await record(id, { refused: 'first', now: NOW, nextTryAt: NOW + SECOND_TRY_MS });
    const due = NOW + SECOND_TRY_MS;
    expect((await see(id, { ...nth(2), now: due - 1 }))?.claim).toBe('paused');
    expect((await see(id, { ...nth(3), now: due }))?.claim).toBe('held');
    expect((await see(id, { ...nth(4), now: due + CLAIM_MS }))?.claim).toBe('paused');
  });

  test('are tried again at once where the try came to nothing, and freely where it worked', async () => {
    const { id } = await register();
    await record(id, { refused: 'first', now: NOW, nextTryAt: NOW });
    const { claim } = sighting(id);
    await see(id, { ...nth(1), claim });
    await record(id, { released: claim.by });
    expect(await see(id, { ...nth(2), claim })).toMatchObject({ claim: 'held', refusals: 1 });
    await record(id, { released: claim.by, trusted: true });
    expect(await see(id, nth(3))).toMatchObject({ claim: 'in-order', refusals: 0 });
  });

  test('count up to the moment when they work', async () => {
    const { id } = await register();
    for (const n of [1, 2, 3]) await record(id, { refused: 'first', now: NOW + n, nextTryAt: NOW + 9 });
    expect(await see(id)).toMatchObject({ refusals: 3, suspectSince: NOW + 1, nextTryAt: NOW + 9 });
    await record(id, { refused: 'first', trusted: true, now: NOW + 20, nextTryAt: NOW + 30 });
    expect(await see(id)).toMatchObject({ refusals: 1, suspectSince: NOW + 20 });
  });
});

test('a host that rests keeps nobody from claiming the credentials later', async () => {
  const { id } = await register();
  await record(id, { quietUntil: NOW + 5 * MINUTE });
  expect((await see(id, nth(1)))?.claim).toBe('in-use');
  expect((await see(id, { ...nth(1), now: NOW + 5 * MINUTE }))?.claim).toBe('held');
});

describe('the alerts of one subscription', () => {
  test('are counted up to the limit, then beyond it one by one, anew in the next window', async () => {
    const { id } = await register();
    const seen: unknown[] = [];
    for (let n = 1; n <= 8; n += 1) seen.push((await see(id, { ...nth(n), alerts: 6 }))?.alerts);
    expect(seen).toEqual([6, 12, 18, 24, 30, 31, 32, 33]);
    const next = NOW + 1_000 + ALERTS.windowMs;
    expect((await see(id, { ...nth(9), now: next, alerts: 2 }))?.alerts).toBe(2);
  });

  test('are not used up by heartbeats in order, but by requests after a gap', async () => {
    const { id } = await register();
    expect((await see(id, { ...nth(1), alerts: 0 }))?.alerts).toBe(0);
    expect((await see(id, { previousWatermark: 'made up', watermark: 'x', alerts: 0 }))?.alerts).toBe(1);
    expect(await row(id)).toMatchObject({ alerts: 1 });
  });
});

test('all of it is one statement', async () => {
  const { id } = await register();
  const before = store.world.calls.all().length;
  await see(id, nth(1));
  expect(store.world.calls.all().length - before).toBe(1);
});

test('on a real PostgreSQL one of 50 requests at once gets refused credentials, and one gets proven ones', async () => {
  const server = await startPostgres();
  if (server === undefined) {
    process.stdout.write('not shown with parallel sessions: PostgreSQL is not installed here\n');
    return;
  }
  try {
    const owner = await createDatabaseOf(server.socketPath, 'claims', 2);
    await owner.execute(
      `UPDATE subscriptions SET suspect_since = 1, next_try_at = 2 WHERE id = '${idOf('s', 2)}'`,
    );
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => connectPostgres(server.socketPath, 'claims')),
    );
    const claimsOf = async (n: number) => {
      const views = await Promise.all(
        clients.map((client, index) =>
          createCallbackStore(client).see({
            ...sighting(asId<SubscriptionId>(idOf('s', n))),
            sealedSha256: sealedOf(n),
            now: GENERATED_AT,
            previousWatermark: `made up ${index}`,
            watermark: `x${index}`,
          }),
        ),
      );
      return views.filter((view) => view?.claim === 'held' || view?.claim === 'in-order').length;
    };
    expect([await claimsOf(1), await claimsOf(2)]).toEqual([1, 1]);
    for (const client of [owner, ...clients]) client.close();
  } finally {
    await server.stop();
  }
});
