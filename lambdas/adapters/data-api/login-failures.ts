import type { LoginFailureStore } from '#domain/ports/store.ts';
import type { Database } from './database.ts';
import { asRow, bytes, number } from './row.ts';

/**
 * Takes from the failures that are left, before anything is sent: rows are locked in turn, so that parallel
 * registrations share them. A device that was registered with this account is counted by itself, everybody else by
 * account and by address together. A statement that is repeated takes twice, and the rest is free again by age.
 */
const RESERVE = `
  WITH known AS (
    SELECT 1 FROM mailboxes m
      JOIN devices d ON d.mailbox_id = m.id
      JOIN endpoints e ON e.id = d.endpoint_id
     WHERE m.address_hmac = :address::bytea AND d.device_hmac = :device::bytea AND d.account_hmac = :account::bytea
       AND e.platform = :platform::text AND e.token_sha256 = :token::bytea LIMIT 1
  ), keys AS (
    SELECT key FROM (VALUES (:own::bytea, true), (:account::bytea, false), (:by_address::bytea, false)) k (key, is_own)
     WHERE is_own = EXISTS (SELECT 1 FROM known) ORDER BY key
  ), taken AS (
    INSERT INTO login_failures AS f (user_hmac, failed_at, failures, granted)
    SELECT key, :now::bigint, array_fill(:now::bigint, ARRAY[:wanted::integer]), :wanted::integer FROM keys
    ON CONFLICT (user_hmac) WHERE failures IS NOT NULL DO UPDATE
       SET (failed_at, failures, granted) = (
             SELECT excluded.failed_at, recent.times || array_fill(:now::bigint, ARRAY[room.granted]), room.granted
               FROM (SELECT ARRAY(SELECT at FROM unnest(f.failures) at WHERE at >= :since::bigint) AS times) recent,
                    LATERAL (SELECT least(:wanted::integer, greatest(0, :most::integer - cardinality(recent.times)))
                                    AS granted) room)
    RETURNING f.user_hmac, f.granted
  )
  SELECT json_build_object('key', encode(user_hmac, 'base64'), 'granted', granted)::text FROM taken`;

const GIVE_BACK = `
  UPDATE login_failures f
     SET failures = ARRAY(
       SELECT numbered.at FROM (SELECT at, row_number() OVER (PARTITION BY at) AS n FROM unnest(f.failures) at) numbered
        WHERE numbered.at <> :at::bigint OR numbered.n > back.count)
    FROM json_to_recordset(:back::json) AS back (key text, count integer)
   WHERE f.user_hmac = decode(back.key, 'base64') AND f.failures IS NOT NULL`;

export function createLoginFailureStore(database: Database): LoginFailureStore {
  return {
    async reserve({ now, since, wanted, most, keys, device }) {
      const rows = await database.run(RESERVE, {
        now,
        since,
        wanted,
        most,
        own: keys.own,
        account: keys.account,
        by_address: keys.address,
        address: device.addressHmac,
        device: device.idHmac,
        platform: device.platform,
        token: device.tokenSha256,
      });
      return rows.map(asRow).map((row) => ({ key: bytes(row, 'key'), granted: number(row, 'granted') }));
    },
    async giveBack(at, unused) {
      const back = unused.map(({ key, count }) => ({ key: Buffer.from(key).toString('base64'), count }));
      await database.run(GIVE_BACK, { at, back: JSON.stringify(back) });
    },
  };
}
