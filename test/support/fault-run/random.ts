/** Numbers that are the same in every run with the same seed (mulberry32). */
export interface Random {
  /** 0 ≤ n < 1. */
  next(): number;
  /** 0 ≤ n < below. */
  below(below: number): number;
  /** `count` different ones, in random order. */
  sample<T>(all: readonly T[], count: number): readonly T[];
}

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    sample(all, count) {
      const left = [...all];
      return Array.from({ length: Math.min(count, left.length) }, () =>
        left.splice(below(left.length), 1),
      ).flat();
    },
  };
}

/** Waiting time until the next of independent events with this mean distance. */
export function exponential({ next }: Random, mean: number): number {
  return -Math.log(1 - next()) * mean;
}
