import type { EpochMs } from '../model/subscription.ts';

const WEEK_MS = 7 * 86_400_000;
const BEFORE_TOKEN_END_MS = 10 * 60_000;

/**
 * When the phone should register again: after 7 days, or 10 minutes before credentials end that cannot be renewed
 * without it. Where they end sooner, after half of their time: a slow clock of a phone must not make it come at once.
 */
export function renewAfter(registeredAt: EpochMs, credentialsExpireAt: EpochMs | undefined): EpochMs {
  const week = registeredAt + WEEK_MS;
  if (credentialsExpireAt === undefined) return week;
  const half = registeredAt + (credentialsExpireAt - registeredAt) / 2;
  return Math.min(week, Math.max(credentialsExpireAt - BEFORE_TOKEN_END_MS, Math.round(half)));
}
