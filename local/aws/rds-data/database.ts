import type { WorldClock } from '../../world/clock.ts';
import type { SecretsManager } from '../secrets-manager.ts';
import { isObject, type Json, text } from '../wire.ts';
import { identifier, type StartEngine } from './engine.ts';
import type { DataApiCluster } from './service.ts';
import { createSessions } from './sessions.ts';

/** A cluster with the Data API on. The owner secret's `username` becomes the database's owner. */
export interface ClusterSeed {
  readonly arn: string;
  /** A database that exists from the start, beside `postgres`. */
  readonly databaseName?: string | undefined;
  readonly ownerSecretArn: string;
}

export interface Database {
  cluster(arn: string): DataApiCluster | undefined;
  /** Every table of every cluster, row by row: bytea as base64, jsonb parsed. Waits for open transactions. */
  tables(): Promise<Record<string, Record<string, unknown>[]>>;
  /** As the superuser, on the first cluster: for the world and for tests, never for a function. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** One PostgreSQL per cluster. Rejects where an owner secret has no user name and password. */
export async function startDatabase(
  seeds: readonly ClusterSeed[],
  secrets: SecretsManager,
  clock: WorldClock,
  startEngine: StartEngine,
): Promise<Database> {
  const clusters = await Promise.all(
    seeds.map(async ({ arn, databaseName, ownerSecretArn }) => {
      const owner = readOwner(secrets.currentText(ownerSecretArn));
      return {
        arn,
        sessions: createSessions(await startEngine({ databaseName, ...owner }), clock),
      };
    }),
  );
  return {
    cluster: (arn) => clusters.find((one) => one.arn === arn),
    async tables() {
      const tables: Record<string, Record<string, unknown>[]> = {};
      for (const { sessions } of clusters) {
        const names = await sessions.inspect(
          `SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`,
        );
        for (const { schemaname, tablename } of names) {
          const [schema, table] = [String(schemaname), String(tablename)];
          const key = schema === 'public' ? table : `${schema}.${table}`;
          tables[key] = await sessions.inspect(`SELECT * FROM ${identifier(schema)}.${identifier(table)}`);
        }
      }
      return tables;
    },
    async query(sql, parameters) {
      const [first] = clusters;
      if (first === undefined) throw new Error('no cluster is running');
      return await first.sessions.inspect(sql, parameters);
    },
    async close() {
      await Promise.all(clusters.map(({ sessions }) => sessions.close()));
    },
  };
}

function readOwner(secret: string | undefined): { owner: string; ownerPassword: string } {
  const value: Json = JSON.parse(secret ?? 'null');
  const owner = isObject(value) ? text(value, 'username') : undefined;
  const ownerPassword = isObject(value) ? text(value, 'password') : undefined;
  if (owner === undefined || ownerPassword === undefined) {
    throw new Error('the owner secret of a cluster needs username and password');
  }
  return { owner, ownerPassword };
}
