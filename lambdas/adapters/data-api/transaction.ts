import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import {
  type Database,
  type DatabaseSettings,
  MONOTONIC,
  readRecords,
  type Timer,
  toSqlParameters,
  withinBudget,
} from './database.ts';

/** Several statements that count together or not at all. For migrations: the hot path has none. */
export interface Transactions {
  /**
   * Begins, works, commits; rolls back where `work` throws. The whole is run again while what hinders it
   * passes by itself and the budget lasts, so `work` must bear that.
   * Throws DependencyUnavailable('database'), or what `work` throws of its own.
   */
  transact<T>(work: (database: Database) => Promise<T>): Promise<T>;
}

/** What `work` threw on purpose, carried past the loop that judges the database's errors. */
class WorkFailed extends Error {}

export function createTransactions(
  client: RDSDataClient,
  settings: DatabaseSettings,
  timer: Timer = MONOTONIC,
): Transactions {
  const access = { resourceArn: settings.databaseArn, secretArn: settings.secretArn };

  async function once<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const begun = await client.send(
      new BeginTransactionCommand({ ...access, database: settings.databaseName }),
    );
    const transaction = { ...access, transactionId: begun.transactionId };
    let answer: T;
    const failures: unknown[] = [];
    try {
      answer = await work({
        async run(sql, parameters = {}) {
          try {
            const result = await client.send(
              new ExecuteStatementCommand({ ...transaction, sql, parameters: toSqlParameters(parameters) }),
            );
            return readRecords(result.records);
          } catch (error) {
            failures.push(error);
            throw error;
          }
        },
      });
    } catch (error) {
      // A transaction that cannot be rolled back any more is over; Aurora ends an idle one by itself.
      await client.send(new RollbackTransactionCommand(transaction)).catch(() => undefined);
      throw failures.includes(error) ? error : new WorkFailed('', { cause: error });
    }
    await client.send(new CommitTransactionCommand(transaction));
    return answer;
  }

  return {
    async transact(work) {
      const outcome = await withinBudget(settings, timer, () =>
        once(work).then(
          (value) => ({ value }),
          (error: unknown) => {
            if (error instanceof WorkFailed) return { thrown: error.cause };
            throw error;
          },
        ),
      );
      if ('thrown' in outcome) throw outcome.thrown;
      return outcome.value;
    },
  };
}
