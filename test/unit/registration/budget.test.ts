import { expect, test } from '@jest/globals';
import { registerWorld } from '../../support/register-world.ts';

const LATE = { ok: false, refusal: { code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: 30 } };

test('what is slow besides Exchange ends a registration in time, and nothing new begins', async () => {
  const { register, state, server } = registerWorld();
  state.endpoints = 'slow';
  await expect(register()).resolves.toMatchObject(LATE);
  expect(state.begins).toEqual([]);
  expect(server.asked).not.toContain('subscribe');
});

test('the answer leaves when the budget ends, whatever is under way', async () => {
  const { register, state } = registerWorld();
  state.timeEnds = Promise.resolve();
  await expect(register()).resolves.toMatchObject(LATE);
});
