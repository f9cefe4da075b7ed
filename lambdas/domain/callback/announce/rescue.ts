import { createHash } from 'node:crypto';
import { describeBug } from '../../describe-bug.ts';
import { DependencyUnavailable } from '../../errors.ts';
import type { EpochMs, SubscriptionView } from '../../model/subscription.ts';
import { badgeFor } from '../../push/badge.ts';
import { neutralPush } from '../../push/content-rules.ts';
import { type CallbackAnswer, REPEAT_WINDOW_MS } from '../handling/answer.ts';
import { type Deliveries, deliver } from '../handling/deliver.ts';
import { isGap } from '../handling/is-gap.ts';
import { despiteOutage, noteOutage } from '../handling/outage.ts';
import type { CallbackPorts } from '../handling/ports.ts';
import type { Summary } from '../handling/summarize.ts';

const HOUR_MS = 3_600_000;

/** "New message" on every device, about nothing in particular: the same one again replaces itself. */
export function announceNeutral(
  ports: CallbackPorts,
  view: SubscriptionView,
  unread?: number,
): Promise<Deliveries> {
  ports.metrics.count('NeutralAnnounced');
  const collapseKey = createHash('sha256').update(`neutral:${view.mailbox.id}`).digest('base64url');
  return deliver(ports, view, (device) => [
    neutralPush({ collapseKey, badge: badgeFor(device, unread), sound: device.preferences.sound }),
  ]);
}

/** An authentic URL with a body that cannot be read: something may have arrived. At most one push an hour. */
export async function announceUnreadable(
  ports: CallbackPorts,
  view: SubscriptionView,
  reason: string,
  now: EpochMs,
): Promise<CallbackAnswer> {
  ports.metrics.count('CallbackUnreadable');
  ports.log.warn('callback-unreadable', { reason, subscriptionId: view.id });
  if (view.lastNeutralAt !== undefined && now - view.lastNeutralAt < HOUR_MS) return 'ok';
  const { delivered, failed, gone } = await announceNeutral(ports, view);
  // Noted once it has arrived: else a push that failed would silence the next hour.
  if (failed > 0 && delivered === 0) return repeatOrOwe(ports, view, undefined, now);
  await ports.store.record({
    subscriptionId: view.id,
    now,
    neutralAt: now,
    owed: failed > 0 ? true : undefined,
    disabledEndpoints: gone.length > 0 ? gone : undefined,
  });
  return 'ok';
}

/**
 * What is left when something failed that no rule expects. An outage of ours makes Exchange repeat the request
 * while it is worth it; anything else is announced neutrally. Never `unsubscribe`, and never throws.
 */
export async function rescue(
  ports: CallbackPorts,
  failed: {
    readonly error: unknown;
    readonly view: SubscriptionView | undefined;
    readonly summary: Summary | undefined;
    readonly receivedAt: EpochMs;
  },
): Promise<CallbackAnswer> {
  const { error, view, summary, receivedAt } = failed;
  if (error instanceof DependencyUnavailable) {
    noteOutage(ports, 'dependency-unavailable', error);
  } else {
    ports.metrics.count('CallbackFailed');
    ports.log.error('callback-failed', describeBug(error));
  }
  // Nothing happened in the mailbox, or the same bytes would come again and be no more readable.
  if (summary === undefined) return 'ok';
  if (summary.heartbeat && (view === undefined || !isGap(view, summary))) return 'ok';
  if (view === undefined) return mayRepeat(summary, receivedAt) ? repeat(ports) : 'ok';
  if (error instanceof DependencyUnavailable && mayRepeat(summary, receivedAt))
    return repeatOrOwe(ports, view, summary, receivedAt);
  return announceOrOwe(ports, view, summary, receivedAt);
}

/** "New message"; where it reached nobody it is asked for again or owed, where not everybody, owed. */
export async function announceOrOwe(
  ports: CallbackPorts,
  view: SubscriptionView,
  summary: Summary | undefined,
  receivedAt: EpochMs,
): Promise<CallbackAnswer> {
  const sent = await announceNeutral(ports, view).catch(() => undefined);
  if (sent?.failed === 0) return 'ok';
  return sent === undefined || sent.delivered === 0
    ? repeatOrOwe(ports, view, summary, receivedAt)
    : owe(ports, view, receivedAt);
}

/**
 * Nothing could be delivered: Exchange repeats while the mail is young, after that it is owed to the phones. So is
 * at once what a gap may hide: in the repetition nothing shows it any more.
 */
export async function repeatOrOwe(
  ports: CallbackPorts,
  view: SubscriptionView,
  summary: Summary | undefined,
  receivedAt: EpochMs,
): Promise<CallbackAnswer> {
  if (!mayRepeat(summary, receivedAt)) return owe(ports, view, receivedAt);
  if (summary !== undefined && isGap(view, summary)) await owe(ports, view, receivedAt);
  return repeat(ports);
}

/** Upkeep pushes "New message" later. What an absent database cannot record, the gap rule finds at the next request. */
export async function owe(
  ports: CallbackPorts,
  view: SubscriptionView,
  receivedAt: EpochMs,
): Promise<CallbackAnswer> {
  ports.metrics.count('MailboxOwed');
  await despiteOutage(ports, 'owed-not-recorded', () =>
    ports.store.record({ subscriptionId: view.id, now: receivedAt, owed: true }),
  );
  return 'ok';
}

/**
 * Of an age that nobody tells nothing is asked again: every repetition would find it as young, until Exchange gives
 * the subscription up. Only a subscription that Exchange has dropped already has nothing to lose by that.
 */
export function mayRepeat(summary: Summary | undefined, receivedAt: EpochMs): boolean {
  if (summary?.oldestEventAt !== undefined) return receivedAt - summary.oldestEventAt < REPEAT_WINDOW_MS;
  const consequence = summary?.pushedError?.consequence;
  return consequence === 'subscribe-again' || consequence === 'rediscover';
}

export function repeat(ports: CallbackPorts): CallbackAnswer {
  ports.metrics.count('CallbackRetryRequested');
  return 'try-again';
}
