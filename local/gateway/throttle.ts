import type { ThrottleSpec } from '../template/model.ts';

/**
 * Token buckets as API Gateway keeps them: `burst` requests at once, refilled with `ratePerSecond`. `nowMs`
 * is real time, for the load that it bounds is real. Routes without limits of their own share the stage's,
 * each with a bucket of its own.
 */
export function createThrottle(
  limitsOf: (routeKey: string) => ThrottleSpec | undefined,
  nowMs: () => number = () => performance.now(),
): (routeKey: string) => 'admitted' | 'throttled' {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (routeKey) => {
    const limits = limitsOf(routeKey);
    if (limits === undefined) return 'admitted';
    const now = nowMs();
    const bucket = buckets.get(routeKey) ?? { tokens: limits.burst, at: now };
    const refilled = bucket.tokens + ((now - bucket.at) / 1000) * limits.ratePerSecond;
    const tokens = Math.min(limits.burst, refilled);
    buckets.set(routeKey, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1 ? 'admitted' : 'throttled';
  };
}
