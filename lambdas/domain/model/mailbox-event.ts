import type { EpochMs } from './subscription.ts';

/** One thing that happened in the watched Inbox, in the order in which Exchange reported it. */
export interface MailboxEvent {
  readonly type:
    | 'status'
    | 'new-mail'
    | 'created'
    | 'modified'
    | 'moved'
    | 'copied'
    | 'deleted'
    | 'free-busy'
    | 'unknown';
  readonly watermark?: string | undefined;
  readonly at?: EpochMs | undefined;
  readonly target?:
    | { readonly kind: 'item' | 'folder'; readonly id: string }
    /** An item whose id no server would write. It is announced and never asked for; `sha256` tells it from others. */
    | { readonly kind: 'refused-item'; readonly sha256: string }
    | undefined;
  readonly parentFolderId?: string | undefined;
  readonly oldId?: string | undefined;
  readonly oldParentFolderId?: string | undefined;
  /** The folder's own count, on the folder's modified event only. */
  readonly unreadCount?: number | undefined;
}

/** Consequence of an error that Exchange pushes instead of events. */
export type PushedErrorConsequence =
  /** The subscription no longer exists in Exchange: subscribe again, without a watermark. */
  | 'subscribe-again'
  /** As above, but the mailbox may live elsewhere now: discover its server first. */
  | 'rediscover'
  /** The server says that it has no such mailbox: discover, subscribe there; end nothing on this word alone. */
  | 'no-mailbox'
  /** Busy or a passing fault: the subscription lives on. Counted. */
  | 'wait'
  /** These credentials or this mailbox may be gone: Exchange itself is asked. */
  | 'credentials-dead'
  /** Exchange holds these credentials for somebody else's: leave it alone for a while, alarm, end nothing. */
  | 'denied'
  /** Nothing we know: handled like `wait`, counted. */
  | 'unknown';

export type NotificationMessage =
  | {
      readonly kind: 'events';
      readonly previousWatermark?: string | undefined;
      readonly moreEvents: boolean;
      readonly events: readonly MailboxEvent[];
    }
  | { readonly kind: 'error'; readonly code: string; readonly consequence: PushedErrorConsequence };

/** The body of one callback, read. */
export type IncomingNotification =
  | { readonly kind: 'notification'; readonly messages: readonly NotificationMessage[] }
  | {
      readonly kind: 'unreadable';
      readonly reason: 'too-large' | 'doctype' | 'too-deep' | 'malformed' | 'not-a-notification';
    };
