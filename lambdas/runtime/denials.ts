import { setTimeout as pause } from 'node:timers/promises';
import { type Denial, DependencyUnavailable } from '#domain/errors.ts';

/** Time and waiting, replaceable in tests. */
export interface Waiting {
  /** Epoch ms. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const REAL_WAITING: Waiting = {
  now: () => Date.now(),
  sleep: async (ms) => void (await pause(ms)),
};

/** IAM tells its servers of a new role one after the other. */
const PATIENCE_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 8_000;

/**
 * Repeats `work` for a minute while AWS denies it something, so `work` must bear being repeated.
 * Throws what `work` throws; after that minute the last denial.
 */
export async function outlastDenials<T>(work: () => Promise<T>, waiting: Waiting): Promise<T> {
  const endsAt = waiting.now() + PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const leftMs = endsAt - waiting.now();
      if (denialIn(error) === undefined || leftMs <= 0) throw error;
      await waiting.sleep(Math.min(pauseMs, leftMs));
    }
  }
}

/** What AWS denied, where that is what the error says. */
export function denialIn(error: unknown): Denial | undefined {
  return error instanceof DependencyUnavailable ? error.denial : undefined;
}

/** The sentence for the operator. */
export function describeDenial({ action, role }: Denial, code: string): string {
  const who = role === undefined ? 'The role of this function' : `The role ${role}`;
  const what = action === undefined ? `a call (${code})` : action;
  return `${who} is denied ${what}, and was for more than a minute. Either what the call names does not exist in this region and account, or a policy lacks the action, or IAM is late: deploy again.`;
}
