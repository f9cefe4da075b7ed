/** How many are at work at once, sampled: the mean and the level that 99.9 % of the samples stay at or below. */
export interface Gauge {
  begin(): void;
  end(): void;
  sample(): void;
  readonly mean: number;
  readonly high: number;
}

export function createGauge(): Gauge {
  const samples: number[] = [];
  let now = 0;
  return {
    begin() {
      now += 1;
    },
    end() {
      now -= 1;
    },
    sample() {
      samples.push(now);
    },
    get mean() {
      return samples.reduce((sum, value) => sum + value, 0) / samples.length;
    },
    get high() {
      const sorted = samples.toSorted((a, b) => a - b);
      return sorted[Math.ceil(sorted.length * 0.999) - 1] ?? 0;
    },
  };
}

/** A gateway's throttle: so many requests a second, and a burst on top. */
export function createTokenBucket(perSecond: number, burst: number): (atSeconds: number) => boolean {
  let tokens = burst;
  let last = 0;
  return (atSeconds) => {
    if (atSeconds > last) {
      tokens = Math.min(burst, tokens + (atSeconds - last) * perSecond);
      last = atSeconds;
    }
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
