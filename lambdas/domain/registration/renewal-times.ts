import type { EpochMs } from '../model/subscription.ts';

const WEEK_MS = 7 * 86_400_000;
const BEFORE_TOKEN_END_MS = 10 * 60_000;

/**
 * When the phone should register again: after 7 days, or 10 minutes before credentials end that cannot be
 * renewed without it.
 */
export function renewAfter(registeredAt: EpochMs, credentialsExpireAt: EpochMs | undefined): EpochMs {
  const week = registeredAt + WEEK_MS;
  return credentialsExpireAt === undefined ? week : Math.min(week, credentialsExpireAt - BEFORE_TOKEN_END_MS);
}
