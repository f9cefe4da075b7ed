import type { Clock, Ids, Log, Metrics } from '#domain/ports/system.ts';

export const START_MS = Date.parse('2026-11-02T08:00:00Z');
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(start = START_MS): TestClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

/** UUIDs in order: 00000000-0000-4000-8000-000000000001 and so on. */
export function testIds(): Ids {
  let last = 0;
  return {
    uuid: () => {
      last += 1;
      return testUuid(last);
    },
  };
}

export function testUuid(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

export interface Recorded {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Everything that was logged, as text. */
  readonly lines: string[];
  count(name: string): number;
  /** Fields of every line of that event. */
  fieldsOf(event: string): readonly object[];
}

export function recorder(): Recorded {
  const lines: string[] = [];
  const fields: { readonly level: string; readonly event: string }[] = [];
  const counts = new Map<string, number>();
  const write =
    (level: string) =>
    (event: string, more: object = {}): void => {
      lines.push(JSON.stringify({ level, event, ...more }));
      fields.push({ level, event, ...more });
    };
  return {
    lines,
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    metrics: { count: (name, value = 1) => void counts.set(name, (counts.get(name) ?? 0) + value) },
    count: (name) => counts.get(name) ?? 0,
    fieldsOf: (event) => fields.filter((line) => line.event === event),
  };
}
