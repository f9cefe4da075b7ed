import type { Mail, MailLookup } from '../../model/mail.ts';
import type { DeviceTarget } from '../../model/subscription.ts';
import type { Push } from '../../ports/push.ts';
import { badgeFor } from '../../push/badge.ts';
import {
  announces,
  collapseKeyOf,
  countPush,
  neutralPush,
  newMailPush,
  splitAnnouncements,
} from '../../push/content-rules.ts';
import { addDeliveries, deliver } from '../handling/deliver.ts';
import { type Handling, knownUnread, trust } from '../handling/handling.ts';
import { alarmOfStranger, isOwnInbox } from '../handling/own-inbox.ts';
import type { CallbackPorts, CallbackSettings } from '../handling/ports.ts';
import { askToSignIn } from '../heal/ask-to-sign-in.ts';
import { judgeFailure, leaveAlone } from '../heal/judge-failure.ts';
import { rediscover } from '../heal/rediscover.ts';
import { askUnread } from './ask-unread.ts';

/** One notification to come: about a mail, or about "a message" where nothing may or can be said of it. */
interface Entry {
  readonly collapseKey: string;
  readonly itemId?: string | undefined;
  readonly mail?: Mail | undefined;
}

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
      entries: [...entriesOf(ports, handling, result.value), ...rest(ports, settings, ids), ...refused],
    };
  switch (await judgeFailure(ports, handling, result.failure)) {
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

function rest(ports: CallbackPorts, settings: CallbackSettings, ids: readonly string[]): readonly Entry[] {
  return ids.slice(settings.itemsPerFetch).map((id) => neutralEntry(ports, id));
}

function neutralEntry(ports: Pick<CallbackPorts, 'itemIds'>, itemId: string): Entry {
  return { itemId, collapseKey: collapseKeyOf(ports.itemIds.canonical(itemId)) };
}

function entriesOf(
  ports: CallbackPorts,
  handling: Handling,
  lookups: readonly MailLookup[],
): readonly Entry[] {
  trust(handling);
  return lookups.flatMap((lookup) => entriesFor(ports, handling, lookup));
}

function entriesFor(ports: CallbackPorts, handling: Handling, lookup: MailLookup): readonly Entry[] {
  switch (lookup.kind) {
    case 'gone':
      return [];
    case 'unreadable':
      return [neutralEntry(ports, lookup.itemId)];
    case 'foreign':
      alarmOfStranger(ports, handling.view);
      return [neutralEntry(ports, lookup.itemId)];
    case 'mail':
      return entryOf(ports, handling, lookup.mail);
  }
}

/** A mail that does not lie in this mailbox's Inbox may be somebody else's: nothing of it is shown. */
function entryOf(ports: CallbackPorts, handling: Handling, mail: Mail): readonly Entry[] {
  const entry = neutralEntry(ports, mail.itemId);
  if (!isOwnInbox(ports, handling.view, mail.parentFolderId)) {
    alarmOfStranger(ports, handling.view);
    return [entry];
  }
  return announces(mail) ? [{ ...entry, mail }] : [];
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
