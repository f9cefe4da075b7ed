import { type AwsErrorVerdict, readAwsError } from '#adapters/aws-errors.ts';
import { DataRefused, DependencyUnavailable } from '#domain/errors.ts';

/**
 * SQLSTATEs after which the same statement may well succeed: lost races (violated keys included: run
 * again, the statement sees what the winner wrote or took away), deadlocks, a server that is coming, going or full, and
 * a connection that still leads to the former writer after a failover (25006).
 */
const PASSING_STATES = /^(?:25006|40001|40P01|2350[35]|55P03|57P01|57P02|57P03|53300|08...)$/;

/** Data exceptions and violated constraints (PostgreSQL, Appendix A). */
const DATA_STATES = /^2[23]/;

/** The Data API's proxy has no connection yet, right after a cluster was created or resumed. */
const LINK_FAILURE = 'Communications link failure';

/** What the Data API answers while a new cluster has no writer yet. */
export const CLUSTER_NOT_READY: ReadonlySet<string> = new Set([
  'DatabaseNotFoundException',
  'HttpEndpointNotEnabledException',
  'InvalidResourceStateException',
]);

/** True where waiting a moment and sending the same statement again may help. */
export function isPassing(error: unknown, alsoPassing: ReadonlySet<string> = new Set()): boolean {
  const { code, transient } = read(error);
  return transient || alsoPassing.has(code);
}

/**
 * The exception that the ports promise. Its code is `<name>` or `<name>/<SQLSTATE>`, never a message. Values that
 * the database refuses are no outage: nothing comes of asking again, or of an alarm about the database.
 */
export function failureOfStatement(error: unknown): DependencyUnavailable | DataRefused {
  if (error instanceof DependencyUnavailable) return error;
  const state = sqlState(error);
  if (state !== undefined && DATA_STATES.test(state)) return new DataRefused(state);
  const { code, transient, denial } = read(error);
  return new DependencyUnavailable('database', code, transient, denial);
}

/** The five characters that PostgreSQL names the error by, which the Data API appends to its message. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error ? /SQLState: ([0-9A-Z]{5})\b/.exec(error.message)?.[1] : undefined;
}

function read(error: unknown): AwsErrorVerdict {
  const verdict = readAwsError(error);
  const state = sqlState(error);
  if (state !== undefined) return { code: `${verdict.code}/${state}`, transient: PASSING_STATES.test(state) };
  const linkFailure = error instanceof Error && error.message.includes(LINK_FAILURE);
  return { ...verdict, transient: verdict.transient || linkFailure };
}
