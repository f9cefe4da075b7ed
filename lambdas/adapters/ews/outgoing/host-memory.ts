import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { Connection } from './connection.ts';

/** Hosts that keep timing out, in this function instance's memory. */
export interface HostMemory {
  /** True while the host is to be left alone. */
  isResting(host: string): boolean;
  /** What a request to the host came to (undefined: it answered), and how long it was given. */
  note(host: string, failure: ExchangeFailure | undefined, givenMs: number): void;
}

const TIMEOUTS_IN_A_ROW = 3;
/** Less than this proves nothing about the host: the request came late. */
const FAIR_CHANCE_MS = 2_000;
const REST_MS = 60_000;
const MOST_HOSTS = 1_000;

/** Leaves a host alone for a minute after three time-outs in a row. */
export function createHostMemory({
  now,
  callTimeoutMs,
}: {
  readonly now: () => number;
  readonly callTimeoutMs: number;
}): HostMemory {
  const hosts = new Map<string, { timeouts: number; restingUntil: number }>();

  function note(host: string, failure: ExchangeFailure | undefined, givenMs: number): void {
    if (failure?.kind !== 'timeout') {
      hosts.delete(host);
      return;
    }
    if (givenMs < Math.min(FAIR_CHANCE_MS, callTimeoutMs)) {
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

/**
 * A connection that notes how each of its requests went. What else signing in may ask, such as a token endpoint,
 * is not the host's doing.
 */
export function noting(hosts: HostMemory, connection: Connection): Connection {
  return {
    ...connection,
    async send(request, givenMs) {
      const outcome = await connection.send(request, givenMs);
      hosts.note(connection.destination.url.host, outcome.ok ? undefined : outcome.failure, givenMs);
      return outcome;
    },
  };
}
