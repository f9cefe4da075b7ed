import { BUDGETS } from '#contract';
import type { IncomingNotification, NotificationMessage } from '#domain/model/mailbox-event.ts';
import { consequenceOfPushed, spokenCode } from '../error-codes.ts';
import { MESSAGES_NAMESPACE, SOAP_NAMESPACE, TYPES_NAMESPACE } from '../namespaces.ts';
import { watermarkOf } from '../server-text.ts';
import { childOf, childText, readXml, type XmlElement, type XmlLimits } from '../xml.ts';
import { readEvent } from './read-event.ts';

/** An event has seven elements and its ids, in Base64, stay below 1 KB: a body of full size stays within these. */
export const CALLBACK_BODY: XmlLimits = {
  maxBytes: BUDGETS.callbackBodyBytes,
  maxDepth: 24,
  maxMarkup: 40_000,
  maxReferences: 2_000,
  maxStops: 100_000,
  maxAttributes: 32,
  maxAttributeLength: 4_096,
};

/**
 * Reads the body of a callback: a SendNotification request (MS-OXWSPSNTIF) in any dialect of SOAP 1.1, by
 * namespace and local name, its messages and events in the order in which Exchange wrote them. Which
 * subscription it is about says the URL: an error message may not name any. Never throws.
 */
export function readNotification(body: string | Uint8Array): IncomingNotification {
  const document = readXml(body, CALLBACK_BODY);
  if (!document.ok) return { kind: 'unreadable', reason: document.fault };
  const list = responseMessages(document.root);
  if (list.length === 0) return { kind: 'unreadable', reason: 'not-a-notification' };
  return { kind: 'notification', messages: list.flatMap(readMessage) };
}

function responseMessages(root: XmlElement): readonly XmlElement[] {
  if (root.namespace !== SOAP_NAMESPACE || root.name !== 'Envelope') return [];
  const body = childOf(root, 'Body', SOAP_NAMESPACE);
  const request = childOf(body, 'SendNotification', MESSAGES_NAMESPACE);
  const list = childOf(request, 'ResponseMessages', MESSAGES_NAMESPACE);
  return (list?.children ?? []).filter(
    ({ name, namespace }) => name === 'SendNotificationResponseMessage' && namespace === MESSAGES_NAMESPACE,
  );
}

/** One or two: a message of class Error that brings events all the same loses neither. */
function readMessage(message: XmlElement): readonly NotificationMessage[] {
  const notification = childOf(message, 'Notification', MESSAGES_NAMESPACE);
  const events = notification && [readEvents(notification)];
  const { code } = spokenCode(message);
  const failed =
    message.attributes.ResponseClass === 'Error' || (notification === undefined && code !== 'NoError');
  if (!failed) return events ?? [{ kind: 'events', moreEvents: false, events: [] }];
  return [...(events ?? []), { kind: 'error', code, consequence: consequenceOfPushed(code) }];
}

function readEvents(notification: XmlElement): NotificationMessage {
  const more = childText(notification, 'MoreEvents', TYPES_NAMESPACE);
  return {
    kind: 'events',
    previousWatermark: watermarkOf(childText(notification, 'PreviousWatermark', TYPES_NAMESPACE)),
    moreEvents: more === 'true' || more === '1',
    events: notification.children.flatMap((child) => readEvent(child) ?? []),
  };
}
