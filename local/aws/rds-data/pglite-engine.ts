import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import { AwsError } from '../wire.ts';
import {
  asDatabaseError,
  databaseError,
  type Engine,
  type EngineOptions,
  identifier,
  literal,
  MAINTENANCE_DATABASE,
  noSuchDatabase,
  type RawResult,
} from './engine.ts';
import { RESULT_OIDS } from './fields.ts';
import { type BoundParameter, OID } from './parameters.ts';
import { startPglite } from './start-pglite.ts';

const asText = (value: string) => value;
const PARSERS = Object.fromEntries(RESULT_OIDS.map((oid) => [oid, asText]));
const SERIALIZERS = Object.fromEntries(Object.values(OID).map((oid) => [oid, asText]));
const INSPECTION_PARSERS = {
  [OID.bytea]: (value: string) => Buffer.from(value.slice(2), 'hex').toString('base64'),
  [OID.int8]: Number,
  [OID.numeric]: Number,
  [OID.date]: asText,
  [OID.timestamp]: asText,
  1184: (value: string) => new Date(value).toISOString(),
};

/** What the database `postgres` is asked for here. */
const ABOUT_DATABASES = /\bpg_database\b|^(BEGIN|COMMIT|ROLLBACK)$/;

/** The name in CREATE DATABASE: quoted, or folded to lower case. */
const CREATE_DATABASE = /^\s*CREATE\s+DATABASE\s+(?:"((?:[^"]|"")+)"|([a-z_]\w*))\s*$/i;

/**
 * A fresh PostgreSQL in memory. PGlite has one database: it is `postgres` until CREATE DATABASE gives it a name,
 * and from then on `postgres` can be asked only which databases there are.
 */
export async function startPgliteEngine(options: EngineOptions): Promise<Engine> {
  const pglite = await startPglite();
  let named: string | undefined;
  let current: { user: string; database: string } | undefined;
  let inTransaction = false;

  async function beSuperuser(): Promise<void> {
    current = undefined;
    // RESET does not lead back to the superuser in PGlite; naming it does.
    await pglite.exec("SET SESSION AUTHORIZATION 'postgres'");
  }

  async function nameIt(name: string, owner: string): Promise<void> {
    await pglite.exec(`
      UPDATE pg_database SET datname = ${literal(name)} WHERE datname = '${MAINTENANCE_DATABASE}';
      ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(owner)}`);
    named = name;
  }

  async function createDatabase(name: string, user: string): Promise<RawResult> {
    if (inTransaction)
      throw databaseError('ERROR: CREATE DATABASE cannot run inside a transaction block', '25001');
    await beSuperuser();
    const { rows } = await pglite.query<{ allowed: boolean }>(
      'SELECT rolcreatedb AS allowed FROM pg_roles WHERE rolname = $1',
      [user],
    );
    if (rows[0]?.allowed !== true)
      throw databaseError('ERROR: permission denied to create database', '42501');
    if (name === named || name === MAINTENANCE_DATABASE)
      throw databaseError(`ERROR: database "${name}" already exists`, '42P04');
    if (named !== undefined) throw new AwsError('InternalFailure', 500, 'emulator: one database is enough');
    await nameIt(name, user);
    return { command: 'CREATE', columns: [], rows: [], affected: 0 };
  }

  async function query(sql: string, parameters: readonly BoundParameter[]): Promise<RawResult> {
    try {
      const result = await pglite.query<(string | number | null)[]>(
        sql,
        parameters.map(({ value }) => value),
        {
          rowMode: 'array',
          paramTypes: parameters.map(({ oid }) => oid),
          parsers: PARSERS,
          serializers: SERIALIZERS,
        },
      );
      return {
        command: result.command ?? '',
        columns: result.fields.map(({ name, dataTypeID }) => ({ label: name, oid: dataTypeID })),
        rows: result.rows.map((row) => row.map((value) => (value === null ? null : String(value)))),
        affected: result.affectedRows ?? 0,
      };
    } catch (error) {
      throw asDatabaseError(error);
    }
  }

  await prepare(pglite, options);
  if (options.databaseName !== undefined) await nameIt(options.databaseName, options.owner);

  return {
    async authenticates(user, password) {
      await beSuperuser();
      const { rows } = await pglite.query<{ verifier: string | null }>(
        'SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = $1 AND rolcanlogin',
        [user],
      );
      return scramMatches(rows[0]?.verifier ?? undefined, password);
    },
    async become(user, database) {
      if (database !== MAINTENANCE_DATABASE && database !== named) throw noSuchDatabase(database);
      if (user !== current?.user) await pglite.exec(`SET SESSION AUTHORIZATION ${identifier(user)}`);
      current = { user, database };
    },
    async run(sql, parameters) {
      const name = CREATE_DATABASE.exec(sql);
      if (name !== null && current !== undefined)
        return createDatabase(name[1]?.replaceAll('""', '"') ?? name[2]?.toLowerCase() ?? '', current.user);
      if (current?.database === MAINTENANCE_DATABASE && !ABOUT_DATABASES.test(sql))
        throw new AwsError('InternalFailure', 500, 'emulator: the database postgres holds nothing of ours');
      const result = await query(sql, parameters);
      if (/^(BEGIN|COMMIT|ROLLBACK)$/.test(sql)) inTransaction = sql === 'BEGIN';
      return result;
    },
    async inspect(sql, parameters = []) {
      await beSuperuser();
      const { rows } = await pglite.query<Record<string, unknown>>(sql, [...parameters], {
        parsers: INSPECTION_PARSERS,
      });
      return rows;
    },
    close: () => pglite.close(),
  };
}

async function prepare(pglite: PGlite, { owner, ownerPassword }: EngineOptions): Promise<void> {
  const name = identifier(owner);
  await pglite.exec(`
    SET standard_conforming_strings = on;
    CREATE ROLE rds_superuser NOLOGIN;
    CREATE ROLE rds_iam NOLOGIN;
    CREATE ROLE ${name} LOGIN CREATEROLE CREATEDB PASSWORD ${literal(ownerPassword)};
    GRANT rds_superuser TO ${name};
    GRANT rds_iam TO ${name} WITH ADMIN OPTION;
    SET TimeZone = 'UTC'`);
}

/** Compares with a verifier of the form SCRAM-SHA-256$rounds:salt$StoredKey:ServerKey (RFC 5803). */
function scramMatches(verifier: string | undefined, password: string): boolean {
  const [, rounds, salt, storedKey] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(verifier ?? '') ?? [];
  if (rounds === undefined || salt === undefined || storedKey === undefined) return false;
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(rounds), 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const actual = createHash('sha256').update(clientKey).digest();
  return timingSafeEqual(actual, Buffer.from(storedKey, 'base64'));
}
