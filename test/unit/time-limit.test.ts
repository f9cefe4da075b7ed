import { expect, jest, test } from '@jest/globals';
import { TimeLimitExceeded, withinTime } from '#adapters/time-limit.ts';

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
