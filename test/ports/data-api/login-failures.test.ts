import { describe, expect, test } from '@jest/globals';
import { createLoginFailureStore } from '#adapters/data-api/login-failures.ts';
import { MINUTE, NOW, sha256 } from '../../support/registration-requests.ts';
import { attempt } from '../../support/sign-in-attempts.ts';
import { useStore } from '../../support/use-store.ts';

const { store, register } = useStore();
const failures = createLoginFailureStore(store.database);

/** What each key of an attempt gave, in no order. */
const granted = async (...request: Parameters<typeof attempt>) =>
  (await failures.reserve(attempt(...request))).map((taken) => taken.granted);

describe('the failures of an unknown device', () => {
  test('are taken from account and address, three in 15 minutes', async () => {
    expect(await granted('ann', NOW)).toEqual([2, 2]);
    expect(await granted('ann', NOW + 1)).toEqual([1, 1]);
    expect(await granted('ann', NOW + 2)).toEqual([0, 0]);
    expect(await granted('ann', NOW + 15 * MINUTE + 1)).toEqual([2, 2]);
    expect(await granted('bob', NOW + 2)).toEqual([2, 2]);
  });

  test('are shared by requests at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => granted('ann', NOW)));
    const sum = (index: number) => all.reduce((total, one) => total + (one[index] ?? 0), 0);
    expect([sum(0), sum(1)]).toEqual([3, 3]);
  });

  test('count for an account whatever address is given, and for an address whatever account', async () => {
    const { keys } = attempt('ann', NOW);
    for (const n of [1, 2])
      await failures.reserve(attempt('ann', NOW, { keys: { ...keys, address: sha256(`x${n}`) } }));
    const other = await failures.reserve(attempt('ann', NOW, { keys: { ...keys, address: sha256('x3') } }));
    expect(other.map((taken) => taken.granted).toSorted()).toEqual([0, 2]);
  });

  test('are free again where they did not fail, and others stay', async () => {
    const taken = await failures.reserve(attempt('ann', NOW));
    await failures.reserve(attempt('ann', NOW));
    await failures.giveBack(
      NOW,
      taken.map(({ key }) => ({ key, count: 2 })),
    );
    expect(await granted('ann', NOW)).toEqual([2, 2]);
    expect(await granted('ann', NOW)).toEqual([0, 0]);
  });
});

describe('a device that was registered with this account', () => {
  test('has three of its own, whatever others have used up', async () => {
    await register({ person: 'ann' });
    const stranger = { device: { ...attempt('ann', NOW).device, idHmac: sha256('another') } };
    await granted('ann', NOW, stranger);
    await granted('ann', NOW, stranger);
    expect(await granted('ann', NOW, stranger)).toEqual([0, 0]);
    expect(await granted('ann', NOW)).toEqual([2]);
    expect(await granted('ann', NOW)).toEqual([1]);
    expect(await granted('ann', NOW)).toEqual([0]);
  });

  test.each([
    ['another push token', { tokenSha256: sha256('another') }],
    ['another platform', { platform: 'fcm' }],
    ['another address', { addressHmac: sha256('another') }],
  ] as const)('is an unknown one with %s', async (_what, change) => {
    await register({ person: 'ann' });
    const { device } = attempt('ann', NOW);
    expect(await granted('ann', NOW, { device: { ...device, ...change } })).toHaveLength(2);
  });

  test('is an unknown one for the account of somebody else', async () => {
    await register({ person: 'mallory' });
    const { keys } = attempt('ann', NOW);
    expect(await granted('mallory', NOW, { keys })).toHaveLength(2);
  });
});

test('one reservation is one statement', async () => {
  const before = store.world.calls.all().length;
  await granted('ann', NOW);
  expect(store.world.calls.all().length - before).toBe(1);
});
