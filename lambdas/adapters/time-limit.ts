import type { Timer } from '#domain/ports/system.ts';

/**
 * The outcome of `work`, or once `limitMs` have passed what `late` returns or throws. `work` itself is not stopped and
 * goes on unheard: give it a limit of its own that lies close. (An abort signal would stop it, but makes the AWS
 * clients resolve their middleware anew for each call, and a timer that outlives the call keeps all its memory.)
 */
export function orAfter<T>(limitMs: number, work: Promise<T>, late: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        try {
          resolve(late());
        } catch (error) {
          reject(error);
        }
      },
      Math.max(limitMs, 0),
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** What `withinTime` rejects with; the name is the one that AWS clients and AbortSignal.timeout use. */
export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeoutError';
}

export function withinTime<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return orAfter(limitMs, work, () => {
    throw new TimeLimitExceeded(`not done within ${limitMs} ms`);
  });
}

export const systemTimer: Timer = {
  within: <T>(ms: number, work: Promise<T>) => orAfter<T | undefined>(ms, work, () => undefined),
  wait: (ms) => new Promise((done) => void setTimeout(done, ms)),
};
