import { AwsError } from '../wire.ts';
import type { BoundParameter } from './parameters.ts';

/** What PostgreSQL answered, every value in its text form. */
export interface RawResult {
  readonly command: string;
  readonly columns: readonly { readonly label: string; readonly oid: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly affected: number;
}

/** One PostgreSQL. Its callers take turns; nothing here queues. */
export interface Engine {
  /** Whether this user may log on with this password, as PostgreSQL's SCRAM verifier decides. */
  authenticates(user: string, password: string): Promise<boolean>;
  /** Runs as `user` in `database` from now on. Throws DatabaseErrorException where there is no such database. */
  become(user: string, database: string): Promise<void>;
  /** Throws DatabaseErrorException with the message that the Data API gives. */
  run(sql: string, parameters: readonly BoundParameter[]): Promise<RawResult>;
  /** As the superuser in the database that was made last: bytea as base64, jsonb parsed. */
  inspect(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** A database that exists already, beside `postgres`. */
  readonly databaseName?: string | undefined;
  /** What Aurora's master user is: no superuser, but it may create roles and databases. */
  readonly owner: string;
  readonly ownerPassword: string;
}
export type StartEngine = (options: EngineOptions) => Promise<Engine>;

/** The database that every cluster has. */
export const MAINTENANCE_DATABASE = 'postgres';

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The error that the Data API gives for a refusal of PostgreSQL. */
export function databaseError(message: string, state: string): AwsError {
  return new AwsError('DatabaseErrorException', 400, `${message}; SQLState: ${state}`);
}

export function noSuchDatabase(name: string): AwsError {
  return databaseError(`FATAL: database "${name}" does not exist`, '3D000');
}

/** A refusal of PostgreSQL, as PGlite and the client `pg` throw it. */
export function asDatabaseError(error: unknown): AwsError {
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
