import { describe, expect, test } from '@jest/globals';
import { createTokenMemory, TOKEN_MARGIN_MS } from '#adapters/ews/sign-in/token-memory.ts';

const HOUR_MS = 3_600_000;
const refresh = (refreshToken: string) => ({
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'app',
  refreshToken,
  scope: 'EWS',
});

/** A memory whose clock and timers are moved by hand. */
function memoryWorld() {
  let nowMs = 0;
  const timers: { readonly work: () => void; readonly at: number }[] = [];
  const memory = createTokenMemory(
    () => nowMs,
    (work, delayMs) => void timers.push({ work, at: nowMs + delayMs }),
  );
  return {
    memory,
    timers,
    token: (accessToken: string, lifeMs = HOUR_MS, rotated?: string) => ({
      accessToken,
      expiresAtMs: nowMs + lifeMs,
      refreshToken: rotated,
    }),
    /** Lets time pass, with the timers that fall due. */
    advance(ms: number) {
      const until = nowMs + ms;
      for (let next = due(until); next !== undefined; next = due(until)) {
        nowMs = Math.max(nowMs, next.at);
        timers.splice(timers.indexOf(next), 1);
        next.work();
      }
      nowMs = until;
    },
    /** Asks at an earlier time: shows what is still there, whatever the clock says. */
    stillHeld(refreshToken: string) {
      const before = nowMs;
      nowMs = 0;
      const found = memory.find(refresh(refreshToken));
      nowMs = before;
      return found;
    },
  };
  function due(until: number) {
    return timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
  }
}

describe('a refreshed access token', () => {
  test('is held until just before it ends, and is dropped then without anybody asking', () => {
    const { memory, token, advance, stillHeld } = memoryWorld();
    memory.keep([refresh('r1')], token('a1'));
    advance(HOUR_MS - TOKEN_MARGIN_MS - 1);
    expect(stillHeld('r1')).toMatchObject({ accessToken: 'a1' });
    advance(1);
    expect(stillHeld('r1')).toBeUndefined();
  });

  test('that ends later, or that comes later, is dropped at its own time', () => {
    const { memory, token, advance, stillHeld, timers } = memoryWorld();
    memory.keep([refresh('r1')], token('a1', 3 * HOUR_MS));
    memory.keep([refresh('r2')], token('a2', HOUR_MS));
    advance(HOUR_MS);
    expect([stillHeld('r1')?.accessToken, stillHeld('r2')]).toEqual(['a1', undefined]);
    memory.keep([refresh('r3')], token('a3', HOUR_MS));
    advance(HOUR_MS);
    expect([stillHeld('r1')?.accessToken, stillHeld('r3')]).toEqual(['a1', undefined]);
    advance(HOUR_MS);
    expect(stillHeld('r1')).toBeUndefined();
    expect(timers).toEqual([]);
  });

  test('with a life beyond what a timer can count is dropped at its end all the same', () => {
    const { memory, token, advance, stillHeld, timers } = memoryWorld();
    const lifeMs = 60 * 24 * HOUR_MS;
    memory.keep([refresh('r1')], token('a1', lifeMs));
    expect(timers[0]?.at).toBeLessThan(2 ** 31);
    advance(lifeMs - TOKEN_MARGIN_MS - 1);
    expect(stillHeld('r1')).toBeDefined();
    advance(1);
    expect(stillHeld('r1')).toBeUndefined();
  });

  test('keeps no process alive', () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const memory = createTokenMemory(() => 0);
    memory.keep([refresh('r1')], { accessToken: 'a1', expiresAtMs: HOUR_MS });
    expect(memory.find(refresh('r1'))).toBeDefined();
    expect(timers()).toBe(before);
  });
});

describe('a rotated refresh token', () => {
  test('is handed out for the one it replaced until a seal with it comes back, and then no more', () => {
    const { memory, token } = memoryWorld();
    memory.keep([refresh('r1')], token('a1', HOUR_MS, 'r2'));
    expect(memory.find(refresh('r1'))).toMatchObject({ accessToken: 'a1', refreshToken: 'r2' });
    expect(memory.find(refresh('r1'))).toMatchObject({ refreshToken: 'r2' });
    // It is in a seal now: nobody needs it from here.
    expect(memory.find(refresh('r2'))).toMatchObject({ accessToken: 'a1', refreshToken: undefined });
    // What is left of the old subscription reads on, and never spends its dead refresh token.
    expect(memory.find(refresh('r1'))).toMatchObject({ accessToken: 'a1', refreshToken: undefined });
  });

  test('goes with its access token at the latest, in both of its places', () => {
    const { memory, token, advance, stillHeld } = memoryWorld();
    memory.keep([refresh('r1')], token('a1', HOUR_MS, 'r2'));
    advance(HOUR_MS);
    expect([stillHeld('r1'), stillHeld('r2')]).toEqual([undefined, undefined]);
  });

  test('outlives an access token that the server refuses: the one in the seal is spent', () => {
    const { memory, token } = memoryWorld();
    memory.keep([refresh('r1')], token('a1', HOUR_MS, 'r2'));
    memory.refuse(refresh('r1'));
    expect(memory.find(refresh('r1'))).toEqual({ accessToken: undefined, refreshToken: 'r2' });
    memory.keep([refresh('r1'), refresh('r2')], token('a2', HOUR_MS, 'r3'));
    expect(memory.find(refresh('r1'))).toEqual({ accessToken: 'a2', refreshToken: 'r3' });
    expect(memory.find(refresh('r2'))).toEqual({ accessToken: 'a2', refreshToken: 'r3' });
    expect(memory.find(refresh('r3'))).toEqual({ accessToken: 'a2', refreshToken: undefined });
    expect(memory.find(refresh('r1'))).toEqual({ accessToken: 'a2', refreshToken: undefined });
  });

  test('is forgotten where the token endpoint refuses it', () => {
    const { memory, token } = memoryWorld();
    memory.keep([refresh('r1')], token('a1', HOUR_MS, 'r2'));
    memory.forget([refresh('r1'), refresh('r2')]);
    expect([memory.find(refresh('r1')), memory.find(refresh('r2'))]).toEqual([undefined, undefined]);
  });

  test('that is the same as before is not kept at all', () => {
    const { memory, token } = memoryWorld();
    memory.keep([refresh('r1')], token('a1', HOUR_MS, 'r1'));
    expect(memory.find(refresh('r1'))).toEqual({ accessToken: 'a1', refreshToken: undefined });
  });
});
