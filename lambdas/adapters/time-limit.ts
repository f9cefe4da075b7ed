/** What a time limit rejects with; the name is the one that AWS clients and AbortSignal.timeout use. */
export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * The outcome of `work`, or TimeLimitExceeded once `limitMs` have passed. `work` itself is not stopped: give it a
 * limit of its own that lies close. (An abort signal would stop it, but makes the AWS clients resolve their
 * middleware anew for each call, and a timer that outlives the call keeps all its memory.)
 */
export function withinTime<T>(limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new TimeLimitExceeded(`not done within ${limitMs} ms`)),
      Math.max(limitMs, 0),
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
