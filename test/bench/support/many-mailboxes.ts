import { createHash } from 'node:crypto';
import { MIGRATIONS } from '../../../lambdas/migrate/migrations/all.ts';
import { connectPostgres, type PostgresClient } from './postgres-client.ts';

/** Instants of the generated rows are shortly before this. */
export const GENERATED_AT = 1_780_000_000_000;

/**
 * A database with the real schema and `count` mailboxes, each with two devices on endpoints of their own and one
 * active subscription. Everything of mailbox `n` follows from `n` (see `idOf`, `sealedOf`).
 */
export async function createDatabaseOf(
  socketPath: string,
  name: string,
  count: number,
): Promise<PostgresClient> {
  const admin = await connectPostgres(socketPath, 'postgres');
  await admin.execute(`CREATE DATABASE ${name}`);
  admin.close();
  const client = await connectPostgres(socketPath, name);
  for (const { statements } of MIGRATIONS)
    for (const statement of statements) await client.execute(statement);
  await client.execute('SET synchronous_commit = off');
  for (const statement of fill(count)) await client.execute(statement);
  await client.execute('VACUUM (ANALYZE)');
  return client;
}

/** UUID of kind `m`(ailbox), `s`(ubscription), `e`(ndpoint) or `d`(evice) number `n`, as SQL and here. */
export function idOf(kind: 's' | 'm', n: number): string {
  return createHash('md5')
    .update(`${kind}${n}`)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function sealedOf(n: number): Uint8Array {
  return createHash('sha256').update(`sealed${n}`).digest();
}

export function inboxOf(n: number): Uint8Array {
  return createHash('sha256').update(`inbox${n}`).digest();
}

function fill(count: number): readonly string[] {
  const id = (kind: string) => `md5('${kind}' || n)::uuid`;
  const digest = (what: string) => `sha256(('${what}' || n)::bytea)`;
  const at = `${GENERATED_AT}::bigint - (n % 1800000)`;
  const rows = `FROM generate_series(1, ${count}) AS n`;
  const twice = `FROM generate_series(1, ${count * 2}) AS n`;
  return [
    `INSERT INTO key_pairs SELECT md5('k' || n)::uuid, sha256('p'), decode(repeat('ab', 2000), 'hex'), ${GENERATED_AT} - n
       FROM generate_series(1, 30) AS n`,
    `INSERT INTO mailboxes (id, ews_host, inbox_sha256, address_hmac, unread, unread_at, created_at)
     SELECT ${id('m')}, 'mail' || n % 50 || '.example.com', ${digest('inbox')}, ${digest('address')}, n % 90, ${at}, ${at} ${rows}`,
    `INSERT INTO endpoints (id, platform, token_sha256, endpoint_arn, created_at)
     SELECT ${id('e')}, 'apns', ${digest('token')},
            'arn:aws:sns:eu-central-1:123456789012:endpoint/APNS/ens/' || ${id('e')}, ${at} ${twice}`,
    `INSERT INTO devices (id, mailbox_id, endpoint_id, device_hmac, content, badge, sound, created_at, renewed_at, expires_at)
     SELECT ${id('d')}, md5('m' || (n + 1) / 2)::uuid, ${id('e')}, ${digest('device')}, 'subject-and-sender',
            true, true, ${at}, ${at}, ${at} + 30::bigint * 86400000 ${twice}`,
    `INSERT INTO subscriptions (id, mailbox_id, key_pair_id, state, wanted_events, sealed_sha256, inner_key, durable,
                                credentials_from, watermark, prev_watermark, last_seen_at, created_at)
     SELECT ${id('s')}, ${id('m')}, md5('k' || 1 + n % 30)::uuid, 'active', 'mail-and-badge', ${digest('sealed')},
            ${digest('inner')}, true, md5('d' || n * 2)::uuid, 'AQAAAB' || md5('w' || n), 'AQAAAB' || md5('v' || n),
            ${at}, ${at} ${rows}`,
    `UPDATE mailboxes m SET active_subscription_id = s.id FROM subscriptions s WHERE s.mailbox_id = m.id`,
  ];
}
