/** Badge numbers: absolute, summed over the phone's mailboxes, never older than one already sent. */
import type { MailboxEvent } from '../model/mailbox-event.ts';
import type { DeviceTarget, EpochMs } from '../model/subscription.ts';
import type { Push } from '../ports/push.ts';

/** An unread count of one mailbox and when Exchange reported it. */
export interface Unread {
  readonly count: number;
  readonly at: EpochMs;
}

/**
 * A count that was asked for at `now`, on the scale of Exchange's events: their times have whole seconds, so a
 * count with milliseconds would look newer than the event that changed it in the same second.
 */
export function askedUnread(count: number, now: EpochMs): Unread {
  return { count, at: Math.floor(now / 1000) * 1000 };
}

/** What one request says of one folder: not every folder that an Inbox's subscription names is the Inbox. */
export interface FolderUnread extends Unread {
  /** SHA-256 of the folder's id in canonical form. */
  readonly folderSha256: Uint8Array;
}

/**
 * The newest unread count of each folder among the events of one request, so that many read, moved or deleted
 * mails make one badge. Events without a time count as `receivedAt`; of two at the same time the later in order
 * wins. A count that names no folder is nobody's.
 */
export function latestUnread(
  events: readonly MailboxEvent[],
  receivedAt: EpochMs,
  folderIdSha256: (id: string) => Uint8Array,
): readonly FolderUnread[] {
  const latest = new Map<string, FolderUnread>();
  for (const { unreadCount: count, at = receivedAt, target } of events) {
    if (count === undefined || target?.kind !== 'folder') continue;
    const folderSha256 = folderIdSha256(target.id);
    const key = Buffer.from(folderSha256).toString('base64');
    const before = latest.get(key);
    if (before === undefined || at >= before.at) latest.set(key, { folderSha256, count, at });
  }
  return [...latest.values()];
}

/** What counts after `seen` arrived: an older report never replaces a newer one. */
export function newerUnread(stored: Unread | undefined, seen: Unread | undefined): Unread | undefined {
  if (stored === undefined || seen === undefined) return seen ?? stored;
  return seen.at >= stored.at ? seen : stored;
}

type BadgeDevice = Pick<DeviceTarget, 'unreadElsewhere'> & {
  readonly preferences: Pick<DeviceTarget['preferences'], 'badge'>;
};

/** The number for this device's icon; undefined leaves the icon as it is (no badge wanted, or count unknown). */
export function badgeFor(device: BadgeDevice, unread: number | undefined): number | undefined {
  if (!device.preferences.badge || unread === undefined) return undefined;
  return Math.max(0, Math.trunc(unread)) + Math.max(0, Math.trunc(device.unreadElsewhere));
}

/**
 * The badge-only push for one device, or undefined where none is due: no badge wanted, nothing reported,
 * the report is older than what was sent, or the count is the one the phone already has.
 */
export function badgePush(
  device: BadgeDevice,
  stored: Unread | undefined,
  seen: Unread | undefined,
): Extract<Push, { type: 'badge' }> | undefined {
  if (seen === undefined || (stored !== undefined && (seen.at < stored.at || seen.count === stored.count))) {
    return undefined;
  }
  const badge = badgeFor(device, seen.count);
  return badge === undefined ? undefined : { type: 'badge', badge };
}
