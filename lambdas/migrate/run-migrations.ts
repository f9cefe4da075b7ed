import { createHash } from 'node:crypto';
import type { Database } from '#adapters/data-api/database.ts';
import { asRow, number, text } from '#adapters/data-api/row.ts';
import type { Transactions } from '#adapters/data-api/transaction.ts';
import { escapeLiterals } from './escape-literals.ts';
import { MigrationRefused } from './migration-refused.ts';
import type { Migration } from './migrations/migration.ts';

export interface MigrationReport {
  /** Versions applied by this run, in order. */
  readonly applied: readonly number[];
  /** Version of the schema now. */
  readonly version: number;
}

/** Any number that nobody else uses in this database; held until the transaction ends. */
export const LOCK = "SELECT '{}'::text FROM pg_advisory_xact_lock(7264531908)";

const JOURNAL = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;

const APPLIED = `
  SELECT json_build_object('version', version, 'sha256', sha256)::text
    FROM schema_migrations ORDER BY version`;

const ENTER = `
  INSERT INTO schema_migrations (version, name, sha256)
  VALUES (:version::integer, :name::text, :sha256::text)`;

/**
 * Brings the schema forward, each migration in a transaction of its own. Safe to repeat, to be killed, and to
 * run twice at once: the second waits, then finds the work done. Throws MigrationRefused on a schema that is
 * newer than these migrations or was made by others, DependencyUnavailable where the database does not answer.
 */
export async function runMigrations(
  transactions: Transactions,
  migrations: readonly Migration[],
): Promise<MigrationReport> {
  const applied: number[] = [];
  let version = await transactions.transact(async (database) => {
    await database.run(LOCK);
    await database.run(JOURNAL);
    return await checkedVersion(database, migrations);
  });
  for (const migration of migrations.filter((candidate) => candidate.version > version)) {
    const isMine = await transactions.transact((database) => apply(database, migration, migrations));
    if (isMine) applied.push(migration.version);
    version = migration.version;
  }
  return { applied, version };
}

/** False where somebody else applied it while we waited for the lock. */
async function apply(
  database: Database,
  migration: Migration,
  migrations: readonly Migration[],
): Promise<boolean> {
  await database.run(LOCK);
  if ((await checkedVersion(database, migrations)) >= migration.version) return false;
  for (const statement of migration.statements) await database.run(escapeLiterals(statement));
  const { version, name } = migration;
  await database.run(ENTER, { version, name, sha256: fingerprint(migration) });
  return true;
}

async function checkedVersion(database: Database, migrations: readonly Migration[]): Promise<number> {
  const rows = (await database.run(APPLIED)).map(asRow);
  for (const row of rows) {
    const version = number(row, 'version');
    const known = migrations.find((migration) => migration.version === version);
    if (known === undefined)
      throw new MigrationRefused(
        `The database has schema version ${version}, which this release does not know. Deploy the newer release again; schemas only go forward.`,
      );
    if (fingerprint(known) !== text(row, 'sha256'))
      throw new MigrationRefused(
        `Migration ${version} in the database is not the one in this release. A released migration must not be edited: restore it and add another.`,
      );
  }
  return Math.max(0, ...rows.map((row) => number(row, 'version')));
}

/** Comments and layout count too: what was applied is what stands here, to the letter. */
export function fingerprint(migration: Migration): string {
  return createHash('sha256').update(migration.statements.join('\n;\n')).digest('hex');
}
