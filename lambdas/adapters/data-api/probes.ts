import { asId, type MailboxId } from '#domain/model/ids.ts';
import type { ProbeStore } from '#domain/ports/probe-store.ts';
import type { Database } from './database.ts';
import { PROBE_HOST } from './probe-host.ts';
import { subscriptionParameters } from './registrations.ts';
import { asRow, number, optional, text } from './row.ts';

const BEGIN = `
  WITH mailbox AS (
    INSERT INTO mailboxes (id, ews_host, inbox_sha256, address_hmac, created_at)
    VALUES (gen_random_uuid(), '${PROBE_HOST}', :inbox::bytea, :address::bytea, :now::bigint)
    ON CONFLICT (ews_host, inbox_sha256, address_hmac) DO UPDATE SET created_at = excluded.created_at
    RETURNING id
  ), pending AS (
    INSERT INTO subscriptions (id, mailbox_id, key_pair_id, state, wanted_events, sealed_sha256, inner_key,
                               inner_jwe, durable, credentials_expire_at, created_at)
    SELECT :id::uuid, mailbox.id, :key_pair::uuid, 'pending', 'mail', :sealed::bytea, :inner_key::bytea,
           :inner_jwe::text, :durable::boolean, :credentials_expire_at::bigint, :now::bigint
      FROM mailbox
    ON CONFLICT (id) DO NOTHING
  )
  SELECT json_build_object('mailboxId', id)::text FROM mailbox`;

const SEEN = `
  SELECT json_build_object('lastSeenAt', last_seen_at)::text FROM subscriptions WHERE id = :id::uuid`;

/** With the mailbox goes the subscription, and with it our half of the seal that Exchange still carries. */
const END = `
  DELETE FROM mailboxes
   WHERE ews_host = '${PROBE_HOST}' AND (id = :id::uuid OR created_at < :left_before::bigint)`;

export function createProbeStore(database: Database): ProbeStore {
  return {
    async begin({ now, inboxSha256, addressHmac, subscription }) {
      const [row] = await database.run(BEGIN, {
        now,
        inbox: inboxSha256,
        address: addressHmac,
        ...subscriptionParameters(subscription),
      });
      return asId<MailboxId>(text(asRow(row), 'mailboxId'));
    },
    async seenAt(id) {
      const [row] = await database.run(SEEN, { id });
      return row === undefined ? undefined : optional(asRow(row), 'lastSeenAt', number);
    },
    async end(id, leftBefore) {
      await database.run(END, { id, left_before: leftBefore });
    },
  };
}
