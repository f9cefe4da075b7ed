import type { ExchangeFailure } from '#domain/ports/exchange.ts';

const MOST_ATTEMPTS = 3;
/** For one item that failed for a reason of its own, which one more question may show to have passed. */
const ITEM_ATTEMPTS = 2;
const LONGEST_WAIT_MS = 4_000;
/** Also the least time that an attempt has to have left. */
export const FIRST_WAIT_MS = 250;

/** Failures without a reason, that the next attempt often does not meet. */
const PASSING_CODES: ReadonlySet<string> = new Set(['Http500', 'AnswerEmpty', 'ErrorInternalServerError']);

/**
 * How long to wait before that attempt; undefined: there is none. A busy server has done nothing; where a
 * connection broke, or a server failed without saying why, it may have, so that only what changes nothing there is
 * asked again.
 */
export function waitBefore(
  attempt: number,
  failure: ExchangeFailure,
  isQuestion: boolean,
): number | undefined {
  if (attempt > MOST_ATTEMPTS) {
    return undefined;
  }
  if (failure.kind === 'busy') {
    return bounded(failure.retryAfterMs ?? usualWaitMs(attempt));
  }
  return isQuestion && mayPass(failure) ? usualWaitMs(attempt) : undefined;
}

/** The same for items that failed one by one, among others that may have been answered. */
export function waitBeforeItems(attempt: number, failures: readonly ExchangeFailure[]): number | undefined {
  const busy = failures.filter(({ kind }) => kind === 'busy');
  if (attempt > (busy.length > 0 ? MOST_ATTEMPTS : ITEM_ATTEMPTS)) {
    return undefined;
  }
  const waits = busy.map((failure) => (failure.kind === 'busy' ? failure.retryAfterMs : undefined) ?? 0);
  return bounded(Math.max(usualWaitMs(attempt), ...waits));
}

function mayPass(failure: ExchangeFailure): boolean {
  return failure.kind === 'unreachable' || (failure.kind === 'failed' && PASSING_CODES.has(failure.code));
}

function usualWaitMs(attempt: number): number {
  return FIRST_WAIT_MS * 2 ** (attempt - 1);
}

function bounded(waitMs: number): number | undefined {
  return waitMs > LONGEST_WAIT_MS ? undefined : waitMs;
}
