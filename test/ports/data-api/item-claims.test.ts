import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { MINUTE, NOW } from '../../support/registration-requests.ts';
import { type Registered, useStore } from '../../support/use-store.ts';

/** While a mailbox has several subscriptions at Exchange, one of them announces each mail. */
const { store, begin, register, see, record } = useStore();

const key = (item: string) => createHash('sha256').update(item).digest('base64url');

async function renewed(): Promise<readonly [Registered, Registered]> {
  return [await register(), await register({ now: NOW + MINUTE })];
}

test('a mail that two subscriptions report is announced by the one that comes first', async () => {
  const [former, current] = await renewed();
  const first = await see(former.id, { now: NOW + 2 * MINUTE, itemKeys: [key('a'), key('b')] });
  const second = await see(current.id, { now: NOW + 2 * MINUTE, itemKeys: [key('b'), key('c')] });
  expect([first?.announcedElsewhere, second?.announcedElsewhere]).toEqual([[], [key('b')]]);
});

test('a repeated callback finds its own claim and announces again', async () => {
  const [former, current] = await renewed();
  const itemKeys = [key('a')];
  await see(current.id, { now: NOW + 2 * MINUTE, itemKeys });
  expect((await see(current.id, { now: NOW + 3 * MINUTE, itemKeys }))?.announcedElsewhere).toEqual([]);
  expect((await see(former.id, { now: NOW + 3 * MINUTE, itemKeys }))?.announcedElsewhere).toEqual(itemKeys);
});

test('a mail that many subscriptions report at the same moment is announced by exactly one', async () => {
  const all = [];
  for (let n = 0; n < 6; n += 1) all.push(await register({ now: NOW + n }));
  const views = await Promise.all(all.map(({ id }) => see(id, { now: NOW + MINUTE, itemKeys: [key('a')] })));
  expect(views.filter((view) => view?.announcedElsewhere.length === 0)).toHaveLength(1);
});

test('a mailbox with one subscription writes no claim', async () => {
  const { id } = await register();
  expect((await see(id, { itemKeys: [key('a')] }))?.announcedElsewhere).toEqual([]);
  expect(await store.rows('SELECT * FROM item_claims')).toEqual([]);
});

test('a pending subscription counts, so that a renewal under way announces nothing twice', async () => {
  const former = await register();
  const pending = await begin({ now: NOW + MINUTE });
  await see(former.id, { now: NOW + 2 * MINUTE, itemKeys: [key('a')] });
  const view = await see(pending.id, { now: NOW + 2 * MINUTE, itemKeys: [key('a')] });
  expect(view?.announcedElsewhere).toEqual([key('a')]);
});

test('a subscription whose events are no longer handled takes no mail from the others', async () => {
  const [former, current] = await renewed();
  const later = NOW + 62 * MINUTE;
  await see(former.id, { now: later, itemKeys: [key('a')] });
  expect((await see(current.id, { now: later, itemKeys: [key('a')] }))?.announcedElsewhere).toEqual([]);
});

test('a mail stays claimed where the subscription that announced it has just ended', async () => {
  const [former, current] = await renewed();
  await see(former.id, { now: NOW + 2 * MINUTE, itemKeys: [key('a')] });
  await record(former.id, { ended: true });
  const view = await see(current.id, { now: NOW + 2 * MINUTE, itemKeys: [key('a')] });
  expect(view?.announcedElsewhere).toEqual([key('a')]);
});

test('mailboxes of different people claim the same item each for itself', async () => {
  const [ann] = await renewed();
  await register({ person: 'bob' });
  const bob = await register({ person: 'bob', now: NOW + MINUTE });
  await see(ann.id, { now: NOW + 2 * MINUTE, itemKeys: [key('a')] });
  const view = await see(bob.id, { now: NOW + 2 * MINUTE, itemKeys: [key('a')] });
  expect(view?.announcedElsewhere).toEqual([]);
});

test('claims go with their mailbox, and after a day', async () => {
  const [former] = await renewed();
  await see(former.id, { now: NOW + 2 * MINUTE, itemKeys: [key('a')] });
  const sweep = (claimedBefore: number) =>
    createUpkeepStore(store.database).deleteLeftovers({
      pendingBefore: 0,
      supersededBefore: 0,
      cachedBefore: 0,
      failuresBefore: 0,
      endedBefore: 0,
      departedBefore: 0,
      toldBefore: 0,
      claimedBefore,
      limit: 10,
    });
  expect(await sweep(NOW + 2 * MINUTE)).toBe(0);
  expect(await sweep(NOW + 3 * MINUTE)).toBe(1);
});
