import type { EpochMs } from '../model/subscription.ts';
import type { Clock } from '../ports/system.ts';

/** After so many failures in a row a part of upkeep yields: the next run begins with other rows. */
const FAILURES_IN_A_ROW = 20;

/** The time that one part of upkeep may use, and whether going on makes sense. */
export interface Turn {
  /** True once its time has passed or it has failed too often in a row: nothing further is begun. */
  isOver(): boolean;
  /** Notes the outcome of one call to a dependency. */
  note(outcome: 'done' | 'failed'): void;
  /** True where failures, and not the time, ended it. */
  hasYielded(): boolean;
}

export function createTurn(clock: Clock, endsAt: EpochMs): Turn {
  let failuresInARow = 0;
  const hasYielded = () => failuresInARow >= FAILURES_IN_A_ROW;
  return {
    isOver: () => hasYielded() || clock.now() >= endsAt,
    note: (outcome) => {
      if (!hasYielded()) failuresInARow = outcome === 'done' ? 0 : failuresInARow + 1;
    },
    hasYielded,
  };
}

/**
 * Works through `items` in order, at most `limit` at once, and begins none once the turn is over. Resolves with the
 * results of those that were begun; rejects with the first error after all of them ended.
 */
export async function inTurn<Item, Result>(
  turn: Turn,
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const waiting = items.values();
  const results: Result[] = [];
  const worker = async () => {
    while (!turn.isOver()) {
      const next = waiting.next();
      if (next.done === true) return;
      results.push(await work(next.value));
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const outcome of ended) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
