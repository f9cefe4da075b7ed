import type { MetricName } from '#contract';
import type { Pepper } from '#domain/ports/crypto.ts';
import type { Clock, Log, Metrics } from '#domain/ports/system.ts';
import type { HttpReply, HttpRequest } from './http.ts';
import type { Route } from './http-function.ts';

const REPORT_EVERY_MS = 60_000;
/** Sources that are told apart between two reports; a flood from more of them is counted, not named. */
const SOURCES = 200;
const NAMED = 5;

export interface RefusedCallsParts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Names sources; absent where a function has no right to read the pepper. */
  readonly pepper?: Pick<Pepper, 'sourceName'> | undefined;
}

/**
 * Counts the calls that `metricOf` calls refused, and writes about them once a minute at most: one count, and one line
 * that names the sources with the most calls by a keyed hash of the day (docs/decisions/0072). A flood writes no
 * line for each call. What an instance has not reported when Lambda ends it is lost: less than a minute.
 */
export function countingRefusedCalls(
  parts: RefusedCallsParts,
  route: Route,
  metricOf: (reply: HttpReply) => MetricName | undefined,
): Route {
  const calls = new Map<string, number>();
  const counts = new Map<MetricName, number>();
  let reportedAt = Number.NEGATIVE_INFINITY;

  function note(metric: MetricName, { sourceIp }: HttpRequest): void {
    counts.set(metric, (counts.get(metric) ?? 0) + 1);
    if (calls.has(sourceIp) || calls.size < SOURCES) calls.set(sourceIp, (calls.get(sourceIp) ?? 0) + 1);
  }

  async function report(now: number): Promise<void> {
    reportedAt = now;
    const most = [...calls].sort(([, left], [, right]) => right - left).slice(0, NAMED);
    const sources = calls.size;
    for (const [metric, count] of counts) parts.metrics.count(metric, count);
    const refused = [...counts.values()].reduce((sum, count) => sum + count, 0);
    calls.clear();
    counts.clear();
    const day = new Date(now).toISOString().slice(0, 10);
    const named = await Promise.all(
      most.map(async ([address, count]) => `${await nameOf(address, day)} ${count}`),
    );
    parts.log.warn('calls-refused', { refused, sources, most: named.join(', ') });
  }

  async function nameOf(address: string, day: string): Promise<string> {
    const name = await parts.pepper?.sourceName(address, day).catch(() => undefined);
    return name ?? 'unnamed';
  }

  return async (request) => {
    const reply = await route(request);
    const metric = metricOf(reply);
    if (metric !== undefined) note(metric, request);
    const now = parts.clock.now();
    if (counts.size > 0 && now - reportedAt >= REPORT_EVERY_MS) await report(now);
    return reply;
  };
}
