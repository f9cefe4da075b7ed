import { expect, test } from '@jest/globals';
import { systemTimer } from '#runtime/system.ts';

test('work that is done in time answers for itself', async () => {
  await expect(systemTimer.within(60_000, Promise.resolve('done'))).resolves.toBe('done');
  await expect(systemTimer.within(60_000, Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
});

test('work that is not goes on unheard, and what becomes of it is nobody’s error', async () => {
  const { promise, reject } = Promise.withResolvers<string>();
  await expect(systemTimer.within(0, promise)).resolves.toBeUndefined();
  await expect(systemTimer.within(-1, promise)).resolves.toBeUndefined();
  reject(new Error('too late'));
});
