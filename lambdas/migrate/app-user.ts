import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { dependencyUnavailable } from '#adapters/aws-errors.ts';
import type { Database } from '#adapters/data-api/database.ts';
import { asRow, boolean } from '#adapters/data-api/row.ts';
import { escapeLiterals } from './escape-literals.ts';
import { MigrationRefused } from './migration-refused.ts';
import { scramVerifier } from './scram.ts';

/** The database user of all other functions. */
export interface AppUser {
  readonly name: string;
  readonly password: string;
}

const schema = z.object({
  // Becomes an identifier in SQL, where no parameter may stand.
  username: z.string().check(z.regex(/^[a-z_][a-z0-9_]{0,62}$/)),
  password: z.string().check(z.regex(/^[\x21-\x7e]{12,128}$/)),
});

/** Name and password from the app user's secret. Throws DependencyUnavailable('secrets'), MigrationRefused. */
export async function readAppUser(client: SecretsManagerClient, secretArn: string): Promise<AppUser> {
  const answer = await client
    .send(new GetSecretValueCommand({ SecretId: secretArn }))
    .catch((error: unknown) => {
      throw dependencyUnavailable('secrets', error);
    });
  const result = z.safeParse(schema, parse(answer.SecretString ?? ''));
  if (!result.success)
    throw new MigrationRefused(
      'The secret of the database user needs "username" (lower-case letters, digits, underscores) and "password" (12 to 128 printable ASCII characters, no blanks).',
    );
  return { name: result.data.username, password: result.data.password };
}

/**
 * Makes the user, or gives it the password that the secret has now, and grants it rows alone: no DDL, and
 * of the list of migrations nothing but reading.
 */
export async function ensureAppUser(database: Database, user: AppUser): Promise<void> {
  const [row] = await database.run(
    `SELECT json_build_object('exists', EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :name::text))::text`,
    { name: user.name },
  );
  const verb = boolean(asRow(row), 'exists') ? 'ALTER' : 'CREATE';
  const role = `"${user.name}"`;
  const statements = [
    `${verb} ROLE ${role} LOGIN PASSWORD '${scramVerifier(user.password)}'`,
    'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`,
    `REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM ${role}`,
  ];
  for (const statement of statements) await database.run(escapeLiterals(statement));
}

function parse(secret: string): unknown {
  try {
    return JSON.parse(secret);
  } catch {
    return undefined;
  }
}
