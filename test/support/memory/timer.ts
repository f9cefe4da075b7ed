import { setImmediate } from 'node:timers/promises';
import type { Timer } from '#domain/ports/system.ts';

export interface MemoryTimer {
  readonly timer: Timer;
  /** Time that was given, in order. */
  readonly givenMs: number[];
  readonly waitedMs: number[];
  /** So many of the next waits run out, once their work has come as far as it can. */
  runsOut: number;
}

/** Time that runs out when a test says so. */
export function memoryTimer(): MemoryTimer {
  const world: MemoryTimer = {
    givenMs: [],
    waitedMs: [],
    runsOut: 0,
    timer: {
      within(ms, work) {
        world.givenMs.push(ms);
        if (world.runsOut === 0) return work;
        world.runsOut -= 1;
        return Promise.race([work, setImmediate(undefined)]);
      },
      async wait(ms) {
        world.waitedMs.push(ms);
      },
    },
  };
  return world;
}
