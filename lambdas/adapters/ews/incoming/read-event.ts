import { hash } from 'node:crypto';
import type { MailboxEvent } from '#domain/model/mailbox-event.ts';
import type { EpochMs } from '#domain/model/subscription.ts';
import { TYPES_NAMESPACE } from '../namespaces.ts';
import { isServerId, serverId, watermarkOf } from '../server-text.ts';
import { childOf, childText, type XmlElement } from '../xml.ts';

const TYPES: ReadonlyMap<string, MailboxEvent['type']> = new Map([
  ['StatusEvent', 'status'],
  ['NewMailEvent', 'new-mail'],
  ['CreatedEvent', 'created'],
  ['ModifiedEvent', 'modified'],
  ['MovedEvent', 'moved'],
  ['CopiedEvent', 'copied'],
  ['DeletedEvent', 'deleted'],
  ['FreeBusyChangedEvent', 'free-busy'],
]);

/** The instant of an xs:dateTime; Exchange writes UTC, so a missing zone is read as UTC. */
const DATE_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?$/;
const MAX_COUNT = 2_147_483_647;

/**
 * One child of Notification as an event (MS-OXWSNTIF, NotificationType); undefined for what is none. An event
 * of a kind unknown to us keeps its place and its watermark. Missing parts are left out, never guessed, and so is
 * what no server writes as an id or a watermark.
 */
export function readEvent(element: XmlElement): MailboxEvent | undefined {
  if (element.namespace !== TYPES_NAMESPACE || !element.name.endsWith('Event')) return undefined;
  const type = TYPES.get(element.name) ?? 'unknown';
  const target = readTarget(element);
  return {
    type,
    watermark: watermarkOf(childText(element, 'Watermark', TYPES_NAMESPACE)),
    at: readInstant(childText(element, 'TimeStamp', TYPES_NAMESPACE)),
    target,
    parentFolderId: serverId(idOf(element, 'ParentFolderId')),
    oldId: serverId(idOf(element, 'OldItemId') ?? idOf(element, 'OldFolderId')),
    oldParentFolderId: serverId(idOf(element, 'OldParentFolderId')),
    unreadCount: type === 'modified' && target?.kind === 'folder' ? readCount(element) : undefined,
  };
}

function readTarget(element: XmlElement): MailboxEvent['target'] {
  const item = idOf(element, 'ItemId');
  if (item !== undefined) return isServerId(item) ? { kind: 'item', id: item } : refusedItem(item);
  const folder = serverId(idOf(element, 'FolderId'));
  return folder === undefined ? undefined : { kind: 'folder', id: folder };
}

/** Something may have arrived, so that it is announced; its id goes no further. */
function refusedItem(id: string): MailboxEvent['target'] {
  return { kind: 'refused-item', sha256: hash('sha256', id, 'base64url') };
}

function idOf(element: XmlElement, name: string): string | undefined {
  return childOf(element, name, TYPES_NAMESPACE)?.attributes.Id?.trim() || undefined;
}

function readInstant(text: string | undefined): EpochMs | undefined {
  const [, seconds, fraction = '', zone = 'Z'] = DATE_TIME.exec(text ?? '') ?? [];
  if (seconds === undefined) return undefined;
  const instant = Date.parse(`${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`);
  return Number.isNaN(instant) ? undefined : instant;
}

function readCount(element: XmlElement): number | undefined {
  const text = childText(element, 'UnreadCount', TYPES_NAMESPACE);
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const count = Number(text);
  return count <= MAX_COUNT ? count : undefined;
}
