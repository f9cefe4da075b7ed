import { setTimeout as pause } from 'node:timers/promises';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { Patient } from '../doctor/patient.ts';
import { CommandFailure, EXIT } from '../failure.ts';
import type { Tools } from '../tools.ts';
import type { Functions } from './functions.ts';
import type { Mailbox } from './mailbox.ts';

/** One verification: whom it asks, with what, and how long it waits. */
export interface Context {
  readonly tools: Tools;
  readonly functions: Functions;
  readonly stage: string;
  readonly clients: {
    readonly cloudWatch: CloudWatchClient;
    readonly iam: IAMClient;
    readonly sns: SNSClient;
  };
  /** As the doctor examines it: link address, API token, way to sign in. */
  readonly patient: Patient & { readonly apiToken: string };
  /** Undefined where nobody named one. */
  readonly mailbox: Mailbox | undefined;
  readonly startedAt: number;
  readonly waitMs: number;
  readonly interrupted: AbortSignal;
  /** A sentence for whoever waits. */
  readonly tell: (sentence: string) => void;
}

const LOOK_EVERY_MS = 1_000;

/**
 * What `look` comes to, as soon as it is defined; undefined after the wait. Throws CommandFailure where somebody interrupts.
 */
export async function waitFor<T>(
  { waitMs, interrupted }: Pick<Context, 'waitMs' | 'interrupted'>,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const startedAt = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    const leftMs = waitMs - (performance.now() - startedAt);
    if (leftMs <= 0) return undefined;
    try {
      await pause(Math.min(LOOK_EVERY_MS, leftMs), undefined, { signal: interrupted });
    } catch {
      throw new CommandFailure(EXIT.problems, 'Interrupted; what was made for this is put away.');
    }
  }
}
