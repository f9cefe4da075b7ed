import type { Functions } from '../functions/functions.ts';
import { parseJson } from '../template/json.ts';
import type { ScheduleSpec } from '../template/model.ts';
import type { WorldClock } from './clock.ts';

/** Runs every schedule on the world's clock; advancing the clock past several runs makes all of them. */
export function runSchedules(
  schedules: readonly ScheduleSpec[],
  clock: WorldClock,
  functions: Functions,
): void {
  for (const schedule of schedules) {
    const arm = () =>
      void clock.after(schedule.everyMs, async () => {
        arm();
        await functions.invoke(schedule.functionArn, parseJson(schedule.input));
      });
    arm();
  }
}
