import type { Database } from '#adapters/data-api/database.ts';
import type { Transactions } from '#adapters/data-api/transaction.ts';
import type { Log } from '#domain/ports/system.ts';
import {
  answerCloudFormation,
  CustomResourceFailure,
  type CustomResourceResult,
  readCloudFormationEvent,
} from '#runtime/cloudformation.ts';
import type { Waiting } from '#runtime/denials.ts';
import { GROUPS, type Group } from './database-rights.ts';
import { type DatabaseUser, ensureRights, ensureUser } from './database-users.ts';
import { ensureDatabase } from './ensure-database.ts';
import { MigrationRefused } from './migration-refused.ts';
import type { Migration } from './migrations/migration.ts';
import { type RotationEvent, readRotationEvent } from './rotate-secret.ts';
import { LOCK, type MigrationReport, runMigrations } from './run-migrations.ts';

export interface MigrateDependencies {
  /** Connected to the database `postgres`, which every cluster has. */
  readonly server: Database;
  /** The database of `transactions`. */
  readonly databaseName: string;
  readonly transactions: Transactions;
  readonly migrations: readonly Migration[];
  /** The users that the functions and the operator log on as. */
  users(): Promise<Readonly<Partial<Record<Group, DatabaseUser>>>>;
  /** One step that Secrets Manager asks for. */
  rotate(event: RotationEvent): Promise<void>;
  readonly log: Log;
  readonly waiting?: Waiting;
}

/**
 * Makes the database where there is none, runs the migrations, then makes the users and their rights. For CloudFormation as
 * a custom resource (deleting it changes nothing: the data outlives the stack), for anybody else directly, answering the
 * report. For Secrets Manager it does one step of a rotation.
 */
export function createMigrateRoute(dependencies: MigrateDependencies) {
  const { transactions, migrations, log } = dependencies;

  async function migrate(): Promise<MigrationReport> {
    await ensureDatabase(dependencies.server, dependencies.databaseName);
    const report = await runMigrations(transactions, migrations);
    const users = await dependencies.users();
    await transactions.transact(async (database) => {
      await database.run(LOCK);
      await ensureRights(database, GROUPS);
      for (const group of GROUPS) {
        const user = users[group];
        if (user !== undefined) await ensureUser(database, user, group);
      }
    });
    log.info('migrated', { version: report.version, applied: report.applied.length });
    return report;
  }

  async function asResource(): Promise<CustomResourceResult> {
    try {
      const { version } = await migrate();
      return { physicalResourceId: 'ens-schema', data: { version: String(version) } };
    } catch (error) {
      throw error instanceof MigrationRefused ? new CustomResourceFailure(error.message) : error;
    }
  }

  return async function handle(event: unknown): Promise<MigrationReport | undefined> {
    const rotation = readRotationEvent(event);
    if (rotation !== undefined) {
      await dependencies.rotate(rotation);
      log.info('secret-rotation', { step: rotation.Step });
      return undefined;
    }
    const resource = readCloudFormationEvent(event);
    if (resource === undefined) return await migrate();
    const failure = await answerCloudFormation(
      resource,
      () =>
        resource.RequestType === 'Delete'
          ? Promise.resolve({ physicalResourceId: 'ens-schema' })
          : asResource(),
      dependencies.waiting,
    );
    if (failure !== undefined)
      log.error('migration-failed', { error: failure instanceof Error ? failure.name : 'unknown' });
    return undefined;
  };
}
