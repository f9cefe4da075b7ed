/** What the CPU of a warm callback is measured against: the same work written down bare, with a push by SNS. */
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { type BareDevice, OK_ANSWER, readMail } from './bare-mail.ts';
import type { CallbackEvent } from './see.ts';

const sns = new SNSClient({});

export async function handler(event: CallbackEvent): Promise<object> {
  const { devices, sender, subject, itemId, unread } = await readMail(event);
  await Promise.all(devices.map((device) => publish(device, sender, subject, itemId, unread)));
  return OK_ANSWER;
}

async function publish(
  { endpointArn, registrationId }: BareDevice,
  sender: string,
  subject: string,
  itemId: string,
  badge: number,
): Promise<void> {
  const payload = {
    aps: {
      alert: { title: sender, body: subject },
      badge,
      sound: 'default',
      'thread-id': registrationId,
      category: 'ens-new-mail',
      'mutable-content': 1,
    },
    ens: { v: 1, type: 'new-mail', mailbox: registrationId, item: itemId },
  };
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  await sns.send(
    new PublishCommand({
      TargetArn: endpointArn,
      MessageStructure: 'json',
      Message: JSON.stringify({ default: 'New message', APNS: JSON.stringify(payload) }),
      MessageAttributes: {
        'AWS.SNS.MOBILE.APNS.PUSH_TYPE': text('alert'),
        'AWS.SNS.MOBILE.APNS.PRIORITY': text('10'),
        'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': text(itemId.slice(0, 43)),
        'AWS.SNS.MOBILE.APNS.TTL': text('86400'),
      },
    }),
  );
}
