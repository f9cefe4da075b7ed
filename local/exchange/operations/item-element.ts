import type { Item, ItemKind } from '../mailbox/types.ts';
import { idElement, timeStamp } from '../notify/message.ts';
import { spellReference } from '../notify/spell.ts';
import { t } from '../soap/envelope.ts';
import type { XmlNode } from '../soap/xml-write.ts';
import type { OperationContext } from './context.ts';
import type { Shape } from './shape.ts';

interface Kind {
  readonly element: string;
  readonly itemClass: string;
  /** Has Sender, From and IsRead (a message, or built on one). */
  readonly isMessage: boolean;
}

const KINDS: Readonly<Record<ItemKind, Kind>> = {
  message: { element: 'Message', itemClass: 'IPM.Note', isMessage: true },
  meeting: { element: 'MeetingRequest', itemClass: 'IPM.Schedule.Meeting.Request', isMessage: true },
  appointment: { element: 'CalendarItem', itemClass: 'IPM.Appointment', isMessage: false },
  report: { element: 'Message', itemClass: 'REPORT.IPM.Note.NDR', isMessage: true },
  // Not in the published schema, yet seen on the wire.
  'report-item': { element: 'ReportItem', itemClass: 'REPORT.IPM.Note.NDR', isMessage: true },
  delayed: { element: 'ReportItem', itemClass: 'REPORT.IPM.Note.Delayed.DR', isMessage: true },
  delivered: { element: 'ReportItem', itemClass: 'REPORT.IPM.Note.DR', isMessage: true },
  'read-receipt': { element: 'ReportItem', itemClass: 'REPORT.IPM.Note.IPNRN', isMessage: true },
  post: { element: 'PostItem', itemClass: 'IPM.Post', isMessage: true },
  task: { element: 'Task', itemClass: 'IPM.Task', isMessage: false },
};

/** Properties of the Default shape, beside the id. */
const DEFAULTS = new Set([
  'item:Subject',
  'item:Sensitivity',
  'item:DateTimeReceived',
  'message:Sender',
  'message:From',
  'message:IsRead',
]);

/** The element of one item with the properties asked for, in the order of the schema. What does not apply is left out. */
export function itemElement(item: Item, shape: Shape, context: OperationContext): XmlNode {
  const { store, shown, modes } = context;
  const kind = KINDS[item.kind];
  const wants = (field: string) =>
    shape.fields.has(field) ||
    shape.base === 'AllProperties' ||
    (shape.base === 'Default' && DEFAULTS.has(field));
  const parts: XmlNode[] = [
    idElement('ItemId', spellReference(store.itemReference(shown, item), modes, 'answers')),
  ];
  const add = (field: string, build: () => XmlNode) => {
    if (wants(field)) parts.push(build());
  };
  const parent = () => spellReference(store.folderReference(shown, item.folder), modes, 'answers');
  add('item:ParentFolderId', () => idElement('ParentFolderId', parent()));
  add('item:ItemClass', () => t('ItemClass', kind.itemClass));
  if (item.subject !== undefined) add('item:Subject', () => t('Subject', item.subject ?? ''));
  add('item:Sensitivity', () => t('Sensitivity', item.sensitivity));
  add('item:Body', () => t('Body', item.body ?? '', { BodyType: 'Text' }));
  add('item:DateTimeReceived', () => t('DateTimeReceived', timeStamp(item.receivedAt)));
  add('item:Importance', () => t('Importance', 'Normal'));
  add('item:IsDraft', () => t('IsDraft', String(item.isDraft)));
  add('item:HasAttachments', () => t('HasAttachments', 'false'));
  add('item:ConversationId', () => idElement('ConversationId', { id: item.conversationId, changeKey: '' }));
  add('item:Preview', () => t('Preview', (item.body ?? '').slice(0, 255)));
  if (!kind.isMessage) return t(kind.element, parts);
  const { from } = item;
  if (item.kind === 'post') {
    if (from !== undefined) add('message:From', () => t('From', [recipient(from)]));
    add('message:IsRead', () => t('IsRead', String(item.isRead)));
    return t(kind.element, parts);
  }
  if (from !== undefined) {
    add('message:Sender', () => t('Sender', [recipient(from)]));
    add('message:From', () => t('From', [recipient(from)]));
  }
  add('message:IsRead', () => t('IsRead', String(item.isRead)));
  return t(kind.element, parts);
}

function recipient(from: NonNullable<Item['from']>): XmlNode {
  const parts: XmlNode[] = [];
  if (from.name !== undefined) parts.push(t('Name', from.name));
  if (from.address !== undefined) parts.push(t('EmailAddress', from.address), t('RoutingType', 'SMTP'));
  parts.push(t('MailboxType', 'OneOff'));
  return t('Mailbox', parts);
}
