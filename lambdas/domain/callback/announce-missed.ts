import { askUnread } from './ask-unread.ts';
import { addDeliveries } from './deliver.ts';
import { type Handling, storedUnread } from './handling.ts';
import type { CallbackPorts, CallbackSettings } from './ports.ts';
import { announceNeutral } from './rescue.ts';

/**
 * Something may have been missed: "New message", unless the unread count says that nothing came, so also where
 * nobody can tell it; Exchange reports what was missed no second time. Where no device shows a badge Exchange reports no reading and no deleting, and the stored count is old: there, as where none is
 * stored, any unread mail but those just announced may be the one that was missed.
 */
export async function announceIfUnreadRose(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<void> {
  const { view } = handling;
  const before = view.wantedEvents === 'mail' ? 0 : (storedUnread(view)?.count ?? 0);
  const now = await currentUnread(ports, settings, handling);
  if (handling.signedOut || (now !== undefined && now <= before + handling.announced)) return;
  handling.deliveries = addDeliveries(handling.deliveries, await announceNeutral(ports, view));
}

async function currentUnread(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<number | undefined> {
  const reported = handling.changes.unread ?? handling.unread;
  return (reported ?? (await askUnread(ports, settings, handling)))?.count;
}
