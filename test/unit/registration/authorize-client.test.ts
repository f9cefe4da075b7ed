import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createAuthorizeClient } from '#domain/access/authorize-client.ts';
import { testClock } from '../../support/memory/clock.ts';
import { codeOf } from '../../support/register-world.ts';

function tokens(...valid: string[]) {
  const clock = testClock();
  const state = { valid, reads: 0 };
  const authorize = createAuthorizeClient(
    {
      async validHashes() {
        state.reads += 1;
        return state.valid.map((token) => createHash('sha256').update(token).digest());
      },
    },
    clock,
  );
  return { clock, state, authorize };
}

test('several tokens are valid at a time', async () => {
  const { authorize } = tokens('one', 'two');
  expect(codeOf(await authorize('one'))).toBe('ok');
  expect(codeOf(await authorize('two'))).toBe('ok');
  expect(codeOf(await authorize('three'))).toBe('API_TOKEN_INVALID');
});

test.each([undefined, ''])('%p is no token and costs no look-up', async (header) => {
  const { authorize, state } = tokens('one');
  expect(codeOf(await authorize(header))).toBe('API_TOKEN_INVALID');
  expect(state.reads).toBe(0);
});

test('hashes are read once a minute', async () => {
  const { authorize, state, clock } = tokens('one');
  await authorize('one');
  clock.advance(59_000);
  await authorize('one');
  expect(state.reads).toBe(1);
});

test('a revoked token works no longer than 60 s', async () => {
  const { authorize, state, clock } = tokens('one');
  await authorize('one');
  state.valid = [];
  clock.advance(60_001);
  expect(codeOf(await authorize('one'))).toBe('API_TOKEN_INVALID');
});

test('a new token works at once, yet guessing reads at most every five seconds', async () => {
  const { authorize, state, clock } = tokens('one');
  await authorize('one');
  state.valid = ['one', 'new'];
  clock.advance(5_001);
  expect(codeOf(await authorize('new'))).toBe('ok');
  for (let guess = 0; guess < 100; guess += 1) await authorize(`guess ${guess}`);
  expect(state.reads).toBe(2);
});
