import type { Mail, MailLookup } from '../../model/mail.ts';
import type { ExchangeMailbox } from '../../ports/exchange.ts';
import { announces, collapseKeyOf } from '../../push/content-rules.ts';
import { type Handling, trust } from '../handling/handling.ts';
import { alarmOfStranger, isOwnInbox } from '../handling/own-inbox.ts';
import type { CallbackPorts } from '../handling/ports.ts';

/** One notification to come: about a mail, or about "a message" where nothing may or can be said of it. */
export interface Entry {
  readonly collapseKey: string;
  readonly itemId?: string | undefined;
  readonly mail?: Mail | undefined;
}

export function neutralEntry(ports: Pick<CallbackPorts, 'itemIds'>, itemId: string): Entry {
  return { itemId, collapseKey: collapseKeyOf(ports.itemIds.canonical(itemId)) };
}

/** What is announced of the items that Exchange answered about. Alarms where it answered for somebody else. */
export async function entriesOf(
  ports: CallbackPorts,
  handling: Handling,
  mailbox: ExchangeMailbox,
  lookups: readonly MailLookup[],
): Promise<readonly Entry[]> {
  trust(handling);
  const owner = await ownerOf(ports, handling, mailbox, lookups);
  if (owner === 'somebody-else') alarmOfStranger(ports, handling.view);
  return lookups.flatMap((lookup) => entriesFor(ports, handling, lookup, owner));
}

type Owner = 'as-registered' | 'somebody-else';

/**
 * Whose items these are. A mail in another folder was moved by a rule and kept its id, if the same connection shows
 * the Inbox that was registered.
 */
async function ownerOf(
  ports: CallbackPorts,
  handling: Handling,
  mailbox: ExchangeMailbox,
  lookups: readonly MailLookup[],
): Promise<Owner> {
  if (lookups.some(({ kind }) => kind === 'foreign')) return 'somebody-else';
  if (
    !lookups.some((lookup) => lookup.kind === 'mail' && placeOf(ports, handling, lookup.mail) === 'elsewhere')
  )
    return 'as-registered';
  const inbox = await mailbox.inbox();
  return inbox.ok && isOwnInbox(ports, handling.view, inbox.value.folderId)
    ? 'as-registered'
    : 'somebody-else';
}

function placeOf(
  ports: Pick<CallbackPorts, 'itemIds'>,
  { view }: Handling,
  { parentFolderId }: Mail,
): 'inbox' | 'elsewhere' | 'unknown' {
  // Some servers leave it out.
  if (parentFolderId === undefined) return 'unknown';
  return isOwnInbox(ports, view, parentFolderId) ? 'inbox' : 'elsewhere';
}

function entriesFor(
  ports: CallbackPorts,
  handling: Handling,
  lookup: MailLookup,
  owner: Owner,
): readonly Entry[] {
  switch (lookup.kind) {
    case 'gone':
      return [];
    case 'unreadable':
    case 'foreign':
      return [neutralEntry(ports, lookup.itemId)];
    case 'mail':
      return entryOf(ports, handling, lookup.mail, owner);
  }
}

/** Of a mail that does not lie in this mailbox's Inbox nothing is shown. */
function entryOf(ports: CallbackPorts, handling: Handling, mail: Mail, owner: Owner): readonly Entry[] {
  const entry = neutralEntry(ports, mail.itemId);
  const place = placeOf(ports, handling, mail);
  if (place === 'elsewhere' && owner === 'somebody-else') return [entry];
  if (!announces(mail)) return [];
  return [place === 'inbox' ? { ...entry, mail } : entry];
}
