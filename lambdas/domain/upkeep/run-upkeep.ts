import { DependencyUnavailable } from '../errors.ts';
import { forgetGoneDevices } from './forget-gone.ts';
import { rotateKeys } from './key-rotation.ts';
import { payOwed } from './pay-owed.ts';
import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import { sweep } from './sweep.ts';
import { sendWakes, watchHeartbeats } from './wake-phones.ts';

/**
 * The scheduled work, each part by itself: one that fails is counted and does not keep the others from their
 * turn. Keys come first, because nobody can register without one.
 * Returns the names of the parts that failed; throws only for a bug.
 */
export function createRunUpkeep(ports: UpkeepPorts, settings: UpkeepSettings) {
  return async function runUpkeep(): Promise<readonly string[]> {
    const endsAt = ports.clock.now() + settings.budgetMs;
    const parts = {
      keys: () => rotateKeys(ports, settings),
      owed: () => payOwed(ports, settings, endsAt),
      heartbeats: () => watchHeartbeats(ports, settings, endsAt),
      wakes: () => sendWakes(ports, settings, endsAt),
      gone: () => forgetGoneDevices(ports, settings, endsAt),
      sweep: () => sweep(ports, settings, endsAt),
    };
    const failed: string[] = [];
    for (const [name, part] of Object.entries(parts)) {
      try {
        await part();
      } catch (error) {
        failed.push(name);
        ports.metrics.count('UpkeepFailed');
        const code = error instanceof DependencyUnavailable ? error.code : 'unexpected';
        ports.log.error('upkeep-part-failed', { part: name, code });
      }
    }
    return failed;
  };
}
