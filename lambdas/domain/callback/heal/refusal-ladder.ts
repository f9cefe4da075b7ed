import { SECOND_TRY_MS } from '../../model/limits.ts';
import type { EpochMs, SubscriptionView } from '../../model/subscription.ts';

const HOUR_MS = 60 * 60_000;
/** A second refusal confirms the first one only while nothing else can have happened in between. */
const FRESH_HEARTBEATS = 2;
const HOST_THIRD_TRY_MS = 30 * 60_000;
const HOST_LATER_MS = 6 * HOUR_MS;
const UNCLEAR_LATER_MS = HOUR_MS;
const UNCLEAR_MOST_MS = 3 * HOUR_MS;
const MOST_MS = 24 * HOUR_MS;

/** Refusals of these credentials before the one at hand. */
export type Refusals = Pick<SubscriptionView, 'suspectSince' | 'lastRefusedAt' | 'refusals'>;

export interface RefusalVerdict {
  /**
   * wait: it proves nothing yet. sign-in: these credentials are proven dead. wake: only their phone can bring
   * others, and its user need not be asked.
   */
  readonly kind: 'wait' | 'sign-in' | 'wake';
  readonly nextTryAt: EpochMs;
}

/**
 * What follows from one refusal (DESIGN, section 4). One alone is a symptom; a second one on a new connection, 15
 * minutes later or more, is proof. While the whole host refuses nobody is signed out, and tries get rare: three in
 * the first hour, then one in six hours, and after a day of nothing but refusals the user is asked.
 */
export function judgeRefusals(
  before: Refusals,
  now: EpochMs,
  { hostRefuses, statusFrequencyMinutes }: { hostRefuses: boolean; statusFrequencyMinutes: number },
): RefusalVerdict {
  const second = now + SECOND_TRY_MS;
  if (now - (before.suspectSince ?? now) >= MOST_MS)
    return { kind: 'sign-in', nextTryAt: now + HOST_LATER_MS };
  if (hostRefuses) return { kind: 'wait', nextTryAt: now + hostPauseMs(before.refusals) };
  const silentMs = now - (before.lastRefusedAt ?? now);
  const freshMs = SECOND_TRY_MS + FRESH_HEARTBEATS * statusFrequencyMinutes * 60_000;
  const isConfirmed = silentMs >= SECOND_TRY_MS && silentMs <= freshMs;
  return { kind: isConfirmed ? 'sign-in' : 'wait', nextTryAt: second };
}

/**
 * A token endpoint that refuses with a word that may be our set-up's fault as well (`invalid_client`): the phone is
 * woken for another token after hours of nothing else.
 */
export function judgeUnclearRefusals(before: Refusals, now: EpochMs): RefusalVerdict {
  const isOver = now - (before.suspectSince ?? now) >= UNCLEAR_MOST_MS;
  const pauseMs = before.refusals < 2 ? hostPauseMs(before.refusals) : UNCLEAR_LATER_MS;
  return { kind: isOver ? 'wake' : 'wait', nextTryAt: now + (isOver ? HOST_LATER_MS : pauseMs) };
}

function hostPauseMs(refusalsBefore: number): number {
  if (refusalsBefore === 0) return SECOND_TRY_MS;
  return refusalsBefore === 1 ? HOST_THIRD_TRY_MS : HOST_LATER_MS;
}

/** From five on a fifth of those that tried; fewer only where every one of them was refused. */
export function hostRefusesEverybody({ suspects, tried }: { suspects: number; tried: number }): boolean {
  return suspects >= 5 ? suspects > tried / 5 : suspects >= 2 && suspects >= tried;
}
