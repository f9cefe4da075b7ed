import { timingSafeEqual } from 'node:crypto';
import type { SubscriptionView } from '../../model/subscription.ts';
import type { CallbackPorts } from './ports.ts';

/** Whether a folder id, in either encoding, names the Inbox that was registered. */
export function isOwnInbox(
  ports: Pick<CallbackPorts, 'itemIds'>,
  view: SubscriptionView,
  folderId: string | undefined,
): boolean {
  return (
    folderId !== undefined &&
    timingSafeEqual(ports.itemIds.folderIdSha256(folderId), view.mailbox.inboxSha256)
  );
}

/** Exchange answered for somebody else: nothing of the answer is used, and the administrator hears of it. */
export function alarmOfStranger(ports: Pick<CallbackPorts, 'metrics' | 'log'>, view: SubscriptionView): void {
  ports.metrics.count('OwnerMismatch');
  ports.log.error('owner-mismatch', { subscriptionId: view.id });
}
