import { randomBytes } from 'node:crypto';
import type { WorldClock } from '../../world/clock.ts';
import { AwsError } from '../wire.ts';
import type { Engine, RawResult } from './engine.ts';
import type { BoundParameter } from './parameters.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly BoundParameter[];
}

/** Statements and transactions of many callers on the one connection, one after the other. */
export interface Sessions {
  /** Runs the statements in turn, in the transaction or each committed by itself. */
  run(
    login: Login,
    statements: readonly Statement[],
    transactionId: string | undefined,
  ): Promise<readonly RawResult[]>;
  begin(login: Login): Promise<string>;
  /** Throws TransactionNotFoundException, and DatabaseErrorException for a transaction that had failed. */
  commit(transactionId: string): Promise<void>;
  rollback(transactionId: string): Promise<void>;
  inspect(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A transaction ends when nothing was asked of it for so long (AuroraUserGuide, data-api.limitations). */
export const TRANSACTION_IDLE_MS = 180_000;

/** Longest that a call may take, in real time (same place). */
export const STATEMENT_MS = 45_000;

interface Transaction {
  readonly release: () => void;
  busy: boolean;
  cancelIdle: () => void;
}

export function createSessions(engine: Engine, clock: WorldClock, statementMs = STATEMENT_MS): Sessions {
  const transactions = new Map<string, Transaction>();
  const authenticated = new Set<string>();
  let tail: Promise<void> = Promise.resolve();

  /**
   * Resolves when it is this caller's turn; the function that it gives ends the turn. Where a transaction was
   * left open, whoever waits for it gets what a statement behind its locks would get.
   */
  async function turn(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const mine = tail.then(() => true);
    tail = tail.then(() => promise);
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), statementMs);
    const inTime = await Promise.race([mine, late.promise]);
    clearTimeout(timer);
    if (inTime) return resolve;
    resolve();
    throw new AwsError('StatementTimeoutException', 400, 'Request timed out');
  }

  async function logOn({ user, password, database }: Login): Promise<void> {
    const key = `${user}\n${password}`;
    if (!authenticated.has(key)) {
      if (!(await engine.authenticates(user, password))) {
        throw new AwsError(
          'DatabaseErrorException',
          400,
          `FATAL: password authentication failed for user "${user}"; SQLState: 28P01`,
        );
      }
      authenticated.add(key);
    }
    await engine.become(user, database);
  }

  async function runAll(statements: readonly Statement[]): Promise<RawResult[]> {
    const results: RawResult[] = [];
    for (const { sql, parameters } of statements) {
      // Whoever touches roles may change who can log on.
      if (/\b(role|user)\b/i.test(sql)) authenticated.clear();
      results.push(await engine.run(sql, parameters));
    }
    return results;
  }

  function find(id: string): Transaction {
    const transaction = transactions.get(id);
    if (transaction === undefined) {
      throw new AwsError('TransactionNotFoundException', 404, `Transaction ${id} is not found`);
    }
    if (transaction.busy) {
      throw new AwsError('DatabaseErrorException', 400, 'Transaction is still running a query');
    }
    return transaction;
  }

  async function end(id: string, sql: 'COMMIT' | 'ROLLBACK'): Promise<RawResult> {
    const transaction = find(id);
    transactions.delete(id);
    transaction.cancelIdle();
    try {
      return await engine.run(sql, []);
    } finally {
      transaction.release();
    }
  }

  function armIdle(id: string): () => void {
    return clock.after(TRANSACTION_IDLE_MS, async () => {
      if (transactions.get(id)?.busy === false) await end(id, 'ROLLBACK');
    });
  }

  return {
    async run(login, statements, transactionId) {
      if (transactionId === undefined) {
        const release = await turn();
        try {
          await logOn(login);
          return await runAll(statements);
        } finally {
          release();
        }
      }
      const transaction = find(transactionId);
      transaction.busy = true;
      transaction.cancelIdle();
      try {
        return await runAll(statements);
      } finally {
        transaction.busy = false;
        transaction.cancelIdle = armIdle(transactionId);
      }
    },
    async begin(login) {
      const release = await turn();
      try {
        await logOn(login);
        await engine.run('BEGIN', []);
      } catch (error) {
        release();
        throw error;
      }
      const id = randomBytes(96).toString('base64');
      transactions.set(id, { release, busy: false, cancelIdle: armIdle(id) });
      return id;
    },
    async commit(id) {
      const { command } = await end(id, 'COMMIT');
      // PostgreSQL ends a failed transaction without complaint; a caller must not read that as success.
      if (command === 'ROLLBACK') {
        throw new AwsError(
          'DatabaseErrorException',
          400,
          'ERROR: current transaction is aborted, commands ignored until end of transaction block; SQLState: 25P02',
        );
      }
    },
    async rollback(id) {
      await end(id, 'ROLLBACK');
    },
    async inspect(sql, parameters) {
      const release = await turn();
      try {
        return await engine.inspect(sql, parameters);
      } finally {
        release();
      }
    },
    async close() {
      for (const id of [...transactions.keys()]) await end(id, 'ROLLBACK');
      const release = await turn();
      await engine.close();
      release();
    },
  };
}
