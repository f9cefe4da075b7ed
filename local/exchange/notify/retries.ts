const FIRST_RETRY_MS = 30_000;

/**
 * When failed notifications are sent again, in ms after the first failure. Microsoft's table for StatusFrequency
 * can be read in two ways: the doubling times are offsets from the failure, or gaps between attempts. A retry that
 * would fall beyond StatusFrequency is not sent.
 */
export function retryOffsetsMs(statusFrequencyMinutes: number, reading: 'offsets' | 'gaps'): number[] {
  const limitMs = statusFrequencyMinutes * 60_000;
  const offsets: number[] = [];
  let at = 0;
  for (let step = FIRST_RETRY_MS; ; step *= 2) {
    at = reading === 'offsets' ? step : at + step;
    if (at > limitMs) return offsets;
    offsets.push(at);
  }
}
