import type { EpochMs } from '../model/subscription.ts';
import type { OutageMemory, Pulse } from '../ports/upkeep-store.ts';

const MINUTE_MS = 60_000;
/** With fewer subscriptions, all of them falling silent together is no sign of an outage of ours. */
const ENOUGH_SUBSCRIPTIONS = 5;
const GRACE_MS = 5 * MINUTE_MS;

export interface OutageVerdict {
  /** False while silence may be our own fault: then nobody is called lost. */
  readonly verdictsAllowed: boolean;
  readonly memory: OutageMemory;
}

/**
 * Tells an outage of our own from subscriptions that died: when no callback at all comes any more, although
 * each of many subscriptions owes a heartbeat, it is probably us. Verdicts wait for two heartbeat intervals
 * after the callbacks came back, or after the silence was first seen: then Exchange forgot everybody.
 */
export function judgeOutage(pulse: Pulse, now: EpochMs, statusFrequencyMinutes: number): OutageVerdict {
  const intervalMs = statusFrequencyMinutes * MINUTE_MS;
  const { activeSubscriptions, newestSeenAt, silenceSince, resumedAt } = pulse;
  const isSilent =
    activeSubscriptions >= ENOUGH_SUBSCRIPTIONS &&
    newestSeenAt !== undefined &&
    now - newestSeenAt > intervalMs + GRACE_MS;
  if (isSilent) {
    const since = silenceSince ?? now;
    return {
      verdictsAllowed: now - since >= 2 * intervalMs,
      memory: { silenceSince: since, resumedAt },
    };
  }
  const resumed = silenceSince === undefined ? resumedAt : now;
  return {
    verdictsAllowed: resumed === undefined || now - resumed >= 2 * intervalMs,
    memory: { silenceSince: undefined, resumedAt: resumed },
  };
}
