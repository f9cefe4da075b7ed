/** Message attributes with which SNS is told how to deliver. https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { SnsPlatform } from '#domain/model/preferences.ts';

export interface Delivery {
  readonly pushType: 'alert' | 'background';
  readonly priority: 5 | 10;
  /** 0: now or never. */
  readonly ttlSeconds: number;
  /** ASCII, 64 bytes at most. */
  readonly collapseId: string;
}

/** Key of the platform's payload inside an SNS message; also the platform's name inside an ARN. */
export const MESSAGE_KEYS = {
  apns: 'APNS',
  'apns-sandbox': 'APNS_SANDBOX',
  fcm: 'GCM',
} as const satisfies Record<SnsPlatform, string>;

/** Only the time to live differs in name between production and sandbox. */
export function apnsAttributes(
  platform: 'apns' | 'apns-sandbox',
  delivery: Delivery,
): Record<string, MessageAttributeValue> {
  return {
    'AWS.SNS.MOBILE.APNS.PUSH_TYPE': text(delivery.pushType),
    'AWS.SNS.MOBILE.APNS.PRIORITY': text(String(delivery.priority)),
    'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': text(delivery.collapseId),
    [`AWS.SNS.MOBILE.${MESSAGE_KEYS[platform]}.TTL`]: text(String(delivery.ttlSeconds)),
  };
}

export function fcmAttributes(ttlSeconds: number): Record<string, MessageAttributeValue> {
  return { 'AWS.SNS.MOBILE.FCM.TTL': text(String(ttlSeconds)) };
}

function text(value: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: value };
}
