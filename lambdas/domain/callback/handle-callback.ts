import { hash, timingSafeEqual } from 'node:crypto';
import type { SubscriptionId } from '../model/ids.ts';
import type { EpochMs, SubscriptionView } from '../model/subscription.ts';
import { announceUnreadable, rescue } from './announce/rescue.ts';
import { answerEvents } from './answer-events.ts';
import { alertsOf } from './handling/alert-quota.ts';
import type { CallbackAnswer } from './handling/answer.ts';
import { beginHandling, type Handling } from './handling/handling.ts';
import { createMailboxAccess } from './handling/open-mailbox.ts';
import type { CallbackPorts, CallbackSettings } from './handling/ports.ts';
import type { Progress } from './handling/progress.ts';
import { type Summary, summarize } from './handling/summarize.ts';

export interface CallbackRequest {
  /** First path segment. */
  readonly callbackId: string;
  /** Second path segment. */
  readonly sealed: string;
  readonly body: Uint8Array;
}

const PENDING_MS = 5 * 60_000;
const SUPERSEDED_MS = 60 * 60_000;

/** One callback from its URL to its answer, whatever time that takes. Never throws while it is listened to. */
export async function handleCallback(
  ports: CallbackPorts,
  settings: CallbackSettings,
  request: CallbackRequest,
  progress: Progress,
): Promise<CallbackAnswer> {
  const { receivedAt } = progress;
  try {
    // Before anything else: a made-up id costs neither parsing nor a database call.
    const id = await ports.pepper.verifyCallbackId(request.callbackId);
    if (id === undefined) return 'forbidden';
    const notification = ports.readNotification(request.body);
    if (notification.kind === 'notification') progress.summary = summaryOf(ports, notification, receivedAt);
    const { summary } = progress;
    if (summary !== undefined && summary.newItemIds.length > 0) void ports.exchange.warm();
    const sealedSha256 = hash('sha256', request.sealed, 'buffer');
    const claim = ports.ids.uuid();
    const view = await see(ports, settings, { id, sealedSha256, claim, summary, now: receivedAt });
    if (view === undefined) return 'unsubscribe';
    if (!timingSafeEqual(sealedSha256, view.sealedSha256)) return 'forbidden';
    const ended = endedAnswer(view, receivedAt);
    if (ended !== undefined) return ended;
    progress.view = view;
    if (notification.kind === 'unreadable')
      return await announceUnreadable(ports, view, notification.reason, receivedAt);
    return summary === undefined
      ? 'ok'
      : await handle(ports, settings, { view, claim, summary }, request, progress);
  } catch (error) {
    if (progress.over) throw error;
    const { view } = progress;
    return rescue(ports, { error, view, summary: readSummary(ports, request, progress), receivedAt });
  }
}

/** What the request says, read now where it was not read yet; undefined where it cannot be read. */
export function readSummary(
  ports: Pick<CallbackPorts, 'readNotification' | 'itemIds'>,
  { body }: CallbackRequest,
  { summary, receivedAt }: Progress,
): Summary | undefined {
  if (summary !== undefined) return summary;
  const notification = ports.readNotification(body);
  return notification.kind === 'notification' ? summaryOf(ports, notification, receivedAt) : undefined;
}

function summaryOf(
  ports: Pick<CallbackPorts, 'itemIds'>,
  notification: Parameters<typeof summarize>[0],
  receivedAt: EpochMs,
): Summary {
  return summarize(notification, receivedAt, ports.itemIds.folderIdSha256);
}

function see(
  ports: CallbackPorts,
  settings: CallbackSettings,
  request: {
    readonly id: SubscriptionId;
    readonly sealedSha256: Uint8Array;
    readonly claim: string;
    readonly summary: Summary | undefined;
    readonly now: EpochMs;
  },
): Promise<SubscriptionView | undefined> {
  const { id, sealedSha256, claim, summary, now } = request;
  return ports.store.see({
    subscriptionId: id,
    sealedSha256,
    now,
    watermark: summary?.watermark,
    previousWatermark: summary?.previousWatermark,
    claim: { by: claim, leaseMs: settings.answerBudgetMs },
    alerts: summary === undefined ? 0 : alertsOf(summary, settings.pushesPerRequest),
    folders: summary?.folders ?? [],
  });
}

async function handle(
  ports: CallbackPorts,
  settings: CallbackSettings,
  { view, claim, summary }: Pick<Handling, 'view' | 'claim' | 'summary'>,
  { sealed }: CallbackRequest,
  progress: Progress,
): Promise<CallbackAnswer> {
  const now = progress.receivedAt;
  const deadlineMs = now + settings.exchangeBudgetMs;
  const leaseMs = settings.answerBudgetMs;
  const access = createMailboxAccess(ports, { view, sealed, claim: { by: claim, leaseMs }, deadlineMs });
  const handling = beginHandling({ view, claim, summary, sealed, now, deadlineMs, access });
  progress.handling = handling;
  try {
    return await answerEvents(ports, settings, handling);
  } finally {
    access.close();
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
