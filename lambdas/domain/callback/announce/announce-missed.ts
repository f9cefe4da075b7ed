import { newerUnread } from '../../push/badge.ts';
import { alertQuota } from '../handling/alert-quota.ts';
import { addDeliveries } from '../handling/deliver.ts';
import { type Handling, storedUnread } from '../handling/handling.ts';
import type { CallbackPorts, CallbackSettings } from '../handling/ports.ts';
import { askUnread } from './ask-unread.ts';
import { showUnread } from './report-unread.ts';
import { announceNeutral } from './rescue.ts';

/** How long a count that was asked for says what was unread, where reading and deleting are not reported. */
const FRESH_MS = 5 * 60_000;

/**
 * Something may have been missed: "New message", unless the unread count says that nothing came, so also where
 * nobody can tell it; Exchange reports what was missed no second time.
 */
export async function announceIfUnreadRose(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<void> {
  const { view } = handling;
  const quota = alertQuota(view);
  if (quota === 'spent' || (quota === 'last' && handling.announced > 0)) {
    handling.changes.owed = true;
    return;
  }
  const before = unreadBefore(handling);
  const reported = handling.changes.unread ?? handling.unread;
  const now = reported ?? (await askUnread(ports, settings, handling));
  if (handling.signedOut) return;
  if (now === undefined || now.count > before + handling.announced) {
    const shown = now && newerUnread(storedUnread(view), now)?.count;
    const sent = await announceNeutral(ports, view, shown);
    handling.deliveries = addDeliveries(handling.deliveries, sent);
  } else if (reported === undefined) {
    // Asked for and stored, it would be taken for the one that is shown.
    await showUnread(ports, handling, now);
  }
}

/**
 * What was unread before. Where no device shows a badge Exchange reports no reading and no deleting, and the stored
 * count is soon old: then, as where none is stored, any unread mail but those just announced may be the missed one.
 * The count that one gap asked for serves those that follow, so that requests out of order are not three alarms.
 */
function unreadBefore({ view, now }: Handling): number {
  const stored = storedUnread(view);
  if (stored === undefined) return 0;
  return view.wantedEvents === 'mail-and-badge' || now - stored.at < FRESH_MS ? stored.count : 0;
}
