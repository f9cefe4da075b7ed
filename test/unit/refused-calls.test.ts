import { expect, test } from '@jest/globals';
import { empty, type HttpRequest } from '#runtime/http.ts';
import { countingRefusedCalls } from '#runtime/refused-calls.ts';
import { DAY_MS, MINUTE_MS, recorder, testClock } from '../support/memory/clock.ts';

const ADDRESS = '203.0.113.7';

function request(sourceIp: string): HttpRequest {
  return {
    routeKey: 'POST /x',
    requestId: 'r',
    sourceIp,
    headers: {},
    path: {},
    query: {},
    body: Buffer.of(),
  };
}

/** A route that refuses everybody, and what was written about it. */
function refusing(sourceName?: (address: string, day: string) => Promise<string>) {
  const recorded = recorder();
  const clock = testClock();
  const route = countingRefusedCalls(
    { ...recorded, clock, pepper: sourceName === undefined ? undefined : { sourceName } },
    async () => empty(401),
    ({ statusCode }) => (statusCode === 401 ? 'ApiTokenRefused' : undefined),
  );
  return { ...recorded, clock, call: (sourceIp = ADDRESS) => route(request(sourceIp)) };
}

const lines = (written: readonly string[]) => written.map((line): unknown => JSON.parse(line));

test('a flood of refused calls writes one count and one line a minute, and every call is counted', async () => {
  const {
    call,
    clock,
    count,
    lines: written,
  } = refusing(async (address, day) => `${day} of ${address.length}`);
  for (let n = 0; n < 1_000; n += 1) await call();
  expect([written.length, count('ApiTokenRefused')]).toEqual([1, 1]);
  clock.advance(MINUTE_MS);
  await call();
  expect([written.length, count('ApiTokenRefused')]).toEqual([2, 1_001]);
  expect(lines(written).at(-1)).toEqual({
    level: 'warn',
    event: 'calls-refused',
    refused: 1_000,
    sources: 1,
    most: '2026-11-02 of 11 1000',
  });
});

test('the line names the sources with the most calls and never holds an address', async () => {
  const { call, clock, lines: written } = refusing(async (address) => `hash${address.split('.').at(-1)}`);
  await call('198.51.100.1');
  for (let n = 0; n < 20; n += 1) await call(`198.51.100.${n % 7}`);
  clock.advance(MINUTE_MS);
  await call('198.51.100.6');
  expect(lines(written).at(-1)).toMatchObject({
    sources: 7,
    most: 'hash0 3, hash1 3, hash2 3, hash3 3, hash4 3',
  });
  expect(written.join()).not.toContain('198.51');
});

test('a source has another name on another day', async () => {
  const days: string[] = [];
  const { call, clock } = refusing(async (_address, day) => {
    days.push(day);
    return 'x';
  });
  await call();
  clock.advance(DAY_MS);
  await call();
  expect(days).toEqual(['2026-11-02', '2026-11-03']);
});

test.each([
  ['may not read the pepper', undefined],
  ['cannot read the pepper', () => Promise.reject(new Error('away'))],
])('a function that %s counts the calls and names nobody', async (_why, sourceName) => {
  const { call, lines: written, count } = refusing(sourceName);
  await expect(call()).resolves.toMatchObject({ statusCode: 401 });
  expect(count('ApiTokenRefused')).toBe(1);
  expect(lines(written)).toEqual([expect.objectContaining({ most: 'unnamed 1' })]);
});

test('a flood from many addresses takes no more memory than from a few', async () => {
  const { call, clock, lines: written, count } = refusing();
  for (let n = 0; n < 5_000; n += 1) await call(`10.0.${n >> 8}.${n & 255}`);
  clock.advance(MINUTE_MS);
  await call();
  expect(lines(written).at(-1)).toMatchObject({ refused: 5_000, sources: 200 });
  expect(count('ApiTokenRefused')).toBe(5_001);
});
