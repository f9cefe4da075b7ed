import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import { AwsError } from '../wire.ts';
import { RESULT_OIDS } from './fields.ts';
import { type BoundParameter, OID } from './parameters.ts';
import { startPglite } from './start-pglite.ts';

/** What PostgreSQL answered, every value in its text form. */
export interface RawResult {
  readonly command: string;
  readonly columns: readonly { readonly label: string; readonly oid: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly affected: number;
}

/** One PostgreSQL with one connection. Its callers take turns; nothing here queues. */
export interface Engine {
  /** Whether this user may log on with this password, as PostgreSQL's SCRAM verifier decides. */
  authenticates(user: string, password: string): Promise<boolean>;
  /** Runs as `user` from now on; undefined: as the superuser, for the world itself. */
  become(user: string | undefined): Promise<void>;
  /** Throws DatabaseErrorException with the message that the Data API gives. */
  run(sql: string, parameters: readonly BoundParameter[]): Promise<RawResult>;
  /** Rows as plain values, for inspection: bytea as base64, jsonb parsed. */
  inspect(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

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

/**
 * A fresh PostgreSQL in memory. It bears the cluster's database name, and the
 * owner is what Aurora's master user is: no superuser, but it may create roles and owns the database.
 */
export async function startEngine(options: {
  readonly databaseName: string;
  readonly owner: string;
  readonly ownerPassword: string;
}): Promise<Engine> {
  const pglite = await startPglite();
  await prepare(pglite, options);
  let current: string | undefined;

  async function become(user: string | undefined): Promise<void> {
    if (user === current) return;
    // RESET does not lead back to the superuser in PGlite; naming it does.
    await pglite.exec(`SET SESSION AUTHORIZATION ${identifier(user ?? 'postgres')}`);
    current = user;
  }

  return {
    async authenticates(user, password) {
      await become(undefined);
      const { rows } = await pglite.query<{ verifier: string | null }>(
        'SELECT rolpassword AS verifier FROM pg_authid WHERE rolname = $1 AND rolcanlogin',
        [user],
      );
      return scramMatches(rows[0]?.verifier ?? undefined, password);
    },
    become,
    async run(sql, parameters) {
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
    },
    async inspect(sql, parameters = []) {
      await become(undefined);
      const { rows } = await pglite.query<Record<string, unknown>>(sql, [...parameters], {
        parsers: INSPECTION_PARSERS,
      });
      return rows;
    },
    close: () => pglite.close(),
  };
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function prepare(
  pglite: PGlite,
  { databaseName, owner, ownerPassword }: { databaseName: string; owner: string; ownerPassword: string },
): Promise<void> {
  const name = identifier(owner);
  // The only database of a PGlite is called postgres and cannot be renamed while it is open, except like this.
  await pglite.exec(`
    SET standard_conforming_strings = on;
    UPDATE pg_database SET datname = ${literal(databaseName)} WHERE datname = 'postgres';
    CREATE ROLE rds_superuser NOLOGIN;
    CREATE ROLE rds_iam NOLOGIN;
    CREATE ROLE ${name} LOGIN CREATEROLE CREATEDB PASSWORD ${literal(ownerPassword)};
    GRANT rds_superuser TO ${name};
    GRANT rds_iam TO ${name} WITH ADMIN OPTION;
    ALTER DATABASE ${identifier(databaseName)} OWNER TO ${name};
    ALTER SCHEMA public OWNER TO ${name};
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

function asDatabaseError(error: unknown): AwsError {
  if (!(error instanceof Error)) return new AwsError('InternalServerErrorException', 500, String(error));
  const member = (key: string) => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const code = member('code');
  if (code === undefined) return new AwsError('InternalServerErrorException', 500, error.message);
  const detail = member('detail');
  const position = member('position');
  const parts = [
    `${member('severity') ?? 'ERROR'}: ${error.message}${detail === undefined ? '' : `\n  Detail: ${detail}`}`,
    ...(position === undefined ? [] : [`Position: ${position}`]),
    `SQLState: ${code}`,
  ];
  return new AwsError('DatabaseErrorException', 400, parts.join('; '));
}
