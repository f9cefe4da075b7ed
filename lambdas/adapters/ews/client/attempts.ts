import type { ExchangeFailure } from '#domain/ports/exchange.ts';

const MOST_ATTEMPTS = 3;
const LONGEST_WAIT_MS = 4_000;
/** Also the least time that an attempt has to have left. */
export const FIRST_WAIT_MS = 250;

/**
 * How long to wait before that attempt; undefined: there is none. A busy server has done nothing; where a
 * connection broke, it may have, so that only what changes nothing there is asked again.
 */
export function waitBefore(
  attempt: number,
  failure: ExchangeFailure,
  isQuestion: boolean,
): number | undefined {
  const usualMs = FIRST_WAIT_MS * 2 ** (attempt - 1);
  if (attempt > MOST_ATTEMPTS) {
    return undefined;
  }
  if (failure.kind === 'busy') {
    const waitMs = failure.retryAfterMs ?? usualMs;
    return waitMs > LONGEST_WAIT_MS ? undefined : waitMs;
  }
  return failure.kind === 'unreachable' && isQuestion ? usualMs : undefined;
}
