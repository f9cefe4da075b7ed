import type { Migration } from './migration.ts';

/**
 * What a callback decides in its one statement: who may use the credentials now, when refused ones are tried again,
 * how many alerts are left, and how far the clock of Exchange is from ours. No index: these columns change all the time.
 */
export const claimsAndLimits: Migration = {
  version: 3,
  name: 'claims-and-limits',
  statements: [
    `ALTER TABLE subscriptions
       ADD COLUMN claimed_by uuid,
       ADD COLUMN claimed_until bigint,
       ADD COLUMN disordered_at bigint,
       ADD COLUMN tried_at bigint,
       ADD COLUMN refusals integer NOT NULL DEFAULT 0,
       ADD COLUMN next_try_at bigint,
       ADD COLUMN alerts_since bigint,
       ADD COLUMN alerts integer NOT NULL DEFAULT 0,
       ADD COLUMN clock_skew_ms bigint`,
  ],
};
