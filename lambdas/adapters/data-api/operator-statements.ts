import { noted } from './revocations.ts';

/** Not beside a valid token of the same label; the same one again, after a lost answer, is no other. */
export const CREATE_TOKEN = `
  WITH made AS (
    INSERT INTO api_tokens (id, label, token_sha256, created_at)
    SELECT :id::uuid, :label::text, :sha256::bytea, :now::bigint
     WHERE NOT EXISTS (SELECT 1 FROM api_tokens
                        WHERE label = :label::text AND revoked_at IS NULL AND id <> :id::uuid)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
  )
  SELECT json_build_object('found', EXISTS (SELECT 1 FROM made)
                                 OR EXISTS (SELECT 1 FROM api_tokens WHERE id = :id::uuid))::text`;

export const LIST_TOKENS = `
  SELECT json_build_object('id', id, 'label', label, 'createdAt', created_at, 'revokedAt', revoked_at)::text
    FROM api_tokens ORDER BY created_at, id`;

export const REVOKE_TOKEN = `
  WITH revoked AS (
    UPDATE api_tokens SET revoked_at = :now::bigint WHERE id = :id::uuid AND revoked_at IS NULL RETURNING id
  ), ${noted('token', 'revoked')}
  SELECT json_build_object('found', EXISTS (SELECT 1 FROM revoked))::text`;

const DEVICE = `
  SELECT json_build_object(
           'registrationId', d.id,
           'platform', e.platform,
           'endpointArn', e.endpoint_arn,
           'endpointEnabled', e.enabled,
           'content', d.content,
           'badge', d.badge,
           'sound', d.sound,
           'previewsSealed', d.preview_key IS NOT NULL,
           'createdAt', d.created_at,
           'renewedAt', d.renewed_at,
           'expiresAt', d.expires_at,
           'ewsHost', m.ews_host,
           'unread', m.unread, 'unreadAt', m.unread_at,
           'devicesOfMailbox', (SELECT count(*) FROM devices o WHERE o.mailbox_id = m.id),
           'subscription', CASE WHEN s.id IS NOT NULL THEN json_build_object(
             'id', s.id,
             'state', s.state,
             'wantedEvents', s.wanted_events,
             'createdAt', s.created_at,
             'lastSeenAt', s.last_seen_at,
             'suspectSince', s.suspect_since,
             'lostAt', s.lost_at,
             'carriesItsCredentials', s.credentials_from IS NOT DISTINCT FROM d.id) END)::text
    FROM devices d
    JOIN mailboxes m ON m.id = d.mailbox_id
    JOIN endpoints e ON e.id = d.endpoint_id
    LEFT JOIN subscriptions s ON s.id = m.active_subscription_id`;

export const SHOW_DEVICE = `${DEVICE} WHERE d.id = :id::uuid`;

export const FIND_DEVICES = `${DEVICE}
   WHERE m.address_hmac = :address::bytea ORDER BY d.renewed_at DESC, d.id LIMIT 100`;

export const WAKE = `
  WITH woken AS (
    UPDATE subscriptions s SET wake_stage = 0, wake_due_at = :now::bigint
      FROM devices d JOIN mailboxes m ON m.id = d.mailbox_id
     WHERE d.id = :id::uuid AND s.id = m.active_subscription_id
    RETURNING s.id
  )
  SELECT json_build_object('found', EXISTS (SELECT 1 FROM woken))::text`;

export const LIST_KEY_PAIRS = `
  SELECT json_build_object(
           'id', k.id, 'createdAt', k.created_at, 'retiredAt', k.retired_at,
           'subscriptions', (SELECT count(*) FROM subscriptions s WHERE s.key_pair_id = k.id))::text
    FROM key_pairs k ORDER BY k.created_at DESC, k.id`;

export const STATUS = `
  SELECT json_build_object(
           'mailboxes', (SELECT count(*) FROM mailboxes),
           'devices', (SELECT count(*) FROM devices),
           'enabled', (SELECT count(*) FROM endpoints WHERE enabled),
           'disabled', (SELECT count(*) FROM endpoints WHERE NOT enabled),
           'pending', count(*) FILTER (WHERE state = 'pending'),
           'active', count(*) FILTER (WHERE state = 'active'),
           'superseded', count(*) FILTER (WHERE state = 'superseded'),
           'lost', count(*) FILTER (WHERE state = 'lost'),
           'rejected', count(*) FILTER (WHERE state = 'rejected'),
           'lostSince', count(*) FILTER (WHERE state = 'lost' AND lost_at >= :lost_since::bigint),
           'owed', (SELECT count(*) FROM mailboxes WHERE owed_since IS NOT NULL),
           'oldestSeenAt', min(last_seen_at) FILTER (WHERE state = 'active'),
           'newestSeenAt', max(last_seen_at))::text
    FROM subscriptions`;
