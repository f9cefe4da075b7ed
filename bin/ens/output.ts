import type { EpochMs } from '#domain/model/subscription.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Columns as wide as their widest cell, two spaces between; without rows the headings alone. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${[headings.map((heading) => heading.toUpperCase()), ...rows].map(line).join('\n')}\n`;
}

/** Names on the left, values on the right. */
export function facts(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

/** A length of time in its largest whole unit: `45 s`, `3 min`, `5 h`, `12 d`. */
export function duration(ms: number): string {
  const length = Math.max(0, ms);
  if (length < 2 * MINUTE_MS) return `${Math.floor(length / SECOND_MS)} s`;
  if (length < 2 * HOUR_MS) return `${Math.floor(length / MINUTE_MS)} min`;
  if (length < 2 * DAY_MS) return `${Math.floor(length / HOUR_MS)} h`;
  return `${Math.floor(length / DAY_MS)} d`;
}

/** `5 h ago`, `in 3 d`, or a dash where it never happened. */
export function ago(at: EpochMs | undefined, now: EpochMs): string {
  if (at === undefined) return '-';
  return at <= now ? `${duration(now - at)} ago` : `in ${duration(at - now)}`;
}

/** ISO 8601 for scripts; undefined stays away from JSON. */
export function iso(at: EpochMs | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}
