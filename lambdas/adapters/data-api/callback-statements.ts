import { CLAIM, CLAIMED, IN_ORDER } from './callback-claims.ts';
import { DEVICES_JSON } from './devices.ts';
import { KEY_PAIR_JSON } from './key-pairs.ts';

/**
 * Lost for its silence, which its next sign of life disproves. One that a callback marked lost (its access token
 * ended, its seal does not open) was seen at that very instant, and later signs of life say nothing about that.
 */
const FELL_SILENT = "(s.state = 'lost' AND coalesce(s.last_seen_at, 0) < s.lost_at)";
/** Lost, but its credentials work after all. */
const WORKS_AGAIN = "(s.state = 'lost' AND :trusted::boolean AND NOT :lost::boolean AND s.ended_at IS NULL)";

/**
 * Marks a subscription seen and returns it as it was before: the outer SELECT reads the snapshot from before
 * the updates, which needs no `RETURNING old.*`. Nothing is written unless the sealed segment is the one
 * issued. The mailbox is updated before the subscription, as everywhere, so that statements do not deadlock.
 *
 * Of the unread counts that a request reports only the Inbox's own is stored, and only over an older one.
 *
 * An ended subscription (its half of the seal is gone) is not returned: there is nothing left to open.
 */
export const SEE = `
  WITH known AS (
    SELECT id, mailbox_id FROM subscriptions
     WHERE id = :id::uuid AND sealed_sha256 = :sealed::bytea AND ended_at IS NULL
  ), counted AS (
    UPDATE mailboxes m SET unread = reported.count, unread_at = reported.at
      FROM known, json_to_recordset(:folders::json) AS reported(folder text, count integer, at bigint)
     WHERE m.id = known.mailbox_id AND m.inbox_sha256 = decode(reported.folder, 'base64')
       AND (m.unread_at IS NULL OR m.unread_at <= reported.at)
    RETURNING m.id
  ), seen AS (
    UPDATE subscriptions s
       SET last_seen_at = greatest(coalesce(s.last_seen_at, 0), :now::bigint),
           watermark = coalesce(left(:watermark::text, 1000), s.watermark),
           prev_watermark = CASE WHEN :watermark::text IS NULL OR left(:watermark::text, 1000) = s.watermark
                                 THEN s.prev_watermark ELSE s.watermark END,
           state = CASE WHEN ${FELL_SILENT} THEN 'active' ELSE s.state END,
           lost_at = CASE WHEN ${FELL_SILENT} THEN NULL ELSE s.lost_at END,
           wake_stage = CASE WHEN ${FELL_SILENT} THEN 0 ELSE s.wake_stage END,
           wake_due_at = CASE WHEN ${FELL_SILENT} THEN NULL ELSE s.wake_due_at END,${CLAIM}
      FROM known
     WHERE s.id = known.id AND (SELECT count(*) FROM counted) >= 0
    RETURNING s.id, ${CLAIMED}
  )
  SELECT json_build_object(
           'state', s.state,
           'createdAt', s.created_at,
           'supersededAt', s.superseded_at,
           'lastSeenAt', s.last_seen_at,
           'sealedSha256', encode(s.sealed_sha256, 'base64'),
           'innerKey', encode(s.inner_key, 'base64'),
           'innerJwe', s.inner_jwe,
           'keyPair', ${KEY_PAIR_JSON},
           'newestKeyPairCreatedAt', (SELECT max(created_at) FROM key_pairs WHERE retired_at IS NULL),
           'watermark', s.watermark,
           'previousWatermark', s.prev_watermark,
           'wantedEvents', s.wanted_events,
           'suspectSince', s.suspect_since,
           'lastRefusedAt', s.last_refused_at,
           'refusals', s.refusals,
           'nextTryAt', s.next_try_at,
           'claimed', coalesce(seen.claimed, false),
           'inOrder', ${IN_ORDER},
           'alerts', coalesce(seen.alerts, s.alerts),
           'quietUntil', s.quiet_until,
           'lastNeutralAt', s.last_neutral_at,
           'credentialsExpireAt', s.credentials_expire_at,
           'credentialsFrom', s.credentials_from,
           'mailboxId', m.id,
           'ewsHost', m.ews_host,
           'inboxSha256', encode(m.inbox_sha256, 'base64'),
           'unread', m.unread,
           'unreadAt', m.unread_at,
           'activeSubscriptionId', m.active_subscription_id,
           'devices', ${DEVICES_JSON})::text
    FROM subscriptions s
    JOIN mailboxes m ON m.id = s.mailbox_id
    JOIN key_pairs k ON k.id = s.key_pair_id
    LEFT JOIN seen ON seen.id = s.id
   WHERE s.id = :id::uuid AND s.ended_at IS NULL`;

const IS_RELEASED = '(:released::uuid IS NOT NULL AND s.claimed_by = :released::uuid)';

/**
 * Proof that the credentials are dead, and every other end, take the row's half of the seal: what Exchange
 * still carries is then worthless. Only the subscription that counts can turn `lost` or `rejected`.
 * Credentials that were trusted and refused in one request worked first: they are suspect from now on.
 */
export const RECORD = `
  WITH box AS (
    UPDATE mailboxes m
       SET owed_since = CASE WHEN :owed::boolean THEN greatest(m.owed_since, :now::bigint) ELSE m.owed_since END,
           unread = CASE WHEN coalesce(m.unread_at, 0) <= :unread_at::bigint THEN :unread::integer ELSE m.unread END,
           unread_at = greatest(m.unread_at, :unread_at::bigint)
      FROM subscriptions s
     WHERE s.id = :id::uuid AND m.id = s.mailbox_id
       AND (:owed::boolean OR coalesce(m.unread_at, 0) <= :unread_at::bigint)
    RETURNING m.id
  ), switched_off AS (
    UPDATE endpoints SET enabled = false, disabled_at = :now::bigint
     WHERE enabled AND id IN (SELECT value::uuid FROM json_array_elements_text(:endpoints::json))
    RETURNING id
  )
  UPDATE subscriptions s
     SET state = CASE WHEN s.state NOT IN ('active', 'lost') THEN s.state
                      WHEN :refused::text = 'proof' THEN 'rejected'
                      WHEN :lost::boolean THEN 'lost'
                      WHEN ${WORKS_AGAIN} THEN 'active'
                      ELSE s.state END,
         lost_at = CASE WHEN s.state = 'active' AND :lost::boolean THEN :now::bigint
                        WHEN ${WORKS_AGAIN} THEN NULL
                        ELSE s.lost_at END,
         suspect_since = CASE WHEN :refused::text IS NOT NULL AND :trusted::boolean THEN :now::bigint
                              WHEN :refused::text IS NOT NULL THEN coalesce(s.suspect_since, :now::bigint)
                              WHEN :trusted::boolean THEN NULL
                              ELSE s.suspect_since END,
         last_refused_at = CASE WHEN :refused::text IS NOT NULL THEN :now::bigint
                                WHEN :trusted::boolean THEN NULL
                                ELSE s.last_refused_at END,
         refusals = CASE WHEN :refused::text IS NOT NULL AND :trusted::boolean THEN 1
                         WHEN :refused::text IS NOT NULL THEN s.refusals + 1
                         WHEN :trusted::boolean THEN 0
                         ELSE s.refusals END,
         next_try_at = CASE WHEN :refused::text IS NOT NULL THEN :next_try_at::bigint
                            WHEN :trusted::boolean OR ${IS_RELEASED} THEN NULL
                            ELSE s.next_try_at END,
         claimed_until = CASE WHEN ${IS_RELEASED} THEN NULL ELSE s.claimed_until END,
         quiet_until = coalesce(:quiet_until::bigint, s.quiet_until),
         last_neutral_at = coalesce(:neutral_at::bigint, s.last_neutral_at),
         wake_stage = CASE WHEN s.state = 'active' AND :lost::boolean OR ${WORKS_AGAIN} THEN 0
                           ELSE s.wake_stage END,
         wake_due_at = CASE WHEN s.state = 'active' AND :lost::boolean THEN :now::bigint
                            WHEN ${WORKS_AGAIN} THEN NULL
                            WHEN :ended::boolean AND s.state <> 'active' THEN NULL
                            ELSE s.wake_due_at END,
         ended_at = CASE WHEN :ended::boolean THEN coalesce(s.ended_at, :now::bigint) ELSE s.ended_at END,
         inner_key = CASE WHEN :ended::boolean THEN NULL ELSE s.inner_key END,
         inner_jwe = CASE WHEN :ended::boolean THEN NULL ELSE s.inner_jwe END
   WHERE s.id = :id::uuid AND :touches::boolean
     AND (SELECT count(*) FROM box) + (SELECT count(*) FROM switched_off) >= 0`;

/**
 * Of the host's mailboxes that have tried their credentials since then, how many were refused and have not worked
 * again. A sample of 10,000 (the index orders by hash) bounds it where one server holds everybody.
 */
export const HOST_SUSPECTS = `
  SELECT json_build_object(
    'suspects', count(*) FILTER (WHERE s.suspect_since >= :since::bigint),
    'tried', count(*) FILTER (WHERE s.tried_at >= :since::bigint OR s.suspect_since >= :since::bigint))::text
    FROM (SELECT active_subscription_id FROM mailboxes WHERE ews_host = :host::text LIMIT 10000) m
    JOIN subscriptions s ON s.id = m.active_subscription_id`;

/** Credentials whose phone left take with them since when: a new subscription gives them no second day. */
export const PREPARE_RENEWAL = `
  WITH former AS (
    SELECT mailbox_id, credentials_from, ownerless_since, wake_due_at FROM subscriptions
     WHERE id = :replaces::uuid AND mailbox_id = :mailbox::uuid
  ), wanted AS (
    SELECT CASE WHEN EXISTS (SELECT 1 FROM devices WHERE mailbox_id = :mailbox::uuid AND badge)
           THEN 'mail-and-badge' ELSE 'mail' END AS events
  ), pending AS (
    INSERT INTO subscriptions (id, mailbox_id, key_pair_id, state, wanted_events, sealed_sha256, inner_key,
                               inner_jwe, durable, credentials_expire_at, credentials_from, ownerless_since,
                               wake_due_at, created_at)
    SELECT :id::uuid, former.mailbox_id, :key_pair::uuid, 'pending', wanted.events, :sealed::bytea,
           :inner_key::bytea, :inner_jwe::text, :durable::boolean, :credentials_expire_at::bigint,
           former.credentials_from, former.ownerless_since,
           CASE WHEN former.ownerless_since IS NOT NULL THEN former.wake_due_at END, :now::bigint
      FROM former, wanted
    ON CONFLICT (id) DO NOTHING
  )
  SELECT json_build_object('wantedEvents', events)::text FROM wanted`;
