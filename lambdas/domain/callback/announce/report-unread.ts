import { badgePush, type Unread } from '../../push/badge.ts';
import { addDeliveries, deliver } from '../handling/deliver.ts';
import { type Handling, storedUnread } from '../handling/handling.ts';
import type { CallbackPorts, CallbackSettings } from '../handling/ports.ts';
import { hasNewItems } from '../handling/summarize.ts';
import { askUnread } from './ask-unread.ts';

/**
 * Badge-only pushes where mail was read, moved or deleted elsewhere, or a new item is none to announce but counts
 * as unread: one per device and request, and none
 * where the count is the one that the phones already show or an older one.
 */
export async function reportUnread(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<void> {
  const { view, summary } = handling;
  const wanted = view.devices.some((device) => device.preferences.badge && device.endpointEnabled);
  if (!wanted || !(summary.countMayDiffer || hasNewItems(summary))) return;
  // With more events to come, the next request brings the count.
  const seen =
    handling.unread ?? (summary.moreEvents ? undefined : await askUnread(ports, settings, handling));
  await showUnread(ports, handling, seen);
}

/** One badge per device, where this count is newer than the one that it shows, and another. */
export async function showUnread(
  ports: CallbackPorts,
  handling: Handling,
  seen: Unread | undefined,
): Promise<void> {
  const { view } = handling;
  const stored = storedUnread(view);
  const sent = await deliver(ports, view, (device) => {
    const push = badgePush(device, stored, seen);
    return push === undefined ? [] : [push];
  });
  if (sent.delivered > 0) ports.metrics.count('BadgeUpdated');
  // A badge that could not be sent is put right by the next one: it never makes Exchange repeat a request.
  handling.deliveries = addDeliveries(handling.deliveries, { ...sent, failed: 0 });
}
