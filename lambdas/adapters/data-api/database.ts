import { setTimeout as sleep } from 'node:timers/promises';
import {
  ExecuteStatementCommand,
  type Field,
  RDSDataClient,
  type SqlParameter,
} from '@aws-sdk/client-rds-data';
import { clientSettings, lean } from '../aws-clients.ts';
import { withinTime } from '../time-limit.ts';
import { failureOfStatement, isPassing } from './errors.ts';

/** A value for one `:name` of a statement; undefined is NULL. The statement casts it: `:id::uuid`. */
export type Parameter = string | number | boolean | Uint8Array | undefined;
export type Parameters = Readonly<Record<string, Parameter>>;

/** PostgreSQL behind the RDS Data API, one statement at a time. */
export interface Database {
  /**
   * Runs one statement, again and again while what hinders it passes by itself (resuming after a pause,
   * throttling, a deadlock, a lost race) and time is left. A statement must therefore bear being run twice.
   * Every row has one column: JSON as text, or NULL; what is resolved is that JSON, parsed.
   * Throws DependencyUnavailable('database'), or DataRefused where the values are at fault.
   */
  run(sql: string, parameters?: Parameters): Promise<readonly unknown[]>;
}

export interface DatabaseSettings {
  readonly databaseArn: string;
  readonly secretArn: string;
  readonly databaseName: string;
  /** Time for one statement with all its attempts. */
  readonly budgetMs: number;
  /** Further errors to wait out, by their names: for the migration of a new cluster. */
  readonly alsoPassing?: ReadonlySet<string>;
}

/** Elapsed time and waiting, replaceable in tests. Monotonic: the wall clock may jump. */
export interface Timer {
  elapsedMs(): number;
  sleep(ms: number): Promise<void>;
}

export const MONOTONIC: Timer = {
  elapsedMs: () => performance.now(),
  sleep: async (ms) => void (await sleep(ms)),
};

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** Less than this is not worth another attempt: the Data API alone takes about 100 ms. */
const SHORTEST_ATTEMPT_MS = 200;

/**
 * With the real SDK client, which finds region, credentials and endpoint in the environment. The client makes
 * one attempt: the SDK does not repeat a resuming database by itself, and two loops would multiply.
 */
export function openDatabase(settings: DatabaseSettings): Database {
  return createDatabase(createDataClient(settings.budgetMs), settings);
}

export function createDataClient(requestTimeoutMs: number): RDSDataClient {
  return lean(new RDSDataClient(clientSettings(requestTimeoutMs, 1)));
}

export function createDatabase(
  client: RDSDataClient,
  settings: DatabaseSettings,
  timer: Timer = MONOTONIC,
): Database {
  return {
    async run(sql, parameters = {}) {
      const command = new ExecuteStatementCommand({
        resourceArn: settings.databaseArn,
        secretArn: settings.secretArn,
        database: settings.databaseName,
        sql,
        parameters: toSqlParameters(parameters),
      });
      const answer = await withinBudget(settings, timer, (leftMs) =>
        withinTime(leftMs, client.send(command)),
      );
      return readRecords(answer.records);
    },
  };
}

/** Repeats `attempt` while its errors pass by themselves and time is left, then throws as `failureOfStatement` says. */
export async function withinBudget<T>(
  { budgetMs, alsoPassing }: Pick<DatabaseSettings, 'budgetMs' | 'alsoPassing'>,
  timer: Timer,
  attempt: (leftMs: number) => Promise<T>,
): Promise<T> {
  const endMs = timer.elapsedMs() + budgetMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt(Math.max(Math.ceil(endMs - timer.elapsedMs()), 1));
    } catch (error) {
      // Many functions wait for the same resume: they must not come back in step.
      const jitteredMs = pauseMs * (0.5 + Math.random() / 2);
      if (!isPassing(error, alsoPassing) || timer.elapsedMs() + jitteredMs + SHORTEST_ATTEMPT_MS > endMs)
        throw failureOfStatement(error);
      await timer.sleep(jitteredMs);
    }
  }
}

export function toSqlParameters(parameters: Parameters): SqlParameter[] {
  return Object.entries(parameters).map(([name, value]) => ({ name, value: toField(value) }));
}

function toField(value: Parameter): Field {
  if (value === undefined) return { isNull: true };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'number') return { longValue: Math.round(value) };
  return { blobValue: value };
}

/** The one column of each row: JSON as text, parsed; undefined for NULL. */
export function readRecords(records: readonly (readonly Field[])[] = []): readonly unknown[] {
  return records.map(([field]) =>
    field?.stringValue === undefined ? undefined : JSON.parse(field.stringValue),
  );
}
