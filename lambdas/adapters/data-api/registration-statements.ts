/**
 * Step 6 of a registration in one statement. Everything that it reads of other rows is what was committed
 * when it began; what two registrations of one mailbox could therefore miss of each other is made good by the
 * next one (a 21st device) or by the callback (wanted events).
 *
 * `spent`: the device was unregistered after the challenge was given out; nothing is written, no row returned.
 * `surplus`: the oldest beyond 20, and a device with another id on the same endpoint: the same phone with
 * its app installed anew, which would otherwise show every mail twice. Where the endpoint was disabled (the
 * app had been removed) devices of other ids go in every mailbox: the phone may have changed hands, and its
 * new owner must not be shown the former one's mail.
 * `decision`: credentials win unless they are less durable than those of a subscription that is well.
 * `behind`: the same phone in the same mailbox under other hosts (docs/decisions/0051). What they owe it moves
 * along. It leaves them here only where its mailbox is subscribed at this host already; else with ACTIVATE.
 */
export const BEGIN = `
  WITH spent AS (
    SELECT 1 FROM ended_registrations
     WHERE device_hmac = :device::bytea AND address_hmac = :address::bytea AND ended_at >= :challenge_at::bigint
  ), behind AS (
    SELECT o.id, there.owed_since
      FROM mailboxes there
      JOIN devices o ON o.mailbox_id = there.id
      JOIN endpoints e ON e.id = o.endpoint_id
     WHERE there.address_hmac = :address::bytea AND there.inbox_sha256 = :inbox::bytea
       AND there.ews_host <> :host::text AND o.device_hmac = :device::bytea
       AND e.platform = :platform::text AND e.token_sha256 = :token::bytea
       FOR UPDATE OF there, o
  ), mailbox AS (
    INSERT INTO mailboxes AS m (id, ews_host, inbox_sha256, address_hmac, unread, unread_at, owed_since, created_at)
    SELECT gen_random_uuid(), :host::text, :inbox::bytea, :address::bytea,
           :unread::integer, :unread_at::bigint, max(behind.owed_since), :now::bigint FROM behind
    HAVING NOT EXISTS (SELECT 1 FROM spent)
    ON CONFLICT (ews_host, inbox_sha256, address_hmac) DO UPDATE
       SET unread = CASE WHEN coalesce(m.unread_at, 0) <= excluded.unread_at THEN excluded.unread ELSE m.unread END,
           unread_at = greatest(m.unread_at, excluded.unread_at),
           owed_since = greatest(m.owed_since, excluded.owed_since)
    RETURNING m.id, m.active_subscription_id
  ), endpoint AS (
    INSERT INTO endpoints AS e (id, platform, token_sha256, endpoint_arn, created_at)
    SELECT gen_random_uuid(), :platform::text, :token::bytea, :arn::text, :now::bigint FROM mailbox
    ON CONFLICT (platform, token_sha256) DO UPDATE
       SET endpoint_arn = excluded.endpoint_arn, enabled = true, disabled_at = NULL
    RETURNING e.id
  ), device AS (
    INSERT INTO devices AS d (id, mailbox_id, endpoint_id, device_hmac, account_hmac, content, badge, sound, preview_key,
                              created_at, renewed_at, expires_at)
    SELECT gen_random_uuid(), mailbox.id, endpoint.id, :device::bytea, :account::bytea, :content::text, :badge::boolean,
           :sound::boolean, :preview_key::jsonb, :now::bigint, :now::bigint, :expires_at::bigint
      FROM mailbox, endpoint
    ON CONFLICT (mailbox_id, device_hmac) DO UPDATE
       SET endpoint_id = excluded.endpoint_id, account_hmac = excluded.account_hmac, content = excluded.content, badge = excluded.badge,
           sound = excluded.sound, preview_key = excluded.preview_key,
           renewed_at = greatest(d.renewed_at + 1, excluded.renewed_at),
           expires_at = greatest(d.expires_at, excluded.expires_at)
    RETURNING d.id, d.mailbox_id, d.endpoint_id, d.created_at, d.renewed_at
  ), surplus AS (
    DELETE FROM devices WHERE id IN (
      SELECT ranked.id FROM (
        SELECT d.id, d.endpoint_id = device.endpoint_id AS same_phone,
               row_number() OVER (ORDER BY d.endpoint_id = device.endpoint_id, d.renewed_at DESC, d.id) AS place
          FROM devices d JOIN device ON d.mailbox_id = device.mailbox_id AND d.id <> device.id
      ) ranked WHERE ranked.same_phone OR ranked.place > 19)
       OR id IN (
      SELECT o.id FROM devices o JOIN endpoints was ON was.id = o.endpoint_id
       WHERE was.platform = :platform::text AND was.token_sha256 = :token::bytea AND NOT was.enabled
         AND o.device_hmac <> :device::bytea)
    RETURNING id
  ), wanted AS (
    SELECT CASE WHEN :badge::boolean OR EXISTS (
             SELECT 1 FROM devices d JOIN device ON d.mailbox_id = device.mailbox_id AND d.id <> device.id
              WHERE d.badge AND d.id NOT IN (SELECT id FROM surplus))
           THEN 'mail-and-badge' ELSE 'mail' END AS events
  ), decision AS (
    SELECT :durable::boolean OR NOT EXISTS (
             SELECT 1 FROM mailbox
               JOIN subscriptions s ON s.id = mailbox.active_subscription_id
               JOIN key_pairs k ON k.id = s.key_pair_id
              WHERE s.durable AND s.state = 'active' AND s.suspect_since IS NULL AND k.retired_at IS NULL
                AND s.credentials_from IS NOT NULL
                AND s.credentials_from NOT IN (SELECT id FROM surplus)) AS subscribe
  ), leaving AS (
    DELETE FROM devices USING decision
     WHERE NOT decision.subscribe AND devices.id IN (SELECT id FROM behind)
  ), pending AS (
    INSERT INTO subscriptions (id, mailbox_id, key_pair_id, state, wanted_events, sealed_sha256, inner_key,
                               inner_jwe, durable, credentials_expire_at, credentials_from, created_at)
    SELECT :id::uuid, device.mailbox_id, :key_pair::uuid, 'pending', wanted.events, :sealed::bytea,
           :inner_key::bytea, :inner_jwe::text, :durable::boolean, :credentials_expire_at::bigint, device.id,
           :now::bigint
      FROM device, wanted, decision WHERE decision.subscribe
    ON CONFLICT (id) DO NOTHING
  )
  SELECT json_build_object(
           'registrationId', device.id,
           'mailboxId', device.mailbox_id,
           'created', device.created_at = :now::bigint AND device.renewed_at = :now::bigint,
           'wantedEvents', wanted.events,
           'subscribe', decision.subscribe)::text
    FROM device, wanted, decision`;

/**
 * Step 8. The mailbox's row is locked first, so that activations of one mailbox queue up; the unique index
 * `subscriptions_current` refuses one that does not see the winner before it, and it is run again. The
 * newest activation wins. A watermark that a callback brought already is newer than the one given here.
 *
 * A renewal takes over from the subscription that it `replaces` and from no other: a phone that has registered
 * while a callback subscribed again has brought newer credentials.
 *
 * A mailbox that moved keeps its row, unless a registration has already made one for the new server: then
 * both exist until each phone of the old one has registered again. Not before Exchange has accepted the new
 * subscription: the host of a renewal that failed would outlast it.
 *
 * `behind`: with this activation the phone whose registration it completes leaves the old one
 * (docs/decisions/0051). Its own device is locked with the other: where it registers at two servers at once,
 * each would take it from the other.
 */
export const ACTIVATE = `
  WITH box AS (
    UPDATE mailboxes m
       SET active_subscription_id = s.id,
           ews_host = CASE WHEN EXISTS (SELECT 1 FROM mailboxes o
                                         WHERE o.ews_host = :host::text AND o.inbox_sha256 = m.inbox_sha256
                                           AND o.address_hmac = m.address_hmac)
                           THEN m.ews_host ELSE coalesce(:host::text, m.ews_host) END
      FROM subscriptions s
     WHERE m.id = :mailbox::uuid AND s.id = :id::uuid AND s.mailbox_id = m.id
       AND s.state IN ('pending', 'active') AND s.ended_at IS NULL
       AND coalesce(m.active_subscription_id IN (:replaces::uuid, s.id), true)
    RETURNING m.id, m.inbox_sha256, m.address_hmac
  ), behind AS (
    SELECT o.id
      FROM box
      JOIN devices d ON d.mailbox_id = box.id AND d.id = :registration::uuid
      JOIN mailboxes there ON there.address_hmac = box.address_hmac
                          AND there.inbox_sha256 = box.inbox_sha256 AND there.id <> box.id
      JOIN devices o ON o.mailbox_id = there.id
                    AND o.device_hmac = d.device_hmac AND o.endpoint_id = d.endpoint_id
       FOR UPDATE OF there, d, o
  ), leaving AS (
    DELETE FROM devices WHERE id IN (SELECT id FROM behind)
  ), former AS (
    UPDATE subscriptions s SET state = 'superseded', superseded_at = :now::bigint,
           wake_stage = 0, wake_due_at = NULL
      FROM box
     WHERE s.mailbox_id = box.id AND s.id <> :id::uuid AND s.state IN ('active', 'lost', 'rejected')
    RETURNING s.id
  )
  UPDATE subscriptions s
     SET state = 'active', wanted_events = :wanted_events::text,
         watermark = coalesce(s.watermark, left(:watermark::text, 1000)),
         last_seen_at = greatest(coalesce(s.last_seen_at, 0), :now::bigint)
    FROM box
   WHERE s.id = :id::uuid AND s.mailbox_id = box.id AND (SELECT count(*) FROM former) >= 0`;
