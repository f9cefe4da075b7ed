import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { dependencyUnavailable } from '#adapters/aws-errors.ts';
import type { Database } from '#adapters/data-api/database.ts';
import { asRow, boolean } from '#adapters/data-api/row.ts';
import { type Group, groupRole, rightsOf } from './database-rights.ts';
import { escapeLiterals } from './escape-literals.ts';
import { MigrationRefused } from './migration-refused.ts';
import { scramVerifier } from './scram.ts';

/** A user of the database who may log on. */
export interface DatabaseUser {
  readonly name: string;
  readonly password: string;
}

const schema = z.object({
  // Becomes an identifier in SQL, where no parameter may stand.
  username: z.string().check(z.regex(/^[a-z_][a-z0-9_]{0,62}$/)),
  password: z.string().check(z.regex(/^[\x21-\x7e]{12,128}$/)),
});

/** Name and password from a user's secret. Throws DependencyUnavailable('secrets'), MigrationRefused. */
export async function readDatabaseUser(
  client: SecretsManagerClient,
  secretArn: string,
): Promise<DatabaseUser> {
  const answer = await client
    .send(new GetSecretValueCommand({ SecretId: secretArn }))
    .catch((error: unknown) => {
      throw dependencyUnavailable('secrets', error);
    });
  return userIn(answer.SecretString ?? '');
}

/** Throws MigrationRefused where the text of a secret holds no user. */
export function userIn(secret: string): DatabaseUser {
  const result = z.safeParse(schema, parse(secret));
  if (!result.success)
    throw new MigrationRefused(
      'The secret of the database user needs "username" (lower-case letters, digits, underscores) and "password" (12 to 128 printable ASCII characters, no blanks).',
    );
  return { name: result.data.username, password: result.data.password };
}

/** Brings the rights of every group up to date with the schema. */
export async function ensureRights(database: Database, groups: readonly Group[]): Promise<void> {
  await database.run('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
  for (const group of groups) {
    const role = groupRole(group);
    if (!(await exists(database, role))) await database.run(`CREATE ROLE ${role} NOLOGIN`);
    for (const statement of rightsOf(group)) await database.run(statement);
  }
}

/** Makes the user, or gives it this password, with the rights of its group and none of its own. */
export async function ensureUser(database: Database, user: DatabaseUser, group: Group): Promise<void> {
  const verb = (await exists(database, user.name)) ? 'ALTER' : 'CREATE';
  const role = `"${user.name}"`;
  const statements = [
    `${verb} ROLE ${role} LOGIN PASSWORD '${scramVerifier(user.password)}'`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`,
    `GRANT ${groupRole(group)} TO ${role}`,
  ];
  for (const statement of statements) await database.run(escapeLiterals(statement));
}

async function exists(database: Database, role: string): Promise<boolean> {
  const [row] = await database.run(
    `SELECT json_build_object('exists', EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :name::text))::text`,
    { name: role },
  );
  return boolean(asRow(row), 'exists');
}

function parse(secret: string): unknown {
  try {
    return JSON.parse(secret);
  } catch {
    return undefined;
  }
}
