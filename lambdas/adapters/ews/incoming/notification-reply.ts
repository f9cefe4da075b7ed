import { MESSAGES_NAMESPACE, SOAP_NAMESPACE } from '../namespaces.ts';

/** `OK` keeps the subscription, `Unsubscribe` ends it at once; Exchange knows no third value. */
export type SubscriptionStatus = 'OK' | 'Unsubscribe';

/** Body of the answer to SendNotification (MS-OXWSPSNTIF, SendNotificationResult): SOAP 1.1, UTF-8, no BOM. */
export function notificationReply(status: SubscriptionStatus): string {
  return [
    '<?xml version="1.0"?>',
    `<s:Envelope xmlns:s="${SOAP_NAMESPACE}"><s:Body>`,
    `<SendNotificationResult xmlns="${MESSAGES_NAMESPACE}">`,
    `<SubscriptionStatus>${status}</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>`,
  ].join('\n');
}
