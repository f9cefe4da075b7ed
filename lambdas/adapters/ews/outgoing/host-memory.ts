import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import type { Connection } from './connection.ts';

/** Hosts that keep timing out, in this function instance's memory. */
export interface HostMemory {
  /** True while the host is to be left alone. */
  isResting(host: string): boolean;
  /**
   * What a request to the host came to (undefined: it answered), how long it was given, and for whose mailbox it was
   * made. Undefined: a URL that a caller has named and that has served nobody yet, so that a time-out says nothing.
   */
  note(
    host: string,
    failure: ExchangeFailure | undefined,
    givenMs: number,
    mailbox: string | undefined,
  ): void;
}

/** So many mailboxes time out, one after the other and none answered between, before the host is left alone. */
const MAILBOXES = 3;
/** Less than this proves nothing about the host: the request came late. */
const FAIR_CHANCE_MS = 2_000;
const REST_MS = 60_000;
const MOST_HOSTS = 1_000;

/** Leaves a host alone for a minute after time-outs of three different mailboxes without an answer between them. */
export function createHostMemory({
  now,
  callTimeoutMs,
}: {
  readonly now: () => number;
  readonly callTimeoutMs: number;
}): HostMemory {
  const hosts = new Map<string, { mailboxes: ReadonlySet<string>; restingUntil: number }>();

  function note(
    host: string,
    failure: ExchangeFailure | undefined,
    givenMs: number,
    mailbox: string | undefined,
  ): void {
    if (failure?.kind !== 'timeout') {
      hosts.delete(host);
      return;
    }
    if (mailbox === undefined || givenMs < Math.min(FAIR_CHANCE_MS, callTimeoutMs)) {
      return;
    }
    const mailboxes = new Set([...(hosts.get(host)?.mailboxes ?? []), mailbox]);
    const rests = mailboxes.size >= MAILBOXES;
    hosts.delete(host);
    hosts.set(host, { mailboxes: rests ? new Set() : mailboxes, restingUntil: rests ? now() + REST_MS : 0 });
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
export function noting(hosts: HostMemory, connection: Connection, mailbox: string | undefined): Connection {
  return {
    ...connection,
    async send(request, givenMs) {
      const outcome = await connection.send(request, givenMs);
      const { host } = connection.destination.url;
      hosts.note(host, outcome.ok ? undefined : outcome.failure, givenMs, mailbox);
      return outcome;
    },
  };
}
