import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientSettings } from '#adapters/aws-clients.ts';
import { createDatabase, createDataClient } from '#adapters/data-api/database.ts';
import { CLUSTER_NOT_READY } from '#adapters/data-api/errors.ts';
import { createTransactions } from '#adapters/data-api/transaction.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import { GROUPS } from './database-rights.ts';
import { readDatabaseUser } from './database-users.ts';
import { readEnv } from './env.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { rotateSecret } from './rotate-secret.ts';
import { createMigrateRoute } from './route.ts';

/** The Data API gives up on a statement after 45 s. */
const STATEMENT_TIMEOUT_MS = 50_000;
/** A new or paused cluster may take minutes to answer; the function itself has 14. */
const BUDGET_MS = 5 * 60_000;
const LOG_ON_MS = 30_000;

const env = readEnv(process.env);
const secrets = new SecretsManagerClient(clientSettings(5_000));
const client = createDataClient(STATEMENT_TIMEOUT_MS);
const asOwner = {
  databaseArn: env.databaseArn,
  secretArn: env.ownerSecretArn,
  budgetMs: BUDGET_MS,
  alsoPassing: CLUSTER_NOT_READY,
};

const transactions = createTransactions(client, { ...asOwner, databaseName: env.databaseName });

/** Entry point of the function `migrate`: assembly only. */
export const handler = createMigrateRoute({
  server: createDatabase(client, { ...asOwner, databaseName: 'postgres' }),
  databaseName: env.databaseName,
  transactions,
  migrations: MIGRATIONS,
  users: async () =>
    Object.fromEntries(
      await Promise.all(
        GROUPS.map(
          async (group) => [group, await readDatabaseUser(secrets, env.userSecretArns[group])] as const,
        ),
      ),
    ),
  rotate: (event) =>
    rotateSecret(
      {
        secrets,
        transactions,
        ownerSecretArn: env.ownerSecretArn,
        groupOf: (secretArn) => GROUPS.find((group) => env.userSecretArns[group] === secretArn),
        logOn: (secretArn) =>
          createDatabase(client, {
            databaseArn: env.databaseArn,
            databaseName: env.databaseName,
            secretArn,
            budgetMs: LOG_ON_MS,
          }),
      },
      event,
    ),
  log: createTelemetry('migrate', env.stage).log,
});
