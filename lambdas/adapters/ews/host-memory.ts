import type { ExchangeFailure } from '#domain/ports/exchange.ts';

/** Hosts that keep timing out, in this function instance's memory. */
export interface HostMemory {
  /** True while the host is to be left alone. */
  isResting(host: string): boolean;
  /** What a request to the host came to; undefined: it answered. */
  note(host: string, failure: ExchangeFailure | undefined): void;
}

const TIMEOUTS_IN_A_ROW = 3;
const REST_MS = 60_000;
const MOST_HOSTS = 1_000;

/** Leaves a host alone for a minute after three time-outs in a row (DESIGN section 3, "Abuse"). */
export function createHostMemory(now: () => number): HostMemory {
  const hosts = new Map<string, { timeouts: number; restingUntil: number }>();

  function note(host: string, failure: ExchangeFailure | undefined): void {
    if (failure?.kind !== 'timeout') {
      hosts.delete(host);
      return;
    }
    const timeouts = (hosts.get(host)?.timeouts ?? 0) + 1;
    const restingUntil = timeouts >= TIMEOUTS_IN_A_ROW ? now() + REST_MS : 0;
    hosts.delete(host);
    hosts.set(host, { timeouts: restingUntil > 0 ? 0 : timeouts, restingUntil });
    const [oldest] = hosts.keys();
    if (hosts.size > MOST_HOSTS && oldest !== undefined) {
      hosts.delete(oldest);
    }
  }

  return { isResting: (host) => (hosts.get(host)?.restingUntil ?? 0) > now(), note };
}
