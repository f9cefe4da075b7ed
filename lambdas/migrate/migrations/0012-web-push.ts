import type { Migration } from './migration.ts';

/** `endpoint_arn` of the platform `webpush` holds the subscription, encrypted under a key that the pepper derives. */
export const webPush: Migration = {
  version: 12,
  name: 'web-push',
  statements: [
    'ALTER TABLE endpoints DROP CONSTRAINT endpoints_platform_check',
    `ALTER TABLE endpoints ADD CONSTRAINT endpoints_platform_check
       CHECK (platform IN ('apns', 'apns-sandbox', 'fcm', 'webpush'))`,
  ],
};
