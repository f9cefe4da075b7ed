import type { DeviceTarget } from '../../model/subscription.ts';
import type { Push } from '../../ports/push.ts';
import { badgeFor } from '../../push/badge.ts';
import {
  collapseKeyOf,
  countPush,
  neutralPush,
  newMailPush,
  splitAnnouncements,
} from '../../push/content-rules.ts';
import { type AlertQuota, alertQuota } from '../handling/alert-quota.ts';
import { addDeliveries, deliver } from '../handling/deliver.ts';
import { type Handling, knownUnread } from '../handling/handling.ts';
import type { Closed } from '../handling/open-mailbox.ts';
import type { CallbackPorts, CallbackSettings } from '../handling/ports.ts';
import { askToSignIn } from '../heal/ask-to-sign-in.ts';
import { judgeFailure, leaveAlone } from '../heal/judge-failure.ts';
import { rediscover } from '../heal/rediscover.ts';
import { askUnread } from './ask-unread.ts';
import { type Entry, entriesOf, neutralEntry } from './entries.ts';

type Fetched =
  | { readonly kind: 'entries'; readonly entries: readonly Entry[] }
  | { readonly kind: 'signed-out' };

/**
 * Announces every new item of the request on every device: with sender and subject where the
 * mail could be fetched as its owner, neutrally where not. No mail that Exchange reports goes unannounced.
 * Tells whether there was anything to announce: a new item may be a report, or gone already.
 */
export async function announceMails(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<'announced' | 'nothing' | 'signed-out'> {
  const quota = alertQuota(handling.view);
  if (quota !== 'open') return announceTogether(ports, handling, quota);
  const fetched = await fetchEntries(ports, settings, handling);
  if (fetched.kind === 'signed-out') return 'signed-out';
  if (fetched.entries.length === 0) return 'nothing';
  const unread = await unreadForBadge(ports, settings, handling);
  const { single, more } = splitAnnouncements(fetched.entries, settings.pushesPerRequest);
  const pushesFor = (device: DeviceTarget): readonly Push[] => {
    const badge = badgeFor(device, unread);
    const { preferences } = device;
    const singles = single.map(({ mail, collapseKey, itemId }) =>
      mail === undefined
        ? neutralPush({ collapseKey, badge, sound: preferences.sound, itemId })
        : newMailPush(mail, { preferences, ceiling: settings.contentCeiling, collapseKey, badge }),
    );
    const last = more.at(-1);
    if (last === undefined) return singles;
    return [
      ...singles,
      countPush(more.length, { collapseKey: last.collapseKey, badge, sound: preferences.sound }),
    ];
  };
  handling.announced = fetched.entries.length;
  handling.deliveries = addDeliveries(handling.deliveries, await deliver(ports, handling.view, pushesFor));
  const named = fetched.entries.filter((entry) => entry.mail !== undefined).length;
  if (named > 0) ports.metrics.count('MailAnnounced', named);
  const neutral = fetched.entries.length - named;
  if (neutral > 0) ports.metrics.count('NeutralAnnounced', neutral);
  return 'announced';
}

/** Too many alerts lately: one count, then upkeep tells it. Exchange is not asked, so that nobody makes us ask it. */
async function announceTogether(
  ports: CallbackPorts,
  handling: Handling,
  quota: Exclude<AlertQuota, 'open'>,
): Promise<'announced'> {
  const { view, summary } = handling;
  const count = summary.newItemIds.length + summary.refusedItems.length;
  handling.announced = count;
  ports.metrics.count('AlertsHeldBack', count);
  if (quota === 'spent') {
    handling.changes.owed = true;
    return 'announced';
  }
  ports.log.warn('too-many-alerts', { subscriptionId: view.id, count });
  const collapseKey = collapseKeyOf(`together:${view.mailbox.id}`);
  const badge = knownUnread(handling)?.count;
  const sent = await deliver(ports, view, (device) => [
    countPush(count, { collapseKey, badge: badgeFor(device, badge), sound: device.preferences.sound }),
  ]);
  handling.deliveries = addDeliveries(handling.deliveries, sent);
  return 'announced';
}

async function fetchEntries(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<Fetched> {
  const ids = handling.summary.newItemIds;
  const refused = handling.summary.refusedItems.map((collapseKey) => ({ collapseKey }));
  const neutral = (): Fetched => ({
    kind: 'entries',
    entries: [...ids.map((id) => neutralEntry(ports, id)), ...refused],
  });
  if (ids.length === 0) return neutral();
  const opened = await handling.access.open();
  if (!opened.ok) {
    logUnused(ports, handling, opened.closed);
    if (opened.closed === 'host-refused') leaveAlone(ports, handling);
    if (opened.closed === 'seal-broken' || opened.closed === 'key-retired') {
      // Only the phone can make a new subscription now: upkeep wakes it.
      handling.changes.lost = true;
      ports.metrics.count('KeyUnavailable');
    }
    return neutral();
  }
  const asked = ids.slice(0, settings.itemsPerFetch);
  const result = await opened.mailbox.mails(asked);
  if (result.ok)
    return {
      kind: 'entries',
      entries: [
        ...(await entriesOf(ports, handling, opened.mailbox, result.value)),
        ...rest(ports, settings, ids),
        ...refused,
      ],
    };
  switch (await judgeFailure(ports, settings, handling, result.failure)) {
    case 'neutral':
      return neutral();
    case 'sign-in':
      await askToSignIn(ports, handling);
      return handling.signedOut ? { kind: 'signed-out' } : neutral();
    case 'rediscover': {
      const moved = await rediscover(ports, settings, handling, result.failure.kind);
      if (moved) return fetchEntries(ports, settings, handling);
      return handling.signedOut ? { kind: 'signed-out' } : neutral();
    }
  }
}

/** Why the phones see "New message": the runbook starts from this line. */
function logUnused(ports: CallbackPorts, { view, now }: Handling, why: Closed): void {
  const until = why === 'quiet' ? view.quietUntil : why === 'suspect' ? view.nextTryAt : undefined;
  const minutes = until === undefined ? 0 : Math.max(0, Math.ceil((until - now) / 60_000));
  ports.log.warn('announced-without-content', { subscriptionId: view.id, why, pauseMinutes: minutes });
}

function rest(ports: CallbackPorts, settings: CallbackSettings, ids: readonly string[]): readonly Entry[] {
  return ids.slice(settings.itemsPerFetch).map((id) => neutralEntry(ports, id));
}

/** From the request where it says so, else asked for, and only where a device shows it. */
async function unreadForBadge(
  ports: CallbackPorts,
  settings: CallbackSettings,
  handling: Handling,
): Promise<number | undefined> {
  const wanted = handling.view.devices.some((device) => device.preferences.badge && device.endpointEnabled);
  if (!wanted || handling.unread !== undefined) return knownUnread(handling)?.count;
  return (await askUnread(ports, settings, handling))?.count;
}
