import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDatabase, type Database } from '#adapters/data-api/database.ts';
import type { Group } from '../../../lambdas/migrate/database-rights.ts';
import { CLUSTER_ARN, DATABASE, LAMBDA_SECRET_ARN, startTestAws, type TestAws } from '../../support/aws.ts';
import { migrator } from '../../support/data-api.ts';

/** The same login in every group in turn: what it may do is the group's. */
const databases = new Map<Group, { readonly world: TestAws; readonly database: Database }>();

beforeAll(async () => {
  for (const group of ['app', 'upkeep', 'reader', 'operator'] as const) {
    const world = await startTestAws();
    await migrator(world, undefined, { group }).migrate();
    const database = createDatabase(new RDSDataClient(world.client()), {
      databaseArn: CLUSTER_ARN,
      secretArn: LAMBDA_SECRET_ARN,
      databaseName: DATABASE,
      budgetMs: 5_000,
    });
    databases.set(group, { world, database });
  }
});
afterAll(async () => {
  for (const { world } of databases.values()) await world.close();
});

async function outcome(group: Group, sql: string): Promise<string> {
  const database = databases.get(group)?.database;
  if (database === undefined) throw new Error('no such group');
  return await database.run(sql).then(
    () => 'done',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'thrown'),
  );
}

const DENIED = 'DatabaseErrorException/42501';

test.each<readonly [Group, string]>([
  ['app', 'UPDATE api_tokens SET label = label'],
  ['app', "INSERT INTO api_tokens VALUES (gen_random_uuid(), 'x', sha256('x'), 1)"],
  ['app', 'UPDATE key_pairs SET public_key = public_key'],
  ['app', "INSERT INTO key_pairs VALUES (gen_random_uuid(), 'x', 'x', 1)"],
  ['app', 'DELETE FROM key_pairs'],
  ['upkeep', 'SELECT token_sha256::text FROM api_tokens'],
  ['app', 'DELETE FROM revocations'],
  ['upkeep', "INSERT INTO api_tokens VALUES (gen_random_uuid(), 'x', sha256('x'), 1)"],
  ['upkeep', 'UPDATE api_tokens SET token_sha256 = token_sha256'],
  ['upkeep', 'DELETE FROM api_tokens'],
  ['upkeep', 'UPDATE key_pairs SET public_key = public_key'],
  ['upkeep', 'UPDATE key_pairs SET wrapped_private_key = wrapped_private_key'],
  ['upkeep', "UPDATE devices SET preview_key = '{}'"],
  ['upkeep', 'UPDATE devices SET endpoint_id = endpoint_id'],
  ['upkeep', 'INSERT INTO devices SELECT * FROM devices'],
  ['reader', 'SELECT label FROM api_tokens'],
  ['reader', 'SELECT public_key::text FROM key_pairs'],
  ['reader', 'SELECT inner_jwe FROM subscriptions'],
  ['reader', 'SELECT id::text FROM devices'],
  ['reader', 'SELECT id::text FROM mailboxes'],
  ['reader', "INSERT INTO upkeep_state VALUES ('x', '', 1)"],
  ['operator', 'UPDATE api_tokens SET token_sha256 = token_sha256'],
  ['operator', 'DELETE FROM api_tokens'],
  ['operator', 'UPDATE key_pairs SET public_key = public_key'],
  ['operator', 'DROP TABLE devices'],
  ['operator', 'DELETE FROM schema_migrations'],
])('the user of %s may not: %s', async (group, sql) => {
  expect(await outcome(group, sql)).toBe(DENIED);
});

test.each<readonly [Group, string]>([
  ['app', "SELECT encode(token_sha256, 'base64') FROM api_tokens"],
  ['app', 'UPDATE devices SET badge = badge'],
  ['app', "INSERT INTO revocations (kind, id) SELECT 'device', gen_random_uuid()"],
  ['upkeep', "INSERT INTO key_pairs VALUES (gen_random_uuid(), 'x', 'x', 1)"],
  ['upkeep', 'DELETE FROM key_pairs'],
  ['upkeep', 'DELETE FROM devices'],
  ['upkeep', 'UPDATE subscriptions SET wake_due_at = 1'],
  ['upkeep', 'UPDATE api_tokens SET revoked_at = 1 WHERE revoked_at IS NULL'],
  ['upkeep', 'UPDATE key_pairs SET retired_at = 1'],
  ['reader', 'SELECT token_sha256 FROM api_tokens WHERE revoked_at IS NULL ORDER BY created_at'],
  ['reader', 'SELECT max(created_at) FROM key_pairs WHERE retired_at IS NULL'],
  ['reader', "SELECT min(last_seen_at) FROM subscriptions WHERE state = 'active'"],
  ['operator', "INSERT INTO api_tokens VALUES (gen_random_uuid(), 'x', sha256('y'), 1)"],
  ['operator', 'UPDATE api_tokens SET revoked_at = 1'],
  ['operator', 'UPDATE key_pairs SET retired_at = 1'],
])('the user of %s may: %s', async (group, sql) => {
  expect(await outcome(group, sql)).toBe('done');
});
