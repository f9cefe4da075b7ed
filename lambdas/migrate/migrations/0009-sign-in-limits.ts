import type { Migration } from './migration.ts';

/**
 * Failed sign-ins counted in one row per key, so that parallel registrations queue up behind its lock: times of the last
 * failures, and how many the newest registration was allowed. Rows of the former kind (one per failure) end by age.
 *
 * `account_hmac`: whom a device signed in as, under the pepper: such a device is not counted with callers unknown.
 */
export const signInLimits: Migration = {
  version: 9,
  name: 'sign-in-limits',
  statements: [
    'ALTER TABLE login_failures ADD COLUMN failures bigint[], ADD COLUMN granted integer',
    'CREATE UNIQUE INDEX login_failures_by_key ON login_failures (user_hmac) WHERE failures IS NOT NULL',
    'ALTER TABLE devices ADD COLUMN account_hmac bytea CHECK (octet_length(account_hmac) = 32)',
  ],
};
