import type { Database } from '#adapters/data-api/database.ts';
import { asRow, boolean } from '#adapters/data-api/row.ts';
import { DependencyUnavailable } from '#domain/errors.ts';

const EXISTS = `
  SELECT json_build_object('exists', EXISTS (SELECT 1 FROM pg_database WHERE datname = :name::text))::text`;

/** duplicate_database: another run made it between our two statements. */
const ALREADY_EXISTS = 'DatabaseErrorException/42P04';

/**
 * Makes the database in exactly this spelling, where it does not exist yet: it is not documented whether RDS keeps the
 * case of a name in the template. `server` is connected to `postgres` and in no transaction, because PostgreSQL
 * makes databases in none. Throws DependencyUnavailable('database').
 */
export async function ensureDatabase(server: Database, name: string): Promise<void> {
  const [row] = await server.run(EXISTS, { name });
  if (boolean(asRow(row), 'exists')) return;
  await server.run(`CREATE DATABASE "${name}"`).catch((error: unknown) => {
    if (!(error instanceof DependencyUnavailable) || error.code !== ALREADY_EXISTS) throw error;
  });
}
