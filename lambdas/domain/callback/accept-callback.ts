import { createHash, timingSafeEqual } from 'node:crypto';
import type { SubscriptionId } from '../model/ids.ts';
import type { EpochMs, SubscriptionView } from '../model/subscription.ts';
import type { CallbackAnswer } from './answer.ts';
import { answerEvents } from './answer-events.ts';
import { beginHandling } from './handling.ts';
import { createMailboxAccess } from './open-mailbox.ts';
import type { CallbackPorts, CallbackSettings } from './ports.ts';
import { announceUnreadable, rescue } from './rescue.ts';
import { type Summary, summarize } from './summarize.ts';

export interface CallbackRequest {
  /** First path segment. */
  readonly callbackId: string;
  /** Second path segment. */
  readonly sealed: string;
  readonly body: Uint8Array;
}

const PENDING_MS = 5 * 60_000;
const SUPERSEDED_MS = 60 * 60_000;

/**
 * Handles one callback of Exchange as DESIGN section 4 lays down. Never throws. Answers `unsubscribe` only on
 * proof: a row that says so, or Exchange's own word.
 */
export function createAcceptCallback(ports: CallbackPorts, settings: CallbackSettings) {
  return async function acceptCallback(request: CallbackRequest): Promise<CallbackAnswer> {
    const receivedAt = ports.clock.now();
    let view: SubscriptionView | undefined;
    let summary: Summary | undefined;
    try {
      // Before anything else: a made-up id costs neither parsing nor a database call.
      const id = await ports.pepper.verifyCallbackId(request.callbackId);
      if (id === undefined) return refuseCaller('id');
      const notification = ports.readNotification(request.body);
      if (notification.kind === 'notification') summary = summarized(notification, receivedAt);
      if (summary !== undefined && summary.newItemIds.length > 0) void ports.exchange.warm();
      view = await see(id, request.sealed, summary, receivedAt);
      if (view === undefined) return 'unsubscribe';
      if (!timingSafeEqual(sha256(request.sealed), view.sealedSha256)) return refuseCaller('segment');
      const ended = endedAnswer(view, receivedAt);
      if (ended !== undefined) return ended;
      if (notification.kind === 'unreadable')
        return await announceUnreadable(ports, view, notification.reason, receivedAt);
      return summary === undefined ? 'ok' : await handle(view, summary, request.sealed, receivedAt);
    } catch (error) {
      summary ??= summaryOf(request.body, receivedAt);
      return rescue(ports, { error, view, summary, receivedAt });
    }
  };

  function summaryOf(body: Uint8Array, receivedAt: EpochMs): Summary | undefined {
    const notification = ports.readNotification(body);
    return notification.kind === 'notification' ? summarized(notification, receivedAt) : undefined;
  }

  function summarized(notification: Parameters<typeof summarize>[0], receivedAt: EpochMs): Summary {
    return summarize(notification, receivedAt, ports.itemIds.folderIdSha256);
  }

  function refuseCaller(what: 'id' | 'segment'): CallbackAnswer {
    ports.metrics.count('CallbackRefused');
    ports.log.warn('callback-refused', { what });
    return 'forbidden';
  }

  function see(
    subscriptionId: SubscriptionId,
    sealed: string,
    summary: Summary | undefined,
    now: EpochMs,
  ): Promise<SubscriptionView | undefined> {
    return ports.store.see({
      subscriptionId,
      sealedSha256: sha256(sealed),
      now,
      watermark: summary?.watermark,
      folders: summary?.folders ?? [],
    });
  }

  async function handle(
    view: SubscriptionView,
    summary: Summary,
    sealed: string,
    now: EpochMs,
  ): Promise<CallbackAnswer> {
    const deadlineMs = now + settings.exchangeBudgetMs;
    const access = createMailboxAccess(ports, view, sealed, deadlineMs);
    try {
      return await answerEvents(
        ports,
        settings,
        beginHandling({ view, summary, sealed, now, deadlineMs, access }),
      );
    } finally {
      access.close();
    }
  }
}

/** Answer to a subscription that has already ended on our side; undefined while its events still count. */
function endedAnswer(view: SubscriptionView, now: EpochMs): CallbackAnswer | undefined {
  switch (view.state) {
    case 'rejected':
      return 'unsubscribe';
    case 'pending':
      return now - view.createdAt > PENDING_MS ? 'unsubscribe' : undefined;
    case 'superseded':
      return now - (view.supersededAt ?? view.createdAt) > SUPERSEDED_MS ? 'unsubscribe' : undefined;
    case 'active':
    case 'lost':
      return undefined;
  }
}

function sha256(sealed: string): Uint8Array {
  return createHash('sha256').update(sealed).digest();
}
