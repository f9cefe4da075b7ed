import { DependencyUnavailable } from '#domain/errors.ts';
import { CommandFailure } from '../failure.ts';

/** What one check found. A reason is a sentence for an administrator; nothing in it is secret or names a user. */
export interface Finding {
  readonly verdict: 'ok' | 'failed' | 'skipped';
  readonly reason: string;
  readonly nextStep?: string | undefined;
  readonly details?: readonly string[] | undefined;
}

/** Names of the checks, in order; scripts find them as `check` in the JSON. */
export const CHECKS = {
  link: 'link address',
  alive: 'ENS answers',
  token: 'API token',
  health: 'deep health',
  account: 'Lambda concurrency',
  ews: 'EWS from here',
  'ews-from-ens': 'EWS from ENS',
  autodiscover: 'autodiscover',
  login: 'mailbox login',
  probe: 'Exchange calls back',
  push: 'test push',
} as const;
export type CheckId = keyof typeof CHECKS;

export function ok(reason: string, details?: readonly string[]): Finding {
  return { verdict: 'ok', reason, details };
}

export function failed(reason: string, nextStep: string, details?: readonly string[]): Finding {
  return { verdict: 'failed', reason, nextStep, details };
}

export function skipped(reason: string): Finding {
  return { verdict: 'skipped', reason };
}

/** An outage of what a check itself works with is a finding of it and does not end the doctor. */
export async function caught(check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof CommandFailure) return failed(error.message, error.nextStep ?? 'Try again.');
    if (error instanceof DependencyUnavailable)
      return failed(
        `${error.dependency} did not do its part (${error.code}).`,
        error.transient ? 'Try again in a minute.' : 'Check the permissions in docs/command-line.md.',
      );
    throw error;
  }
}
