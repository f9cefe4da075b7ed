import * as z from 'zod/mini';
import { parseDeliveryFailure } from '#adapters/sns/delivery-failure.ts';
import { describeBug } from '#domain/describe-bug.ts';
import type { Clock, Log, Metrics } from '#domain/ports/system.ts';
import type { UpkeepStore } from '#domain/ports/upkeep-store.ts';
import type { createRunUpkeep } from '#domain/upkeep/run-upkeep.ts';
import {
  answerCloudFormation,
  CustomResourceFailure,
  readCloudFormationEvent,
} from '#runtime/cloudformation.ts';

export interface UpkeepRouteParts {
  readonly runUpkeep: ReturnType<typeof createRunUpkeep>;
  readonly store: Pick<UpkeepStore, 'disableEndpoint'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
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
    const caught = await answerCloudFormation(deployment, async () => {
      if (deployment.RequestType !== 'Delete') await firstRun();
      return { physicalResourceId: 'ens-first-upkeep' };
    });
    if (caught !== undefined) parts.log.error('first-upkeep-failed', describeBug(caught));
    return { failed: caught === undefined ? [] : ['first-upkeep'] };
  };

  async function firstRun(): Promise<void> {
    const failed = await parts.runUpkeep();
    if (failed.includes('keys'))
      throw new CustomResourceFailure(
        'Upkeep could not make the first key pair. Look for "upkeep-part-failed" in the log of the upkeep function.',
      );
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
