/** One push of every kind, for tests that go through all of them. */
import { asId, type RegistrationId } from '#domain/model/ids.ts';
import type { SnsPlatform } from '#domain/model/preferences.ts';
import type { NewMailPush, Push, PushTarget } from '#domain/ports/push.ts';

export const REGISTRATION = asId<RegistrationId>('8a1b6c58-6c1f-4a55-9f0f-2d8f4f1f8a10');

const ARN_PARTS = { apns: 'APNS', 'apns-sandbox': 'APNS_SANDBOX', fcm: 'GCM' } as const;

export function targetOn(platform: SnsPlatform): PushTarget<SnsPlatform> {
  return {
    registrationId: REGISTRATION,
    endpointArn: `arn:aws:sns:eu-central-1:123456789012:endpoint/${ARN_PARTS[platform]}/ens/4c0f7f0a-0000-4000-8000-000000000001`,
    platform,
  };
}

const mail: NewMailPush = {
  type: 'new-mail',
  sender: 'Ann Example',
  subject: 'Lunch on “Friday”? 🍜',
  count: 1,
  itemId: 'AAMkAGI1AAAt9AHkAAA=',
  thread: 'AAQkAGI1AAAQAHk=',
  collapseKey: 'r5b4wq7dXy8lY6oZ0m3nT1uV2wX3yZ4aB5cD6eF7gH8',
  badge: 3,
  sound: true,
};
const { sender, subject, thread, ...neutral } = mail;
const { itemId, ...anonymous } = neutral;

export const PUSHES = {
  'new-mail-full': mail,
  'new-mail-sender': { ...neutral, sender, thread },
  'new-mail-none': neutral,
  'new-mail-neutral': { ...anonymous, badge: undefined, sound: false },
  'new-mail-empty': { ...mail, sender: '', subject: '', thread: undefined },
  'new-mail-count': { ...anonymous, count: 7 },
  badge: { type: 'badge', badge: 2 },
  'sign-in': { type: 'sign-in' },
  wake: { type: 'wake' },
  'open-app': { type: 'open-app' },
} as const satisfies Record<string, Push>;

/** What stays outside when a preview travels sealed. */
export const PREVIEWED: NewMailPush = anonymous;
