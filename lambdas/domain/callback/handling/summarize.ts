import type {
  IncomingNotification,
  MailboxEvent,
  NotificationMessage,
  PushedErrorConsequence,
} from '../../model/mailbox-event.ts';
import type { EpochMs } from '../../model/subscription.ts';
import { type FolderUnread, latestUnread } from '../../push/badge.ts';

/** What one callback asks of us, all its messages and events taken together. */
export interface Summary {
  /** Status events alone: nothing happened, the subscription lives. */
  readonly heartbeat: boolean;
  /** New items in order of occurrence, each once. */
  readonly newItemIds: readonly string[];
  /** Collapse keys of new items whose ids were refused, each once: announced without being asked for. */
  readonly refusedItems: readonly string[];
  /** Something was read, moved, deleted or changed, so that the count may differ. */
  readonly countMayDiffer: boolean;
  /** Newest count of each folder that was reported; which one is the Inbox only its row can tell. */
  readonly folders: readonly FolderUnread[];
  /** Last watermark, the one that the next request will name as the previous one. */
  readonly watermark: string | undefined;
  readonly previousWatermark: string | undefined;
  /** Undefined where no event says when it happened, or none says it credibly. */
  readonly oldestEventAt: EpochMs | undefined;
  readonly moreEvents: boolean;
  readonly pushedError: { readonly code: string; readonly consequence: PushedErrorConsequence } | undefined;
}

const COUNT_CHANGES: ReadonlySet<MailboxEvent['type']> = new Set(['modified', 'moved', 'deleted']);

/** Most serious first: with several errors in one request the first of this list decides. */
const SEVERITY: readonly PushedErrorConsequence[] = [
  'credentials-dead',
  'rediscover',
  'subscribe-again',
  'no-mailbox',
  'denied',
  'wait',
  'unknown',
];

export function summarize(
  notification: Extract<IncomingNotification, { kind: 'notification' }>,
  receivedAt: EpochMs,
  folderIdSha256: (id: string) => Uint8Array,
): Summary {
  const blocks = notification.messages.filter(isEvents);
  const events = blocks.flatMap((block) => block.events);
  const real = events
    .filter((event) => event.type !== 'status')
    .map((event) => ({ ...event, at: plausible(event.at, receivedAt) }));
  const newItems = real.flatMap(({ type, target }) =>
    type === 'new-mail' && target !== undefined ? [target] : [],
  );
  const times = real.flatMap((event) => (event.at === undefined ? [] : [event.at]));
  return {
    heartbeat: real.length === 0 && blocks.length === notification.messages.length,
    newItemIds: unique(newItems.flatMap((target) => (target.kind === 'item' ? [target.id] : []))),
    refusedItems: unique(
      newItems.flatMap((target) => (target.kind === 'refused-item' ? [target.sha256] : [])),
    ),
    countMayDiffer: real.some((event) => COUNT_CHANGES.has(event.type)),
    folders: latestUnread(real, receivedAt, folderIdSha256),
    watermark: events.findLast((event) => event.watermark !== undefined)?.watermark,
    previousWatermark: blocks.find((block) => block.previousWatermark !== undefined)?.previousWatermark,
    oldestEventAt: times.length === 0 ? undefined : Math.min(...times),
    moreEvents: blocks.at(-1)?.moreEvents === true,
    pushedError: notification.messages
      .filter((message) => message.kind === 'error')
      .sort((a, b) => SEVERITY.indexOf(a.consequence) - SEVERITY.indexOf(b.consequence))[0],
  };
}

/** Whether there is anything new to announce. */
export function hasNewItems({ newItemIds, refusedItems }: Summary): boolean {
  return newItemIds.length > 0 || refusedItems.length > 0;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** More than a badly set clock explains: taken at its word, such a time would stay newest and youngest for ever. */
const CLOCK_SKEW_MS = 5 * 60_000;

function plausible(at: EpochMs | undefined, receivedAt: EpochMs): EpochMs | undefined {
  return at === undefined || at > receivedAt + CLOCK_SKEW_MS ? undefined : at;
}

function isEvents(message: NotificationMessage): message is Extract<NotificationMessage, { kind: 'events' }> {
  return message.kind === 'events';
}
