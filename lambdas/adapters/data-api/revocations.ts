import { REVOCATION_KINDS, type RevocationStore } from '#domain/ports/revocations.ts';
import type { Database } from './database.ts';
import { asRow, list, number, oneOf, optional, text } from './row.ts';

const UNLISTED = `
  WITH oldest AS (SELECT seq, kind, id FROM revocations ORDER BY seq LIMIT :limit::integer)
  SELECT json_build_object(
    'marker', (SELECT value FROM upkeep_state WHERE name = 'revocations'),
    'revocations', (SELECT coalesce(json_agg(json_build_object('kind', kind, 'id', id) ORDER BY seq), '[]') FROM oldest),
    'upTo', (SELECT coalesce(max(seq), 0) FROM oldest))::text`;

const LISTED = `
  WITH noted AS (DELETE FROM revocations WHERE seq <= :up_to::bigint)
  INSERT INTO upkeep_state (name, value, changed_at) VALUES ('revocations', :marker::text, :now::bigint)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`;

/** With a retired key pair go the halves of the seals made for it, as in an emergency (upkeep-keys.ts). */
const REVOKE_AGAIN = `
  WITH given AS (
    SELECT entry ->> 'kind' AS kind, (entry ->> 'id')::uuid AS id FROM json_array_elements(:entries::json) entry
  ), tokens AS (
    UPDATE api_tokens t SET revoked_at = :now::bigint
      FROM given WHERE given.kind = 'token' AND t.id = given.id AND t.revoked_at IS NULL
    RETURNING t.id
  ), pairs AS (
    UPDATE key_pairs k SET retired_at = :now::bigint
      FROM given WHERE given.kind = 'key-pair' AND k.id = given.id AND k.retired_at IS NULL
    RETURNING k.id
  ), ended AS (
    UPDATE subscriptions s
       SET ended_at = :now::bigint, inner_key = NULL, inner_jwe = NULL,
           state = CASE WHEN s.state = 'active' THEN 'lost' ELSE s.state END,
           lost_at = CASE WHEN s.state = 'active' THEN :now::bigint ELSE s.lost_at END,
           wake_stage = 0, wake_due_at = CASE WHEN s.state IN ('active', 'lost') THEN :now::bigint END
      FROM given WHERE given.kind = 'key-pair' AND s.key_pair_id = given.id AND s.ended_at IS NULL
    RETURNING s.id
  ), gone AS (
    DELETE FROM devices d USING given WHERE given.kind = 'device' AND d.id = given.id RETURNING d.id
  )
  SELECT json_build_object('count', (SELECT count(*) FROM tokens) + (SELECT count(*) FROM pairs)
                                  + (SELECT count(*) FROM ended) + (SELECT count(*) FROM gone))::text`;

/** Part of a statement that revokes: notes it for the list outside the database. `ids` is a query of one column. */
export function noted(kind: (typeof REVOCATION_KINDS)[number], ids: string): string {
  return `noted_revocations AS (INSERT INTO revocations (kind, id) SELECT '${kind}', id FROM ${ids})`;
}

export function createRevocationStore(database: Database): RevocationStore {
  return {
    async unlisted(limit) {
      const [value] = await database.run(UNLISTED, { limit });
      const row = asRow(value);
      return {
        marker: optional(row, 'marker', text),
        revocations: list(row, 'revocations')
          .map(asRow)
          .map((entry) => ({
            kind: oneOf(entry, 'kind', REVOCATION_KINDS),
            id: text(entry, 'id'),
          })),
        upTo: number(row, 'upTo'),
      };
    },
    async listed(marker, upTo, now) {
      await database.run(LISTED, { marker, up_to: upTo, now });
    },
    async revokeAgain(revocations, now) {
      const [value] = await database.run(REVOKE_AGAIN, { entries: JSON.stringify(revocations), now });
      return number(asRow(value), 'count');
    },
  };
}
