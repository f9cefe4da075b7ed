import { describe, expect, test } from '@jest/globals';
import {
  hostRefusesEverybody,
  judgeRefusals,
  judgeUnclearRefusals,
  type Refusals,
} from '#domain/callback/heal/refusal-ladder.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
type Judge = (before: Refusals, now: number) => { readonly kind: string; readonly nextTryAt: number };

/** Tries whenever it is allowed to and Exchange gives occasion; every try is refused. Minutes of the tries, and the end. */
function play(judge: Judge, occasionMinutes: number): readonly [minutes: readonly number[], end: string] {
  const tries: number[] = [];
  let before: Refusals = { refusals: 0 };
  let nextTryAt = 0;
  for (let now = 0; now <= 48 * HOUR_MS; now += occasionMinutes * MINUTE_MS) {
    if (now < nextTryAt) continue;
    tries.push(now / MINUTE_MS);
    const verdict = judge(before, now);
    if (verdict.kind !== 'wait') return [tries, verdict.kind];
    nextTryAt = verdict.nextTryAt;
    before = { suspectSince: before.suspectSince ?? now, lastRefusedAt: now, refusals: before.refusals + 1 };
  }
  return [tries, 'none'];
}

const judgeWith =
  (hostRefuses: boolean): Judge =>
  (before, now) =>
    judgeRefusals(before, now, { hostRefuses, statusFrequencyMinutes: 30 });

describe('one mailbox that is refused', () => {
  test.each([1, 5, 10, 15, 30, 60])(
    'costs two failed sign-ins until its user is asked, with an occasion every %d minutes',
    (minutes) => {
      const [tries, end] = play(judgeWith(false), minutes);
      expect([tries.length, end]).toEqual([2, 'sign-in']);
      expect(tries[1]).toBeGreaterThanOrEqual(15);
    },
  );

  test('is not taken for proven where hours lie between the two, and is asked after a day at the latest', () => {
    const [tries, end] = play(judgeWith(false), 120);
    expect(end).toBe('sign-in');
    expect(tries.at(-1)).toBe(24 * 60);
  });
});

describe('a host that refuses everybody', () => {
  test('gets three passwords in the first hour, then one in six hours, and the user is asked after a day', () => {
    const [tries, end] = play(judgeWith(true), 6);
    expect(tries.filter((minute) => minute <= 60)).toHaveLength(3);
    const gaps = tries.slice(3).map((minute, index) => minute - (tries[index + 2] ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(360);
    expect(end).toBe('sign-in');
    expect(tries.at(-1)).toBeGreaterThanOrEqual(24 * 60);
    expect(tries.at(-1)).toBeLessThan(31 * 60);
  });

  test.each([
    [{ suspects: 1, tried: 1 }, false],
    [{ suspects: 2, tried: 2 }, true],
    [{ suspects: 2, tried: 3 }, false],
    [{ suspects: 4, tried: 4 }, true],
    [{ suspects: 5, tried: 24 }, true],
    [{ suspects: 5, tried: 25 }, false],
    [{ suspects: 90, tried: 1_000 }, false],
  ])('is told from single users who changed their password: %j', (host, refuses) => {
    expect(hostRefusesEverybody(host)).toBe(refuses);
  });
});

test('a token endpoint that refuses with any other word has the phone woken after some hours', () => {
  const [tries, end] = play(judgeUnclearRefusals, 6);
  expect(end).toBe('wake');
  expect(tries.at(-1)).toBeLessThan(5 * 60);
  expect(tries.length).toBeLessThan(8);
});
