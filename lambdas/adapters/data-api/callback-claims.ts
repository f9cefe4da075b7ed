import { ALERTS, IN_ORDER_LEASE_MS, ORDER_PROVES_AFTER_MS, SECOND_TRY_MS } from '#domain/model/limits.ts';

/** SQL of the callback's statement, in terms of the subscription in alias `s` as it was before. */
const PREVIOUS = 'left(:previous::text, 1000)';

/** Exchange sends the next request after our answer to the last one: nothing else of it is under way. */
const FOLLOWS = `coalesce(${PREVIOUS} = s.watermark, false)`;

/** As `FOLLOWS`, and nobody has lately sent watermarks that Exchange does not know. */
export const IN_ORDER = `(${FOLLOWS} AND coalesce(s.disordered_at, 0) <= :now::bigint - ${ORDER_PROVES_AFTER_MS})`;

const GAP = `(s.watermark IS NOT NULL AND :previous::text IS NOT NULL
              AND ${PREVIOUS} <> s.watermark AND ${PREVIOUS} IS DISTINCT FROM s.prev_watermark)`;

/**
 * Whether this request may use the credentials. Proven ones: when it is in order, else when nobody else is using
 * them. Refused ones: when their next try is due, one request at a time.
 */
const MAY_USE = `(coalesce(s.quiet_until, 0) <= :now::bigint AND CASE
    WHEN s.suspect_since IS NULL AND ${IN_ORDER} THEN true
    ELSE coalesce(s.claimed_until, 0) <= :now::bigint
         AND (s.suspect_since IS NULL OR coalesce(s.next_try_at, 0) <= :now::bigint) END)`;

/** Alerts that this request asks for: a gap may cause one, too. */
const ASKED = `(:alerts::integer + CASE WHEN ${GAP} THEN 1 ELSE 0 END)`;
const NEW_WINDOW = `coalesce(s.alerts_since, 0) <= :now::bigint - ${ALERTS.windowMs}`;

/**
 * Part of the UPDATE that every callback runs. Rows are locked in turn, so that of many requests at once each finds
 * what the one before it has claimed. `next_try_at` is set with the claim: a killed function does not try at once again.
 */
export const CLAIM = `
           claimed_by = CASE WHEN ${MAY_USE} THEN :claim::uuid ELSE s.claimed_by END,
           claimed_until = CASE WHEN NOT ${MAY_USE} THEN s.claimed_until
                                WHEN s.suspect_since IS NULL AND ${IN_ORDER} THEN :now::bigint + ${IN_ORDER_LEASE_MS}
                                ELSE :now::bigint + :lease::bigint END,
           next_try_at = CASE WHEN s.suspect_since IS NOT NULL AND ${MAY_USE}
                              THEN :now::bigint + ${SECOND_TRY_MS} ELSE s.next_try_at END,
           tried_at = CASE WHEN :alerts::integer > 0 AND ${MAY_USE} THEN :now::bigint ELSE s.tried_at END,
           disordered_at = CASE WHEN ${GAP} THEN :now::bigint ELSE s.disordered_at END,
           alerts = CASE WHEN ${ASKED} = 0 THEN s.alerts
                         WHEN ${NEW_WINDOW} THEN least(${ASKED}, ${ALERTS.limit})
                         WHEN s.alerts < ${ALERTS.limit} THEN least(s.alerts + ${ASKED}, ${ALERTS.limit})
                         ELSE s.alerts + 1 END,
           alerts_since = CASE WHEN ${ASKED} > 0 AND ${NEW_WINDOW} THEN :now::bigint ELSE s.alerts_since END`;

/** Once more, for a request that found proven credentials in use. */
export const CLAIM_AGAIN = `
  UPDATE subscriptions s SET claimed_by = :claim::uuid, claimed_until = :now::bigint + :lease::bigint
   WHERE s.id = :id::uuid AND s.suspect_since IS NULL AND coalesce(s.claimed_until, 0) <= :now::bigint
  RETURNING json_build_object('claimed', true)::text`;

export const CLAIMED = 's.claimed_by = :claim::uuid AS claimed, s.alerts';
