import type { HealthStore } from '#domain/ports/store.ts';
import type { Database } from './database.ts';
import { asRow, number, optional } from './row.ts';

/** Reads every subscription: for the deep check, which is rare, not for a callback. */
const HEALTH = `
  SELECT json_build_object(
    'newestKeyPairCreatedAt', (SELECT max(created_at) FROM key_pairs WHERE retired_at IS NULL),
    'oldestSeenAt', (SELECT min(last_seen_at) FROM subscriptions WHERE state = 'active'))::text`;

export function createHealthStore(database: Database): HealthStore {
  return {
    async health() {
      const [value] = await database.run(HEALTH);
      const row = asRow(value);
      return {
        newestKeyPairCreatedAt: optional(row, 'newestKeyPairCreatedAt', number),
        oldestSeenAt: optional(row, 'oldestSeenAt', number),
      };
    },
  };
}
