import { WAKE_PACE } from '#contract';
import { DEVICES_JSON } from './devices.ts';
import { PROBE_HOST } from './probe-host.ts';

/**
 * A sample from a random place on, and round the end: all rows of a small deployment, enough of a large one.
 * No index holds `last_seen_at` (it would cost every callback), and every live subscription is seen within
 * one StatusFrequency, so that 5,000 of them tell as much as all.
 */
export const PULSE = `
  SELECT json_build_object(
    'activeSubscriptions', (SELECT count(*) FROM (
      SELECT 1 FROM subscriptions WHERE state = 'active' LIMIT 100000) counted),
    'newestSeenAt', (SELECT max(last_seen_at) FROM (
      (SELECT last_seen_at FROM subscriptions WHERE id >= :start::uuid ORDER BY id LIMIT 5000)
      UNION ALL
      (SELECT last_seen_at FROM subscriptions WHERE id < :start::uuid ORDER BY id LIMIT 5000)) sample),
    'outage', (SELECT value::json FROM upkeep_state WHERE name = 'outage'))::text`;

export const REMEMBER_OUTAGE = `
  INSERT INTO upkeep_state (name, value, changed_at) VALUES ('outage', :value::text, :now::bigint)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at`;

/**
 * When the n-th mailbox of a wave is woken, at the pace of the contract, behind those that wait already. `n` counts from 1.
 */
function staggered(n: string): string {
  return `:now::bigint + ${WAKE_PACE.everySeconds * 1_000} * ((
    (SELECT count(*) FROM subscriptions WHERE wake_due_at >= :now::bigint) + ${n} - 1) / ${WAKE_PACE.mailboxes})`;
}

/** Whoever was seen between the choice and the update stays active. */
export const MARK_SILENT = `
  WITH silent AS (
    SELECT id, row_number() OVER () AS place FROM (
      SELECT id FROM subscriptions
       WHERE state = 'active' AND last_seen_at < :seen_before::bigint LIMIT :limit::integer) chosen
  ), marked AS (
    UPDATE subscriptions s
       SET state = 'lost', lost_at = :now::bigint, wake_stage = 0, wake_due_at = ${staggered('silent.place')}
      FROM silent
     WHERE s.id = silent.id AND s.state = 'active' AND s.last_seen_at < :seen_before::bigint
    RETURNING s.id
  )
  SELECT json_build_object('count', count(*))::text FROM marked`;

export const WAKES_DUE = `
  SELECT json_build_object('subscriptionId', s.id, 'stage', s.wake_stage, 'devices', ${DEVICES_JSON})::text
    FROM subscriptions s JOIN mailboxes m ON m.id = s.mailbox_id
   WHERE s.wake_due_at <= :now::bigint
   ORDER BY s.wake_due_at, s.id LIMIT :limit::integer OFFSET :offset::integer`;

/** Only a lost subscription is followed up; whoever is still served gets the one silent wake. */
export const WOKEN = `
  UPDATE subscriptions
     SET wake_stage = :stage::integer,
         wake_due_at = CASE WHEN state = 'lost' THEN :next_at::bigint END
   WHERE id IN (SELECT value::uuid FROM json_array_elements_text(:ids::json))`;

/**
 * Credentials that ended soon after they came, by the clock of their phone, wake nobody ahead: another registration
 * would find the same. Their first refusal wakes it. The first part ends those whose credentials had no owner for too long; they count as lost from then on. */
export const SCHEDULE_CREDENTIAL_WAKES = `
  WITH orphaned AS (
    SELECT id FROM subscriptions
     WHERE credentials_from IS NULL AND state IN ('active', 'lost') AND ended_at IS NULL
       AND ownerless_since < :ownerless_before::bigint LIMIT :limit::integer
  ), ended AS (
    UPDATE subscriptions s
       SET state = 'lost', lost_at = coalesce(s.lost_at, :now::bigint), ended_at = :now::bigint,
           inner_key = NULL, inner_jwe = NULL, wake_stage = 0, wake_due_at = :now::bigint
      FROM orphaned WHERE s.id = orphaned.id AND s.state IN ('active', 'lost')
    RETURNING s.id
  ), ownerless AS (
    SELECT id FROM subscriptions
     WHERE credentials_from IS NULL AND state IN ('active', 'lost') AND ended_at IS NULL
       AND ownerless_since IS NULL LIMIT :limit::integer
  ), ending AS (
    SELECT id FROM subscriptions
     WHERE state = 'active' AND credentials_expire_at < :end_before::bigint
       AND credentials_expire_at - created_at > :end_before::bigint - :now::bigint
       AND wake_stage = 0 AND wake_due_at IS NULL LIMIT :limit::integer
  ), chosen AS (
    SELECT id, row_number() OVER () AS place FROM (SELECT id FROM ownerless UNION SELECT id FROM ending) both_kinds
  ), scheduled AS (
    UPDATE subscriptions s
       SET ownerless_since = CASE WHEN s.credentials_from IS NULL
                                  THEN coalesce(s.ownerless_since, :now::bigint) END,
           wake_due_at = coalesce(s.wake_due_at, ${staggered('chosen.place')})
      FROM chosen WHERE s.id = chosen.id AND s.state IN ('active', 'lost')
    RETURNING s.id
  )
  SELECT json_build_object('count', (SELECT count(*) FROM ended) + (SELECT count(*) FROM scheduled))::text`;

/** One batch in the order of ids; answers where the next one begins. */
export const WAKE_ALL = `
  WITH chosen AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM (
      SELECT id FROM subscriptions
       WHERE id > :after::uuid AND state IN ('active', 'lost') ORDER BY id LIMIT 5000) batch
  ), scheduled AS (
    UPDATE subscriptions s SET wake_stage = 0, wake_due_at = ${staggered('chosen.place')}
      FROM chosen WHERE s.id = chosen.id AND s.state IN ('active', 'lost')
    RETURNING s.id
  )
  SELECT json_build_object('count', (SELECT count(*) FROM scheduled),
                           'last', (SELECT id FROM chosen ORDER BY id DESC LIMIT 1))::text`;

export const OWED = `
  SELECT json_build_object('subscriptionId', s.id, 'owedSince', m.owed_since, 'devices', ${DEVICES_JSON})::text
    FROM mailboxes m JOIN subscriptions s ON s.id = coalesce(
           m.active_subscription_id,
           (SELECT p.id FROM subscriptions p WHERE p.mailbox_id = m.id ORDER BY p.created_at DESC LIMIT 1))
   WHERE m.owed_since IS NOT NULL AND coalesce(m.owed_tried_at, 0) < :tried_before::bigint
   ORDER BY coalesce(m.owed_tried_at, 0), m.owed_since, m.id LIMIT :limit::integer OFFSET :offset::integer`;

export const OWED_TRIED = `
  UPDATE mailboxes m SET owed_tried_at = :now::bigint
    FROM subscriptions s
   WHERE s.id IN (SELECT value::uuid FROM json_array_elements_text(:ids::json))
     AND m.id = s.mailbox_id AND m.owed_since IS NOT NULL`;

/** A debt that was made anew while the old one was paid stays. */
export const PAID = `
  UPDATE mailboxes m SET owed_since = NULL, owed_tried_at = NULL
    FROM json_array_elements(:debts::json) debt, subscriptions s
   WHERE s.id = (debt ->> 'id')::uuid AND m.id = s.mailbox_id
     AND m.owed_since <= (debt ->> 'since')::bigint`;

export const DELETE_EXPIRED = `
  WITH gone AS (
    DELETE FROM devices
     WHERE id IN (SELECT id FROM devices WHERE expires_at < :now::bigint ORDER BY expires_at LIMIT :limit::integer)
       AND expires_at < :now::bigint
    RETURNING id
  )
  SELECT json_build_object('count', count(*))::text FROM gone`;

export const DELETE_LEFTOVERS = `
  WITH pending AS (
    DELETE FROM subscriptions WHERE state = 'pending' AND id IN (
      SELECT id FROM subscriptions WHERE state = 'pending' AND created_at < :pending::bigint LIMIT :limit::integer)
    RETURNING 1
  ), probes AS (
    DELETE FROM mailboxes WHERE ews_host = '${PROBE_HOST}' AND created_at < :pending::bigint
    RETURNING 1
  ), superseded AS (
    DELETE FROM subscriptions WHERE state = 'superseded' AND id IN (
      SELECT id FROM subscriptions
       WHERE state = 'superseded' AND superseded_at < :superseded::bigint LIMIT :limit::integer)
    RETURNING 1
  ), cached AS (
    DELETE FROM ews_url_cache WHERE domain IN (
      SELECT domain FROM ews_url_cache WHERE found_at < :cached::bigint LIMIT :limit::integer)
    RETURNING 1
  ), places AS (
    DELETE FROM autodiscover_places WHERE domain IN (
      SELECT domain FROM autodiscover_places WHERE told_at < :told::bigint LIMIT :limit::integer)
    RETURNING 1
  ), failures AS (
    DELETE FROM login_failures WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM login_failures WHERE failed_at < :failures::bigint LIMIT :limit::integer))
    RETURNING 1
  ), ended AS (
    DELETE FROM ended_registrations WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ended_registrations WHERE ended_at < :ended::bigint LIMIT :limit::integer))
    RETURNING 1
  )
  SELECT json_build_object('count', (SELECT count(*) FROM pending) + (SELECT count(*) FROM probes)
                                  + (SELECT count(*) FROM superseded) + (SELECT count(*) FROM cached) + (SELECT count(*) FROM places)
                                  + (SELECT count(*) FROM failures) + (SELECT count(*) FROM ended))::text`;
