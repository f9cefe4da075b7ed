import { DependencyUnavailable } from '../errors.ts';
import type { EpochMs } from '../model/subscription.ts';
import { forgetGoneDevices } from './forget-gone.ts';
import { keepRevoked } from './keep-revoked.ts';
import { rotateKeys } from './key-rotation.ts';
import { payOwed } from './pay-owed.ts';
import type { UpkeepPorts, UpkeepSettings } from './ports.ts';
import { sweep } from './sweep.ts';
import { createTurn, type Turn } from './turn.ts';
import { sendWakes, watchHeartbeats } from './wake-phones.ts';

/** Every part in its order, with its share of the time that is left when its turn comes. */
const SHARES = { revoked: 1, keys: 2, owed: 3, heartbeats: 1, wakes: 3, gone: 1, sweep: 1 } as const;
type Part = keyof typeof SHARES;
const ORDER = [
  'revoked',
  'keys',
  'owed',
  'heartbeats',
  'wakes',
  'gone',
  'sweep',
] as const satisfies readonly Part[];

/**
 * The scheduled work, each part by itself: one that fails is counted and does not keep the others from their
 * turn, nor does one that waits for a dependency that hangs. What a restore brought back is revoked
 * first; then come keys, because nobody can register without one.
 * Returns the names of the parts that failed; throws only for a bug.
 */
export function createRunUpkeep(ports: UpkeepPorts, settings: UpkeepSettings) {
  const parts: Readonly<Record<Part, (turn: Turn) => Promise<void>>> = {
    revoked: (turn) => keepRevoked(ports, settings, turn),
    keys: () => rotateKeys(ports, settings),
    owed: (turn) => payOwed(ports, settings, turn),
    heartbeats: (turn) => watchHeartbeats(ports, settings, turn),
    wakes: (turn) => sendWakes(ports, settings, turn),
    gone: (turn) => forgetGoneDevices(ports, settings, turn),
    sweep: (turn) => sweep(ports, settings, turn),
  };

  return async function runUpkeep(): Promise<readonly string[]> {
    const endsAt = ports.clock.now() + settings.budgetMs;
    const failed: string[] = [];
    for (const name of ORDER) {
      const code = await take(name, createTurn(ports.clock, shareEndsAt(name, ports.clock.now(), endsAt)));
      if (code === undefined) continue;
      failed.push(name);
      ports.metrics.count('UpkeepFailed');
      ports.log.error('upkeep-part-failed', { part: name, code });
    }
    return failed;
  };

  /** Why the part failed; undefined where it did not. */
  async function take(name: Part, turn: Turn): Promise<string | undefined> {
    if (turn.isOver()) return 'no-time-left';
    try {
      await parts[name](turn);
      return turn.hasYielded() ? 'failures-in-a-row' : undefined;
    } catch (error) {
      return error instanceof DependencyUnavailable ? error.code : 'unexpected';
    }
  }
}

/** What a part leaves over is shared among those behind it. */
function shareEndsAt(name: Part, now: EpochMs, endsAt: EpochMs): EpochMs {
  const left = ORDER.slice(ORDER.indexOf(name)).reduce((sum, part) => sum + SHARES[part], 0);
  return now + ((endsAt - now) * SHARES[name]) / left;
}
