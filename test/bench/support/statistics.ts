export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** `12.3 ms (11.9 to 14.0)`: median, and the middle half of the values around it. */
export function spread(values: readonly number[], unit = 'ms'): string {
  const sorted = values.toSorted((a, b) => a - b);
  const quartile = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return `${rounded(median(values))} ${unit} (${rounded(quartile(0.25))} to ${rounded(quartile(0.75))})`;
}

export function rounded(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

/** Rounds of `sides` in turn, so that whatever else the machine does meets all of them alike. */
export async function alternate<T>(
  rounds: number,
  sides: Readonly<Record<string, () => Promise<T>>>,
): Promise<Readonly<Record<string, T[]>>> {
  const entries = Object.entries(sides);
  const results: Record<string, T[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    // Whoever comes second finds the machine warmer: they take turns at that, too.
    for (const [name, measure] of round % 2 === 0 ? entries : entries.toReversed())
      results[name]?.push(await measure());
  }
  return results;
}
