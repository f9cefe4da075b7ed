import type { Migration } from './migration.ts';

/**
 * Everything the service stores. No column can hold an address, a user name, a password, a
 * push token or anything of a mail. Instants are epoch milliseconds given by the caller, so that the service's
 * clock is the only one.
 *
 * Callbacks update `subscriptions` and `mailboxes` all the time: a fillfactor of 80 and no index on what they
 * write (last seen, watermark, unread) keep those updates inside their page (HOT).
 */
export const registrations: Migration = {
  version: 1,
  name: 'registrations',
  statements: [
    `CREATE TABLE key_pairs (
       id uuid PRIMARY KEY,
       public_key bytea NOT NULL,
       wrapped_private_key bytea NOT NULL,
       created_at bigint NOT NULL,
       retired_at bigint
     )`,

    `CREATE TABLE api_tokens (
       id uuid PRIMARY KEY,
       label text NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
       token_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(token_sha256) = 32),
       created_at bigint NOT NULL,
       revoked_at bigint
     )`,

    `CREATE TABLE mailboxes (
       id uuid PRIMARY KEY,
       ews_host text NOT NULL,
       inbox_sha256 bytea NOT NULL CHECK (octet_length(inbox_sha256) = 32),
       address_hmac bytea NOT NULL CHECK (octet_length(address_hmac) = 32),
       active_subscription_id uuid,
       unread integer CHECK (unread >= 0),
       unread_at bigint,
       owed_since bigint,
       created_at bigint NOT NULL,
       UNIQUE (ews_host, inbox_sha256, address_hmac)
     ) WITH (fillfactor = 80)`,
    'CREATE INDEX mailboxes_by_address ON mailboxes (address_hmac)',
    'CREATE INDEX mailboxes_owed ON mailboxes (owed_since) WHERE owed_since IS NOT NULL',

    `CREATE TABLE endpoints (
       id uuid PRIMARY KEY,
       platform text NOT NULL CHECK (platform IN ('apns', 'apns-sandbox', 'fcm')),
       token_sha256 bytea NOT NULL CHECK (octet_length(token_sha256) = 32),
       endpoint_arn text NOT NULL,
       enabled boolean NOT NULL DEFAULT true,
       disabled_at bigint,
       created_at bigint NOT NULL,
       UNIQUE (platform, token_sha256),
       CHECK (enabled = (disabled_at IS NULL))
     )`,
    'CREATE INDEX endpoints_disabled ON endpoints (disabled_at) WHERE NOT enabled',
    'CREATE INDEX endpoints_by_arn ON endpoints (endpoint_arn)',

    `CREATE TABLE devices (
       id uuid PRIMARY KEY,
       mailbox_id uuid NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
       endpoint_id uuid NOT NULL REFERENCES endpoints (id) ON DELETE CASCADE,
       device_sha256 bytea NOT NULL CHECK (octet_length(device_sha256) = 32),
       content text NOT NULL CHECK (content IN ('subject-and-sender', 'sender', 'none')),
       badge boolean NOT NULL,
       sound boolean NOT NULL,
       preview_key jsonb,
       created_at bigint NOT NULL,
       renewed_at bigint NOT NULL,
       expires_at bigint NOT NULL,
       UNIQUE (mailbox_id, device_sha256)
     )`,
    'CREATE INDEX devices_by_endpoint ON devices (endpoint_id)',
    'CREATE INDEX devices_by_expiry ON devices (expires_at)',

    `CREATE TABLE subscriptions (
       id uuid PRIMARY KEY,
       mailbox_id uuid NOT NULL REFERENCES mailboxes (id) ON DELETE CASCADE,
       key_pair_id uuid NOT NULL REFERENCES key_pairs (id),
       state text NOT NULL CHECK (state IN ('pending', 'active', 'superseded', 'lost', 'rejected')),
       wanted_events text NOT NULL CHECK (wanted_events IN ('mail', 'mail-and-badge')),
       sealed_sha256 bytea NOT NULL CHECK (octet_length(sealed_sha256) = 32),
       inner_key bytea,
       inner_jwe text,
       durable boolean NOT NULL,
       credentials_expire_at bigint,
       credentials_from uuid,
       ownerless_since bigint,
       watermark text,
       prev_watermark text,
       last_seen_at bigint,
       suspect_since bigint,
       last_refused_at bigint,
       quiet_until bigint,
       last_neutral_at bigint,
       lost_at bigint,
       wake_stage smallint NOT NULL DEFAULT 0,
       wake_due_at bigint,
       created_at bigint NOT NULL,
       superseded_at bigint,
       ended_at bigint,
       CHECK (num_nonnulls(inner_key, inner_jwe) = CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END),
       CHECK ((state = 'superseded') = (superseded_at IS NOT NULL))
     ) WITH (fillfactor = 80)`,
    // The one that counts: whatever interleaves, a second one of these cannot exist.
    `CREATE UNIQUE INDEX subscriptions_current ON subscriptions (mailbox_id)
       WHERE state IN ('active', 'lost', 'rejected')`,
    'CREATE INDEX subscriptions_by_mailbox ON subscriptions (mailbox_id)',
    'CREATE INDEX subscriptions_by_key_pair ON subscriptions (key_pair_id)',
    `CREATE INDEX subscriptions_pending ON subscriptions (created_at) WHERE state = 'pending'`,
    `CREATE INDEX subscriptions_superseded ON subscriptions (superseded_at) WHERE state = 'superseded'`,
    'CREATE INDEX subscriptions_suspect ON subscriptions (suspect_since) WHERE suspect_since IS NOT NULL',
    'CREATE INDEX subscriptions_wake_due ON subscriptions (wake_due_at) WHERE wake_due_at IS NOT NULL',
    `CREATE INDEX subscriptions_ownerless ON subscriptions (ownerless_since)
       WHERE credentials_from IS NULL AND state IN ('active', 'lost')`,

    `CREATE INDEX subscriptions_expiring ON subscriptions (credentials_expire_at)
       WHERE credentials_expire_at IS NOT NULL AND state = 'active'`,

    `ALTER TABLE mailboxes ADD CONSTRAINT mailboxes_active_subscription
       FOREIGN KEY (active_subscription_id) REFERENCES subscriptions (id) ON DELETE SET NULL`,
    'CREATE UNIQUE INDEX mailboxes_by_active_subscription ON mailboxes (active_subscription_id)',

    // With the last device go mailbox, subscriptions and their half of the seal, whoever deletes the device.
    // A function rather than part of the deleting statement: after waiting for the lock it reads what is
    // committed then, so that a registration at the same moment is never swept away. The body is an ordinary
    // string, not a dollar quote, so that nothing on the way takes its semicolons for several statements.
    // An endpoint without devices is disabled since ever: upkeep deletes it, at SNS as well.
    `CREATE FUNCTION device_gone() RETURNS trigger LANGUAGE plpgsql AS '
     BEGIN
       PERFORM 1 FROM mailboxes WHERE id = OLD.mailbox_id FOR UPDATE;
       UPDATE subscriptions SET credentials_from = NULL
        WHERE mailbox_id = OLD.mailbox_id AND credentials_from = OLD.id;
       DELETE FROM mailboxes WHERE id = OLD.mailbox_id
          AND NOT EXISTS (SELECT 1 FROM devices WHERE mailbox_id = OLD.mailbox_id);
       UPDATE endpoints SET enabled = false, disabled_at = 0 WHERE id = OLD.endpoint_id
          AND NOT EXISTS (SELECT 1 FROM devices WHERE endpoint_id = OLD.endpoint_id);
       RETURN NULL;
     END'`,
    `CREATE TRIGGER device_gone AFTER DELETE ON devices
       FOR EACH ROW EXECUTE FUNCTION device_gone()`,

    `CREATE TABLE ews_url_cache (
       domain text PRIMARY KEY CHECK (domain NOT LIKE '%@%'),
       ews_url text NOT NULL,
       found_at bigint NOT NULL
     )`,

    `CREATE TABLE login_failures (
       user_hmac bytea NOT NULL CHECK (octet_length(user_hmac) = 32),
       failed_at bigint NOT NULL
     )`,
    'CREATE INDEX login_failures_by_user ON login_failures (user_hmac, failed_at)',
    'CREATE INDEX login_failures_by_time ON login_failures (failed_at)',

    // What scheduled work remembers from run to run: where it stopped, and when callbacks were last heard.
    `CREATE TABLE upkeep_state (
       name text PRIMARY KEY,
       value text NOT NULL,
       changed_at bigint NOT NULL
     )`,
  ],
};
