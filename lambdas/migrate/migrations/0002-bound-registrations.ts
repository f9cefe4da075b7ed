import type { Migration } from './migration.ts';

/**
 * Device ids under the pepper: their plain SHA-256 can be guessed where an app chose a name. What stands is
 * forgotten; such a device gets a new row, and a new registration id, with its next registration.
 *
 * `ended_registrations`: what was unregistered in the last minutes, so that a captured registration with an older
 * challenge does not bring it back.
 */
export const boundRegistrations: Migration = {
  version: 2,
  name: 'bound-registrations',
  statements: [
    `ALTER TABLE devices ADD COLUMN device_hmac bytea CHECK (octet_length(device_hmac) = 32)`,
    'ALTER TABLE devices ALTER COLUMN device_sha256 DROP NOT NULL',
    'UPDATE devices SET device_sha256 = NULL',
    'CREATE UNIQUE INDEX devices_by_installation ON devices (mailbox_id, device_hmac)',
    `CREATE TABLE ended_registrations (
       device_hmac bytea NOT NULL CHECK (octet_length(device_hmac) = 32),
       address_hmac bytea NOT NULL CHECK (octet_length(address_hmac) = 32),
       ended_at bigint NOT NULL,
       PRIMARY KEY (device_hmac, address_hmac)
     )`,
    'CREATE INDEX ended_registrations_by_time ON ended_registrations (ended_at)',
  ],
};
