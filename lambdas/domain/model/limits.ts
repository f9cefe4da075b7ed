/** Alerts that one subscription may cause; what comes on top is one count, then told later by upkeep. */
export const ALERTS = { limit: 30, windowMs: 10 * 60_000 } as const;

/** After a refusal the credentials are not used again for so long: the second try confirms it or ends the suspicion. */
export const SECOND_TRY_MS = 15 * 60_000;

/**
 * How long a request in order keeps others from the credentials. It releases nothing, which would be a statement
 * more; whoever comes meanwhile waits.
 */
export const IN_ORDER_LEASE_MS = 2_000;

/** For so long after a gap the order of requests proves nothing: the caller may be somebody else than Exchange. */
export const ORDER_PROVES_AFTER_MS = 60 * 60_000;
