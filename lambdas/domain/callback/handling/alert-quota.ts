import { ALERTS } from '../../model/limits.ts';
import type { SubscriptionView } from '../../model/subscription.ts';
import type { Summary } from './summarize.ts';

/**
 * What the subscription may still say aloud. open: everything. last: one count for what this request brings.
 * spent: nothing more in this window; upkeep tells it later.
 */
export type AlertQuota = 'open' | 'last' | 'spent';

export function alertQuota({ alerts }: Pick<SubscriptionView, 'alerts'>): AlertQuota {
  if (alerts <= ALERTS.limit) return 'open';
  return alerts === ALERTS.limit + 1 ? 'last' : 'spent';
}

/** Alerts of one request on each phone: so many single ones, and a count for the rest. */
export function alertsOf(
  { newItemIds, refusedItems, pushedError }: Summary,
  pushesPerRequest: number,
): number {
  const items = newItemIds.length + refusedItems.length;
  if (items === 0) return pushedError === undefined ? 0 : 1;
  return Math.min(items, pushesPerRequest + 1);
}
