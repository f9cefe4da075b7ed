import type { EventType, ObjectReference } from '../mailbox/types.ts';
import { m, pushEnvelope, t } from '../soap/envelope.ts';
import type { XmlNode } from '../soap/xml-write.ts';

/** One event as it is pushed: ids already in the spelling of the server, with its watermark. */
export interface PushedEvent {
  readonly type: EventType | 'StatusEvent';
  readonly watermark: string;
  readonly at: number;
  readonly kind?: 'item' | 'folder' | undefined;
  readonly target?: ObjectReference | undefined;
  readonly parent?: ObjectReference | undefined;
  readonly old?: { readonly target: ObjectReference; readonly parent: ObjectReference } | undefined;
  readonly unreadCount?: number | undefined;
}

export interface Notification {
  readonly subscriptionId: string;
  readonly previousWatermark: string;
  readonly moreEvents: boolean;
  readonly events: readonly PushedEvent[];
}

/** A SendNotification with one Success message (MS-OXWSPSNTIF 3.1.4.1). */
export function notificationMessage(version: string, notification: Notification): XmlNode {
  return sendNotification(version, 'Success', [
    m('ResponseCode', 'NoError'),
    m('Notification', [
      t('SubscriptionId', notification.subscriptionId),
      t('PreviousWatermark', notification.previousWatermark),
      t('MoreEvents', String(notification.moreEvents)),
      ...notification.events.map(eventElement),
    ]),
  ]);
}

/** A SendNotification with an Error message: no Notification; the id, if any, only in MessageXml. */
export function errorMessage(
  version: string,
  code: string,
  text: string,
  subscriptionId: string | undefined,
): XmlNode {
  const id =
    subscriptionId === undefined
      ? []
      : [m('MessageXml', [t('Value', subscriptionId, { Name: 'SubscriptionId' })])];
  return sendNotification(version, 'Error', [
    m('MessageText', text),
    m('ResponseCode', code),
    m('DescriptiveLinkKey', '0'),
    ...id,
  ]);
}

function sendNotification(version: string, responseClass: string, content: readonly XmlNode[]): XmlNode {
  const message = m('SendNotificationResponseMessage', content, { ResponseClass: responseClass });
  return pushEnvelope(version, m('SendNotification', [m('ResponseMessages', [message])]));
}

function eventElement(event: PushedEvent): XmlNode {
  const parts = [t('Watermark', event.watermark)];
  if (event.type === 'StatusEvent') return t('StatusEvent', parts);
  parts.push(t('TimeStamp', timeStamp(event.at)));
  const name = event.kind === 'folder' ? 'FolderId' : 'ItemId';
  if (event.target !== undefined) parts.push(idElement(name, event.target));
  if (event.parent !== undefined) parts.push(idElement('ParentFolderId', event.parent));
  if (event.old !== undefined) {
    parts.push(idElement(`Old${name}`, event.old.target), idElement('OldParentFolderId', event.old.parent));
  }
  if (event.type === 'ModifiedEvent' && event.kind === 'folder' && event.unreadCount !== undefined) {
    parts.push(t('UnreadCount', String(event.unreadCount)));
  }
  return t(event.type, parts);
}

/** `ChangeKey` is left out where it is empty. */
export function idElement(name: string, reference: ObjectReference): XmlNode {
  const attributes: Record<string, string> = { Id: reference.id };
  if (reference.changeKey !== '') attributes.ChangeKey = reference.changeKey;
  return t(name, [], attributes);
}

/** Instants as Exchange writes them: UTC, whole seconds. */
export function timeStamp(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
