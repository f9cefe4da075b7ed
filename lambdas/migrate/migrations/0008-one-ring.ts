import type { Migration } from './migration.ts';

/**
 * Keeps phones of different people apart, and one mail to one notification.
 *
 * `unproven_since`: another registration has enabled the endpoint of this device again. The phone may have changed
 * hands, so the device gets nothing until it registers itself.
 * `credentials_version_hmac`: tells whether a registration brings the credentials that a subscription carries.
 * `item_claims`: which of several subscriptions of a mailbox announces an item that Exchange reports to each.
 * `departures`: devices that went because a mailbox has 20, until upkeep has told them.
 *
 * No free text: watermarks are stored as digests, cached URLs by grammar, key ids of previews encrypted.
 */
export const oneRing: Migration = {
  version: 8,
  name: 'one-ring',
  statements: [
    'ALTER TABLE devices ADD COLUMN unproven_since bigint',
    `ALTER TABLE subscriptions ADD COLUMN credentials_version_hmac bytea
       CHECK (octet_length(credentials_version_hmac) = 32)`,
    `CREATE TABLE item_claims (
       mailbox_id uuid NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
       item_sha256 bytea NOT NULL CHECK (octet_length(item_sha256) = 32),
       subscription_id uuid NOT NULL,
       claimed_at bigint NOT NULL,
       PRIMARY KEY (mailbox_id, item_sha256)
     )`,
    'CREATE INDEX item_claims_by_time ON item_claims (claimed_at)',
    `CREATE TABLE departures (
       registration_id uuid PRIMARY KEY,
       endpoint_id uuid NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
       left_at bigint NOT NULL
     )`,
    'CREATE INDEX departures_by_endpoint ON departures (endpoint_id)',
    'CREATE INDEX departures_by_time ON departures (left_at)',
    'DELETE FROM ews_url_cache',
    `ALTER TABLE ews_url_cache ADD CONSTRAINT ews_url_cache_grammar CHECK (
       domain ~ '^[a-z0-9.-]{1,253}$' AND ews_url ~ '^https?.//[][a-zA-Z0-9.:-]+(/[A-Za-z0-9._-]+)+$')`,
    'UPDATE subscriptions SET watermark = NULL, prev_watermark = NULL WHERE watermark IS NOT NULL',
    `UPDATE devices SET preview_key = preview_key - 'kid' WHERE preview_key ->> 'kid' IS NOT NULL`,
  ],
};
