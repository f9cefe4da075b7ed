import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clientSettings } from '#adapters/aws-clients.ts';
import { createDatabase, createDataClient } from '#adapters/data-api/database.ts';
import { CLUSTER_NOT_READY } from '#adapters/data-api/errors.ts';
import { createTransactions } from '#adapters/data-api/transaction.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import { readAppUser } from './app-user.ts';
import { readEnv } from './env.ts';
import { MIGRATIONS } from './migrations/all.ts';
import { createMigrateRoute } from './route.ts';

/** The Data API gives up on a statement after 45 s. */
const STATEMENT_TIMEOUT_MS = 50_000;
/** A new or paused cluster may take minutes to answer; the function itself has 14. */
const BUDGET_MS = 5 * 60_000;

const env = readEnv(process.env);
const secrets = new SecretsManagerClient(clientSettings(5_000));
const client = createDataClient(STATEMENT_TIMEOUT_MS);
const asOwner = {
  databaseArn: env.databaseArn,
  secretArn: env.ownerSecretArn,
  budgetMs: BUDGET_MS,
  alsoPassing: CLUSTER_NOT_READY,
};

/** Entry point of the function `migrate`: assembly only. */
export const handler = createMigrateRoute({
  server: createDatabase(client, { ...asOwner, databaseName: 'postgres' }),
  databaseName: env.databaseName,
  transactions: createTransactions(client, { ...asOwner, databaseName: env.databaseName }),
  migrations: MIGRATIONS,
  appUser: () => readAppUser(secrets, env.appSecretArn),
  log: createTelemetry('migrate', env.stage).log,
});
