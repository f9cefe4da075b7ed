import { expect, jest, test } from '@jest/globals';
import { systemTimer, TimeLimitExceeded, withinTime } from '#adapters/time-limit.ts';

test('what ends in time keeps its outcome and leaves no timer behind', async () => {
  jest.useFakeTimers();
  try {
    await expect(withinTime(1_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(withinTime(1_000, Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('what does not end in time is given up, by the name that the AWS error table knows', async () => {
  jest.useFakeTimers();
  try {
    const given = withinTime(1_000, new Promise(() => undefined));
    jest.advanceTimersByTime(1_000);
    await expect(given).rejects.toThrow(TimeLimitExceeded);
    await expect(given).rejects.toMatchObject({ name: 'TimeoutError' });
  } finally {
    jest.useRealTimers();
  }
});

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
