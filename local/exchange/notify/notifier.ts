import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { WorldClock } from '../../world/clock.ts';
import { exchangeSubscriptionId } from '../mailbox/ids.ts';
import type { Mailbox, StoreEvent } from '../mailbox/types.ts';
import type { Modes } from '../modes.ts';
import { composeError, composeEvents } from './compose.ts';
import type { PushedEvent } from './message.ts';
import type { Poster } from './post.ts';
import { retryOffsetsMs } from './retries.ts';
import { type SendResult, sendOnce } from './send-once.ts';
import { spellEvent, spellWatermark } from './spell.ts';
import {
  type CallbackAttempt,
  type EndReason,
  type Outgoing,
  type SubscribeRequest,
  type Subscription,
  wants,
} from './subscription.ts';

export interface ExchangeEvents {
  callback: [CallbackAttempt];
  /** Written to Exchange's event log only: nobody outside is told. */
  ended: [{ readonly subscriptionId: string; readonly reason: EndReason }];
  /** Something happened in the mailbox of this address. */
  changed: [email: string];
}

/** Sends the notifications of all subscriptions: in order, one at a time for each, again when they fail. */
export interface Notifier {
  subscribe(request: SubscribeRequest): { readonly subscription: Subscription; readonly watermark: string };
  active(mailbox?: Mailbox): Subscription[];
  all(): readonly Subscription[];
  accept(mailbox: Mailbox, events: readonly StoreEvent[]): void;
  status(subscription: Subscription): Promise<void>;
  end(subscription: Subscription, reason: EndReason): void;
  pushError(subscription: Subscription, code: string, text: string, withId: boolean): Promise<void>;
  hold(subscription: Subscription): void;
  release(subscription: Subscription, order: 'forward' | 'reverse'): void;
  /** Sends a delivered message once more, byte for byte. `back` 0 is the last one. */
  resend(subscription: Subscription, back?: number): Promise<void>;
  /** The next `actions` events or groups of events are believed delivered but never sent. */
  lose(subscription: Subscription, actions: number): void;
  idle(): Promise<void>;
}

const KEPT_MESSAGES = 20;

export function createNotifier(options: {
  clock: WorldClock;
  modes: Modes;
  poster: Poster;
  events: EventEmitter<ExchangeEvents>;
  serverName: string;
}): Notifier {
  const { clock, modes, poster, events } = options;
  const subscriptions: Subscription[] = [];
  const byMailbox = new Map<Mailbox, Set<Subscription>>();
  const losing = new WeakMap<Subscription, number>();
  const work = new Set<Promise<void>>();

  /** Keeps `idle` from resolving while this runs. */
  function tracked(promise: Promise<void>): Promise<void> {
    work.add(promise);
    const done = () => void work.delete(promise);
    promise.then(done, done);
    return promise;
  }

  function nextMessage(s: Subscription): Outgoing | undefined {
    const ready = s.outbox.shift();
    if (ready !== undefined) return ready;
    const batch = s.queue.splice(0, batchSize(s.queue));
    return batch.length === 0 ? undefined : composeEvents(s, batch, s.queue.some(isEvent), modes);
  }

  /** A StatusEvent says that nothing happened: it never stands beside other events. */
  function batchSize(queue: readonly PushedEvent[]): number {
    const isStatus = queue[0] !== undefined && !isEvent(queue[0]);
    const change = queue.findIndex((event) => isEvent(event) === isStatus);
    return Math.min(change < 0 ? queue.length : change, modes.maxEventsPerPost);
  }

  async function flush(s: Subscription): Promise<void> {
    while (s.ended === undefined && s.pending === undefined) {
      const next = nextMessage(s);
      if (next === undefined) return;
      s.pending = next;
      await attempt(s, next);
    }
  }

  async function attempt(s: Subscription, message: Outgoing): Promise<void> {
    s.cancelHeartbeat();
    // A heartbeat counts from when it was due, so that a long jump of the clock brings all that fall into it.
    s.quietSince = Math.max(s.quietSince, s.heartbeatDueAt ?? clock.now());
    s.heartbeatDueAt = undefined;
    const result = await sendOnce(poster, clock.now, s.url, message.body);
    const tries = s.failures + 1;
    if (s.ended !== undefined) return report(s, message.kind, message.body, tries, result, 'ignored');
    if (result.verdict === 'unsubscribe') {
      report(s, message.kind, message.body, tries, result, 'unsubscribed');
      return end(s, 'unsubscribed');
    }
    if (result.verdict === 'ok') {
      s.pending = undefined;
      s.failures = 0;
      if (message.lastWatermark !== undefined) s.previousWatermark = message.lastWatermark;
      s.delivered.push(message);
      s.delivered.splice(0, s.delivered.length - KEPT_MESSAGES);
      armHeartbeat(s);
      return report(s, message.kind, message.body, tries, result, 'delivered');
    }
    if (s.failures === 0) s.firstFailureAt = clock.now();
    const offset = retryOffsetsMs(s.statusFrequencyMinutes, modes.retryReading)[s.failures];
    s.failures += 1;
    if (offset === undefined) {
      report(s, message.kind, message.body, tries, result, 'gave-up');
      return end(s, 'gave-up');
    }
    s.cancelRetry = clock.after(Math.max(0, s.firstFailureAt + offset - clock.now()), () =>
      tracked(attempt(s, message).then(() => flush(s))),
    );
    report(s, message.kind, message.body, tries, result, 'will-retry');
  }

  function report(
    s: Subscription,
    kind: CallbackAttempt['kind'],
    body: string,
    tries: number,
    { verdict: _, ...result }: SendResult,
    outcome: CallbackAttempt['outcome'],
  ): void {
    const who = { subscriptionId: s.id, email: s.mailbox.email, url: s.url };
    events.emit('callback', { ...who, ...result, kind, attempt: tries, body, outcome });
  }

  function armHeartbeat(s: Subscription): void {
    s.cancelHeartbeat();
    if (s.ended !== undefined) return;
    const dueAt = s.quietSince + s.statusFrequencyMinutes * 60_000;
    s.cancelHeartbeat = clock.after(Math.max(0, dueAt - clock.now()), () => {
      s.heartbeatDueAt = dueAt;
      return status(s);
    });
  }

  /** Watermarks move on although nothing happened: rows of the event log live 30 days only. */
  function status(s: Subscription): Promise<void> {
    if (s.ended !== undefined) return Promise.resolve();
    s.mailbox.eventCounter += 1n;
    const watermark = spellWatermark(s.mailbox, s.mailbox.eventCounter, modes);
    enqueue(s, [{ type: 'StatusEvent', watermark, at: clock.now() }]);
    return tracked(flush(s));
  }

  function enqueue(s: Subscription, batch: readonly PushedEvent[]): void {
    const lost = losing.get(s) ?? 0;
    if (lost > 0 && batch[0]?.type !== 'StatusEvent') {
      losing.set(s, lost - 1);
      s.previousWatermark = batch.at(-1)?.watermark ?? s.previousWatermark;
    } else if (s.held !== undefined) {
      // Their watermarks count as delivered from here on, whatever order they leave in.
      s.held.push({ ...composeEvents(s, batch, false, modes), lastWatermark: undefined });
      s.previousWatermark = batch.at(-1)?.watermark ?? s.previousWatermark;
    } else s.queue.push(...batch);
  }

  function end(s: Subscription, reason: EndReason): void {
    if (s.ended !== undefined) return;
    s.ended = reason;
    s.cancelHeartbeat();
    s.cancelRetry();
    s.queue.length = 0;
    s.outbox.length = 0;
    byMailbox.get(s.mailbox)?.delete(s);
    events.emit('ended', { subscriptionId: s.id, reason });
  }

  return {
    subscribe(request) {
      const { mailbox } = request;
      const watermark = spellWatermark(mailbox, mailbox.eventCounter, modes);
      const subscription: Subscription = {
        ...request,
        id:
          modes.dialect === 'workmail'
            ? randomBytes(24).toString('base64url').slice(0, 30)
            : exchangeSubscriptionId(options.serverName, clock.now(), mailbox.guid),
        createdAt: clock.now(),
        previousWatermark: watermark,
        queue: [],
        outbox: [],
        delivered: [],
        failures: 0,
        firstFailureAt: 0,
        quietSince: clock.now(),
        cancelHeartbeat() {},
        cancelRetry() {},
      };
      subscriptions.push(subscription);
      const owned = byMailbox.get(mailbox) ?? new Set();
      byMailbox.set(mailbox, owned.add(subscription));
      armHeartbeat(subscription);
      return { subscription, watermark };
    },
    active(mailbox) {
      if (mailbox !== undefined) return [...(byMailbox.get(mailbox) ?? [])];
      return subscriptions.filter((s) => s.ended === undefined);
    },
    all: () => subscriptions,
    accept(mailbox, happened) {
      for (const s of byMailbox.get(mailbox) ?? []) {
        const batch = happened.filter((event) => wants(s, event));
        if (batch.length === 0) continue;
        enqueue(
          s,
          batch.map((event) => spellEvent(mailbox, event, modes)),
        );
        void tracked(flush(s));
      }
    },
    status,
    end,
    async pushError(s, code, text, withId) {
      s.outbox.push(composeError(s, code, text, withId, modes));
      await tracked(flush(s));
    },
    hold(s) {
      s.held ??= [];
    },
    release(s, order) {
      const held = s.held ?? [];
      s.held = undefined;
      s.outbox.push(...(order === 'reverse' ? held.toReversed() : held));
      void tracked(flush(s));
    },
    async resend(s, back = 0) {
      const message = s.delivered.at(-1 - back);
      if (message === undefined) throw new Error('nothing was delivered on this subscription yet');
      const repeat = async () => {
        const result = await sendOnce(poster, clock.now, s.url, message.body);
        if (result.verdict === 'unsubscribe') end(s, 'unsubscribed');
        report(s, 'duplicate', message.body, 1, result, result.verdict === 'ok' ? 'delivered' : 'ignored');
      };
      await tracked(repeat());
    },
    lose: (s, actions) => void losing.set(s, actions),
    async idle() {
      while (work.size > 0) await Promise.allSettled(work);
    },
  };
}

function isEvent({ type }: PushedEvent): boolean {
  return type !== 'StatusEvent';
}
