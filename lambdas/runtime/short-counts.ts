import { type FunctionId, type MetricName, ROUTINE_COUNTS } from '#contract';
import type { Telemetry } from './telemetry.ts';

const ROUTINE: ReadonlySet<MetricName> = new Set(ROUTINE_COUNTS);

/**
 * Telemetry that writes the counts of nearly every callback as one short line of JSON, out of which metric filters of the
 * template make metrics (docs/decisions/0042). All other counts, and all log lines, go to `rest`.
 */
export function withShortCounts(
  rest: Telemetry,
  functionId: FunctionId,
  stage: string,
  write: (line: string) => void,
): Telemetry {
  const counted = new Map<MetricName, number>();
  return {
    ...rest,
    metrics: {
      count(name, value = 1) {
        if (ROUTINE.has(name)) counted.set(name, (counted.get(name) ?? 0) + value);
        else rest.metrics.count(name, value);
      },
    },
    async flush() {
      if (counted.size > 0) {
        write(JSON.stringify({ service: functionId, stage, ...Object.fromEntries(counted) }));
        counted.clear();
      }
      await rest.flush();
    },
  };
}
