import * as z from 'zod/mini';
import { parseDeliveryFailure } from '#adapters/sns/delivery-failure.ts';
import { describeBug } from '#domain/describe-bug.ts';
import { DependencyUnavailable } from '#domain/errors.ts';
import type { Clock, Log, Metrics } from '#domain/ports/system.ts';
import type { UpkeepStore } from '#domain/ports/upkeep-store.ts';
import type { createRunUpkeep } from '#domain/upkeep/run-upkeep.ts';
import {
  answerCloudFormation,
  CustomResourceFailure,
  readCloudFormationEvent,
} from '#runtime/cloudformation.ts';
import { denialIn, type Waiting } from '#runtime/denials.ts';

export interface UpkeepRouteParts {
  readonly runUpkeep: ReturnType<typeof createRunUpkeep>;
  /** The first part of upkeep alone. Throws DependencyUnavailable. */
  readonly rotateKeys: () => Promise<void>;
  readonly store: Pick<UpkeepStore, 'disableEndpoint'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly waiting?: Waiting;
}

const snsEvent = z.object({
  Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })).check(z.minLength(1)),
});

/** What upkeep says to whoever invoked it by hand. */
export interface UpkeepReport {
  /** Names of the parts that failed; empty where all is well. */
  readonly failed: readonly string[];
}

/**
 * Three callers: the schedule (and an operator) run everything; a deployment runs it once and waits for its
 * success, so that the first key pair exists; SNS reports pushes that failed for good.
 */
export function createUpkeepRoute(parts: UpkeepRouteParts): (event: unknown) => Promise<UpkeepReport> {
  return async (event) => {
    const failures = z.safeParse(snsEvent, event);
    if (failures.success) return noteFailures(failures.data.Records.map(({ Sns }) => Sns.Message));
    const deployment = readCloudFormationEvent(event);
    if (deployment === undefined) return { failed: await parts.runUpkeep() };
    const caught = await answerCloudFormation(
      deployment,
      async () => {
        if (deployment.RequestType !== 'Delete') await firstRun();
        return { physicalResourceId: 'ens-first-upkeep' };
      },
      parts.waiting,
    );
    if (caught !== undefined) parts.log.error('first-upkeep-failed', describeBug(caught));
    return { failed: caught === undefined ? [] : ['first-upkeep'] };
  };

  /** Nobody can register without a key pair, so this part has to succeed; a run tells its names alone. */
  async function firstRun(): Promise<void> {
    await parts.rotateKeys().catch((error: unknown) => {
      if (denialIn(error) !== undefined) throw error;
      const code = error instanceof DependencyUnavailable ? error.code : 'unexpected';
      throw new CustomResourceFailure(`Upkeep could not make the first key pair: ${code}. Deploy again.`);
    });
    await parts.runUpkeep();
  }

  async function noteFailures(messages: readonly string[]): Promise<UpkeepReport> {
    for (const message of messages) {
      const failure = parseDeliveryFailure(message);
      if (failure === undefined) {
        parts.log.warn('delivery-failure-unreadable');
        continue;
      }
      const { kind, code } = failure.failure;
      parts.log.warn('delivery-failed', { kind, code });
      if (kind === 'device-gone') {
        parts.metrics.count('PushDeviceGone');
        await parts.store.disableEndpoint(failure.endpointArn, parts.clock.now());
      } else parts.metrics.count(kind === 'later' ? 'PushLater' : 'PushMisconfigured');
    }
    return { failed: [] };
  }
}
