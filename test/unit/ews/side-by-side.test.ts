import { expect, test } from '@jest/globals';
import { firstFound } from '#adapters/ews/autodiscover/side-by-side.ts';

/** Looks that the test ends, and pauses that it ends too. */
function looks(count: number) {
  const begun: number[] = [];
  const endings = Array.from({ length: count }, () => Promise.withResolvers<string | undefined>());
  const pauses: (() => void)[] = [];
  const list = endings.map(({ promise }, index) => () => {
    begun.push(index);
    return promise;
  });
  const found = firstFound(list, () => new Promise((over) => void pauses.push(over)));
  const settle = () => new Promise<void>((turn) => void setImmediate(turn));
  return {
    begun,
    found,
    async end(index: number, result?: string) {
      endings[index]?.resolve(result);
      await settle();
    },
    async pass(index: number) {
      pauses[index]?.();
      await settle();
    },
  };
}

test('a look begins when the one before has ended', async () => {
  const { begun, found, end } = looks(3);
  expect(begun).toEqual([0]);
  await end(0);
  expect(begun).toEqual([0, 1]);
  await end(1, 'here');
  expect(await found).toBe('here');
  expect(begun).toEqual([0, 1]);
});

test('a look begins after a pause where the one before takes longer', async () => {
  const { begun, found, end, pass } = looks(3);
  await pass(0);
  expect(begun).toEqual([0, 1]);
  await pass(0);
  expect(begun).toEqual([0, 1]);
  await pass(1);
  await end(2, 'last');
  expect(await found).toBe('last');
});

test('the look that was overtaken begins no further one when it ends', async () => {
  const { begun, end, pass } = looks(4);
  await pass(0);
  await end(0);
  expect(begun).toEqual([0, 1]);
  await end(1);
  expect(begun).toEqual([0, 1, 2]);
});

test('nothing is found once all have ended without a result', async () => {
  const { found, end, pass } = looks(2);
  await pass(0);
  await end(1);
  await end(0);
  expect(await found).toBeUndefined();
  expect(await firstFound([], () => Promise.resolve())).toBeUndefined();
});

test('a look that throws makes the whole search throw', async () => {
  const broken = () => Promise.reject(new Error('a bug'));
  await expect(firstFound([broken], () => new Promise(() => undefined))).rejects.toThrow('a bug');
});
