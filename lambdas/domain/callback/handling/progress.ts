import type { EpochMs, SubscriptionView } from '../../model/subscription.ts';
import type { CallbackAnswer } from './answer.ts';
import type { Handling } from './handling.ts';
import type { CallbackPorts } from './ports.ts';
import type { Summary } from './summarize.ts';

/** How far one callback has come: what is left to go by when its time is over. */
export interface Progress {
  readonly receivedAt: EpochMs;
  /** Its answer is given, or about to be, without it. */
  over: boolean;
  /** Something more than a badge has reached a phone. */
  announced: boolean;
  /** Notifications that were begun and are not known to have arrived, nor their phone to be gone. */
  undelivered: number;
  /** Set once the caller is known to be Exchange. */
  view?: SubscriptionView | undefined;
  summary?: Summary | undefined;
  handling?: Handling | undefined;
  /** Set once its phones have been told in the last moment: the answer that follows from that. */
  lateAnswer?: CallbackAnswer | undefined;
}

/** Stops work that nobody waits for any more, at its next step. */
export class Overdue extends Error {
  override readonly name = 'Overdue';
}

/**
 * The ports for as long as the callback's time lasts. Work cannot be killed, and a function instance goes on with
 * it at the next request: from then on it pushes nothing, writes nothing and opens no mailbox.
 */
export function untilOver(ports: CallbackPorts, progress: Progress): CallbackPorts {
  async function still<T>(step: () => Promise<T>): Promise<T> {
    if (progress.over) throw new Overdue();
    return step();
  }
  const { push, store, registrations, ewsUrls, autodiscover, exchange, vault } = ports;
  return {
    ...ports,
    vault: { privateKey: (pair) => still(() => vault.privateKey(pair)) },
    push: {
      async send(target, one) {
        if (one.type === 'badge') return still(() => push.send(target, one));
        const outcome = await still(() => {
          progress.undelivered += 1;
          return push.send(target, one);
        });
        if (outcome.kind === 'delivered') progress.announced = true;
        if (outcome.kind === 'delivered' || outcome.kind === 'device-gone') progress.undelivered -= 1;
        return outcome;
      },
    },
    store: {
      see: (sighting) => still(() => store.see(sighting)),
      claim: (request) => still(() => store.claim(request)),
      record: (aftermath) => still(() => store.record(aftermath)),
      hostSuspects: (request) => still(() => store.hostSuspects(request)),
      prepareRenewal: (request) => still(() => store.prepareRenewal(request)),
    },
    registrations: {
      activate: (request) => still(() => registrations.activate(request)),
      abandon: (request) => still(() => registrations.abandon(request)),
    },
    ewsUrls: {
      save: (domain, found, at) => still(() => ewsUrls.save(domain, found, at)),
      forget: (domain) => still(() => ewsUrls.forget(domain)),
    },
    autodiscover: { discover: (request) => still(() => autodiscover.discover(request)) },
    exchange: {
      warm: () => exchange.warm(),
      probe: (request) => still(() => exchange.probe(request)),
      open(target) {
        if (progress.over) throw new Overdue();
        return exchange.open(target);
      },
    },
  };
}
