import { timingSafeEqual } from 'node:crypto';
import type { EpochMs, SubscriptionView } from '../../model/subscription.ts';
import type { CallbackAftermath } from '../../ports/store.ts';
import { newerUnread, type Unread } from '../../push/badge.ts';
import { type Deliveries, NO_DELIVERIES } from './deliver.ts';
import type { MailboxAccess } from './open-mailbox.ts';
import type { Summary } from './summarize.ts';

type Changes = {
  -readonly [Member in keyof Omit<CallbackAftermath, 'subscriptionId' | 'now'>]: CallbackAftermath[Member];
};

/** One callback while it is being handled: what it found, and what it has decided so far. */
export interface Handling {
  readonly view: SubscriptionView;
  /** This request's id, under which it may have claimed the credentials. */
  readonly claim: string;
  readonly summary: Summary;
  readonly sealed: string;
  readonly now: EpochMs;
  readonly deadlineMs: EpochMs;
  readonly access: MailboxAccess;
  /** The Inbox's unread count, where this request brings one. */
  readonly unread: Unread | undefined;
  /** Written at the end in one statement, where there is anything to write. */
  readonly changes: Changes;
  deliveries: Deliveries;
  /** New items of this request that the phones were told of. */
  announced: number;
  /** A new subscription has taken over during this request. */
  renewed: boolean;
  /** The mailbox has been looked for at another server during this request. */
  searched: boolean;
  /** The credentials are proven dead, and the phones have not been asked to sign in again yet. */
  asking: boolean;
  /** The phones have been asked to sign in again, and it is recorded. */
  signedOut: boolean;
  answer: 'ok' | 'unsubscribe';
}

export function beginHandling(
  parts: Pick<Handling, 'view' | 'claim' | 'summary' | 'sealed' | 'now' | 'deadlineMs' | 'access'>,
): Handling {
  return {
    ...parts,
    unread: reportedUnread(parts.view, parts.summary),
    changes: {},
    deliveries: NO_DELIVERIES,
    announced: 0,
    renewed: false,
    searched: false,
    asking: false,
    signedOut: false,
    answer: 'ok',
  };
}

/** The credentials worked: what was held against them, or against the subscription, is over. */
export function trust({ view, changes }: Handling): void {
  if (view.suspectSince !== undefined || view.state === 'lost') changes.trusted = true;
}

/** Unread count as the database knew it before this request. */
export function storedUnread(view: SubscriptionView): Unread | undefined {
  const { unread, unreadAt } = view.mailbox;
  return unread === undefined || unreadAt === undefined ? undefined : { count: unread, at: unreadAt };
}

/** The newest count that is known: from this request, or from a newer one that was handled already. */
export function knownUnread(handling: Handling): Unread | undefined {
  return newerUnread(storedUnread(handling.view), handling.unread);
}

function reportedUnread({ mailbox }: SubscriptionView, { folders }: Summary): Unread | undefined {
  const own = folders.find(({ folderSha256 }) => timingSafeEqual(folderSha256, mailbox.inboxSha256));
  return own === undefined ? undefined : { count: own.count, at: own.at };
}
