import { Client, type QueryArrayConfig } from 'pg';
import {
  asDatabaseError,
  type Engine,
  type EngineOptions,
  identifier,
  literal,
  MAINTENANCE_DATABASE,
} from '../../../local/aws/rds-data/engine.ts';
import type { BoundParameter } from '../../../local/aws/rds-data/parameters.ts';
import { startPostgres } from './server.ts';

/** Access as RDS gives it: passwords by SCRAM, the administrator of the cluster aside. */
const ACCESS = ['local all postgres trust', 'local all all scram-sha-256', ''].join('\n');

const INSPECTION_PARSERS: Readonly<Record<number, (value: string) => unknown>> = {
  16: (value) => value === 't',
  17: (value) => Buffer.from(value.slice(2), 'hex').toString('base64'),
  20: Number,
  21: Number,
  23: Number,
  26: Number,
  114: JSON.parse,
  700: Number,
  701: Number,
  1184: (value) => new Date(value).toISOString(),
  1700: Number,
  3802: JSON.parse,
};
const INSPECTED = { getTypeParser: (oid: number) => INSPECTION_PARSERS[oid] ?? String };

/** A PostgreSQL server of its own for one cluster. Rejects where none is installed. */
export async function startPostgresEngine(options: EngineOptions): Promise<Engine> {
  const server = await startPostgres({ access: ACCESS, settings: ['fsync=off'] });
  if (server === undefined) throw new Error('no PostgreSQL server is installed');
  const { folder: host } = server;
  /** By database, each with the user that it runs as; undefined: the administrator. */
  const clients = new Map<string, { readonly client: Client; user: string | undefined }>();
  let current = MAINTENANCE_DATABASE;

  async function connected(database: string) {
    const known = clients.get(database);
    if (known !== undefined) return known;
    const client = new Client({ host, user: 'postgres', database });
    // The server ends before its connections do.
    client.on('error', () => undefined);
    await client.connect();
    const made = { client, user: undefined };
    clients.set(database, made);
    return made;
  }

  async function asAdministrator(database: string): Promise<Client> {
    const connection = await connected(database);
    if (connection.user !== undefined) await connection.client.query('RESET SESSION AUTHORIZATION');
    connection.user = undefined;
    return connection.client;
  }

  const administrator = await asAdministrator(MAINTENANCE_DATABASE);
  for (const statement of preparations(options)) await administrator.query(statement);

  return {
    async authenticates(user, password) {
      const client = new Client({ host, user, database: MAINTENANCE_DATABASE, password });
      return client.connect().then(
        () => client.end().then(() => true),
        (error: unknown) => {
          if (/^28/.test(String(error instanceof Error ? Reflect.get(error, 'code') : ''))) return false;
          throw error;
        },
      );
    },
    async become(user, database) {
      const connection = await connected(database).catch((error: unknown) => {
        throw asDatabaseError(error);
      });
      current = database;
      if (connection.user === user) return;
      await connection.client.query(`SET SESSION AUTHORIZATION ${identifier(user)}`);
      connection.user = user;
    },
    async run(sql, parameters) {
      const { client } = await connected(current);
      try {
        const query: QueryArrayConfig & { queryMode: 'extended' } = {
          text: sql,
          values: parameters.map(({ value }) => value),
          types: declared(parameters),
          rowMode: 'array',
          // Without parameters too, as the Data API does: one statement at a time.
          queryMode: 'extended',
        };
        const result = await client.query<(string | null)[]>(query);
        return {
          command: result.command ?? '',
          columns: result.fields.map(({ name, dataTypeID }) => ({ label: name, oid: dataTypeID })),
          rows: result.rows,
          affected: result.rowCount ?? 0,
        };
      } catch (error) {
        throw asDatabaseError(error);
      }
    },
    async inspect(sql, parameters = []) {
      const { rows: databases } = await (await asAdministrator(MAINTENANCE_DATABASE)).query(
        `SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname = 'postgres', oid DESC LIMIT 1`,
      );
      const client = await asAdministrator(String(databases[0]?.datname));
      const query = { text: sql, types: INSPECTED };
      const answer = await client.query(
        parameters.length > 0 ? { ...query, values: [...parameters] } : query,
      );
      // Several statements in one text have a result each.
      return [answer].flat().at(-1)?.rows ?? [];
    },
    async close() {
      for (const { client } of clients.values()) await client.end();
      await server.stop();
    },
  };
}

/** The type ids for Parse, and parsers that leave every result in its text form. */
function declared(parameters: readonly BoundParameter[]) {
  return Object.assign(
    parameters.map(({ oid }) => oid),
    { getTypeParser: () => String },
  );
}

function preparations({ databaseName, owner, ownerPassword }: EngineOptions): readonly string[] {
  const name = identifier(owner);
  return [
    'CREATE ROLE rds_superuser NOLOGIN',
    'CREATE ROLE rds_iam NOLOGIN',
    `CREATE ROLE ${name} LOGIN CREATEROLE CREATEDB PASSWORD ${literal(ownerPassword)}`,
    `GRANT rds_superuser TO ${name}`,
    `GRANT rds_iam TO ${name} WITH ADMIN OPTION`,
    ...(databaseName === undefined ? [] : [`CREATE DATABASE ${identifier(databaseName)} OWNER ${name}`]),
  ];
}
