import type { UpkeepStore } from '#domain/ports/upkeep-store.ts';
import type { Database } from './database.ts';
import { noted } from './revocations.ts';
import { asRow, boolean, number, optional } from './row.ts';

const NEWEST = `
  SELECT json_build_object('createdAt', max(created_at))::text FROM key_pairs WHERE retired_at IS NULL`;

/** The row of `upkeep_state` is what two runs at once contend for: its lock lets the second see the first. */
const ADD = `
  WITH claim AS (
    INSERT INTO upkeep_state AS state (name, value, changed_at)
    VALUES ('newest-key-pair', :id::text, :created_at::bigint)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
     WHERE state.changed_at <= :unless::bigint
        OR NOT EXISTS (SELECT 1 FROM key_pairs WHERE retired_at IS NULL AND created_at > :unless::bigint)
    RETURNING name
  ), added AS (
    INSERT INTO key_pairs (id, public_key, wrapped_private_key, created_at)
    SELECT :id::uuid, :public_key::bytea, :wrapped::bytea, :created_at::bigint FROM claim
     WHERE NOT EXISTS (SELECT 1 FROM key_pairs WHERE retired_at IS NULL AND created_at > :unless::bigint)
    RETURNING id
  )
  SELECT json_build_object('added', EXISTS (SELECT 1 FROM added))::text`;

const DELETE_UNUSED = `
  WITH gone AS (
    DELETE FROM key_pairs k
     WHERE k.created_at < :before::bigint
       AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.key_pair_id = k.id)
       AND k.id IS DISTINCT FROM (SELECT id FROM key_pairs WHERE retired_at IS NULL
                                   ORDER BY created_at DESC, id LIMIT 1)
    RETURNING k.id
  )
  SELECT json_build_object('count', count(*))::text FROM gone`;

const ON_OLD_PAIRS = `
  SELECT json_build_object('count', count(*))::text FROM (
    SELECT 1 FROM key_pairs k JOIN subscriptions s ON s.key_pair_id = k.id
     WHERE k.created_at < :before::bigint AND s.state IN ('active', 'lost') AND s.ended_at IS NULL
     LIMIT 100000) hanging`;

const RETIRE = `
  WITH retired AS (
    UPDATE key_pairs SET retired_at = coalesce(retired_at, :now::bigint) WHERE id = :id::uuid RETURNING id
  ), ${noted('key-pair', 'retired')}
  SELECT NULL::text`;

/** With their half of the seal goes every use that the private key could still have. One batch. */
const LOSE = `
  WITH chosen AS (
    SELECT id, row_number() OVER () AS place FROM (
      SELECT id FROM subscriptions
       WHERE key_pair_id = :id::uuid AND ended_at IS NULL LIMIT 5000) batch
  ), ended AS (
    UPDATE subscriptions s
       SET ended_at = :now::bigint, inner_key = NULL, inner_jwe = NULL,
           state = CASE WHEN s.state = 'active' THEN 'lost' ELSE s.state END,
           lost_at = CASE WHEN s.state = 'active' THEN :now::bigint ELSE s.lost_at END,
           wake_stage = 0,
           wake_due_at = CASE WHEN s.state IN ('active', 'lost') THEN :now::bigint + 5000 * ((
             (SELECT count(*) FROM subscriptions WHERE wake_due_at >= :now::bigint) + chosen.place - 1) / 100) END
      FROM chosen WHERE s.id = chosen.id
    RETURNING s.state
  )
  SELECT json_build_object('count', count(*), 'lost', count(*) FILTER (WHERE state = 'lost'))::text FROM ended`;

type KeyUpkeep = Pick<
  UpkeepStore,
  | 'addKeyPair'
  | 'newestKeyPairCreatedAt'
  | 'deleteUnusedKeyPairs'
  | 'subscriptionsOnOldKeyPairs'
  | 'retireKeyPair'
>;

export function createKeyUpkeep(database: Database): KeyUpkeep {
  return {
    async addKeyPair(pair) {
      const [row] = await database.run(ADD, {
        id: pair.id,
        public_key: pair.publicKey,
        wrapped: pair.wrappedPrivateKey,
        created_at: pair.createdAt,
        unless: pair.unlessNewerThan,
      });
      return boolean(asRow(row), 'added');
    },
    async newestKeyPairCreatedAt() {
      const [row] = await database.run(NEWEST);
      return optional(asRow(row), 'createdAt', number);
    },
    async deleteUnusedKeyPairs(before) {
      const [row] = await database.run(DELETE_UNUSED, { before });
      return number(asRow(row), 'count');
    },
    async subscriptionsOnOldKeyPairs(before) {
      const [row] = await database.run(ON_OLD_PAIRS, { before });
      return number(asRow(row), 'count');
    },
    async retireKeyPair(id, now) {
      await database.run(RETIRE, { id, now });
      for (let lost = 0; ; ) {
        const [value] = await database.run(LOSE, { id, now });
        const row = asRow(value);
        if (number(row, 'count') === 0) return lost;
        lost += number(row, 'lost');
      }
    },
  };
}
