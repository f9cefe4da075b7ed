import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createDatabase, type Database, type DatabaseSettings } from '#adapters/data-api/database.ts';
import { CLUSTER_NOT_READY } from '#adapters/data-api/errors.ts';
import { createTransactions, type Transactions } from '#adapters/data-api/transaction.ts';
import type { Waiting } from '#runtime/denials.ts';
import type { Group } from '../../lambdas/migrate/database-rights.ts';
import { readDatabaseUser } from '../../lambdas/migrate/database-users.ts';
import { MIGRATIONS } from '../../lambdas/migrate/migrations/all.ts';
import type { Migration } from '../../lambdas/migrate/migrations/migration.ts';
import { createMigrateRoute } from '../../lambdas/migrate/route.ts';
import {
  CLUSTER_ARN,
  DATABASE,
  LAMBDA_SECRET_ARN,
  OWNER_SECRET_ARN,
  startTestAws,
  type TestAws,
} from './aws.ts';

const SETTINGS: DatabaseSettings = {
  databaseArn: CLUSTER_ARN,
  secretArn: LAMBDA_SECRET_ARN,
  databaseName: DATABASE,
  budgetMs: 10_000,
};

/** A PostgreSQL with the schema of this release, behind the Data API that the real SDK client talks to. */
export interface OpenStore {
  readonly world: TestAws;
  /** As the user of the command line, which has the rights of all functions together. */
  readonly database: Database;
  /** Every row of a table as the superuser sees it. */
  rows(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Empties every table but the list of migrations. */
  clear(): Promise<void>;
}

export interface TestStore extends OpenStore {
  close(): Promise<void>;
}

export async function startStore(): Promise<TestStore> {
  const world = await startTestAws();
  await migrator(world).migrate();
  const client = new RDSDataClient(world.client());
  const database = createDatabase(client, SETTINGS);
  return {
    world,
    database,
    rows: (sql, parameters) => world.aws.database.query(sql, parameters),
    async clear() {
      const { database: emulated } = world.aws;
      const tables = await emulated.query(
        `SELECT string_agg(tablename, ', ') AS names FROM pg_tables
          WHERE schemaname = 'public' AND tablename <> 'schema_migrations'`,
      );
      await emulated.query(`TRUNCATE ${String(tables[0]?.names)}`);
    },
    async close() {
      client.destroy();
      await world.close();
    },
  };
}

/** The migrate function's route with the owner's rights. The one user of the tests is of `group`. */
export function migrator(
  world: TestAws,
  migrations: readonly Migration[] = MIGRATIONS,
  {
    client = world.client(),
    waiting,
    group = 'operator',
  }: { client?: ReturnType<TestAws['client']>; waiting?: Waiting; group?: Group } = {},
) {
  const logged: string[] = [];
  const asOwner = { ...SETTINGS, secretArn: OWNER_SECRET_ARN, alsoPassing: CLUSTER_NOT_READY };
  const data = new RDSDataClient(client);
  const transactions: Transactions = createTransactions(data, asOwner);
  const users = async () => ({
    [group]: await readDatabaseUser(new SecretsManagerClient(client), LAMBDA_SECRET_ARN),
  });
  const note = (event: string) => void logged.push(event);
  const route = createMigrateRoute({
    server: createDatabase(data, { ...asOwner, databaseName: 'postgres' }),
    databaseName: DATABASE,
    transactions,
    migrations,
    users,
    rotate: () => Promise.reject(new Error('no secret rotates here')),
    log: { info: note, warn: note, error: note },
    ...(waiting === undefined ? {} : { waiting }),
  });
  return { migrate: () => route({}), route, transactions, logged };
}

/** What must hold after any sequence of statements, killed anywhere: each row is one breach, named. */
export function breaches(store: OpenStore): Promise<Record<string, unknown>[]> {
  return store.rows(`
    SELECT 'two that count' AS breach, mailbox_id AS id FROM subscriptions
     WHERE state IN ('active', 'lost', 'rejected') GROUP BY mailbox_id HAVING count(*) > 1
    UNION ALL
    SELECT 'counts but is not named', s.id FROM subscriptions s JOIN mailboxes m ON m.id = s.mailbox_id
     WHERE s.state IN ('active', 'lost', 'rejected') AND m.active_subscription_id IS DISTINCT FROM s.id
    UNION ALL
    SELECT 'named but does not count', m.id FROM mailboxes m
      JOIN subscriptions s ON s.id = m.active_subscription_id
     WHERE s.state NOT IN ('active', 'lost', 'rejected') OR s.mailbox_id <> m.id
    UNION ALL
    SELECT 'mailbox without device', m.id FROM mailboxes m
     WHERE NOT EXISTS (SELECT 1 FROM devices d WHERE d.mailbox_id = m.id)
    UNION ALL
    SELECT 'credentials of a device that is gone', s.id FROM subscriptions s
     WHERE s.credentials_from IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.id = s.credentials_from AND d.mailbox_id = s.mailbox_id)
    UNION ALL
    SELECT 'more than 20 devices', mailbox_id FROM devices GROUP BY mailbox_id HAVING count(*) > 20
    UNION ALL
    SELECT 'ended with a half of the seal', id FROM subscriptions
     WHERE ended_at IS NOT NULL AND num_nonnulls(inner_key, inner_jwe) > 0`);
}
