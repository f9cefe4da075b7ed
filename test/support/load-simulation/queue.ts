/**
 * Events to come, by time, for many millions of them: a ring of buckets of a fixed width, each a linked list in typed arrays.
 * Events of one bucket come in no particular order, so that times are exact to the width.
 */
export interface EventQueue {
  add(atSeconds: number, kind: number, subject: number): void;
  /** Hands out every event before `endSeconds`, those added meanwhile included. */
  run(endSeconds: number, handle: (atSeconds: number, kind: number, subject: number) => void): void;
}

const NONE = -1;
const FIRST_CAPACITY = 1 << 16;

export function createEventQueue(horizonSeconds: number, widthSeconds: number): EventQueue {
  const heads = new Int32Array(Math.ceil(horizonSeconds / widthSeconds) + 2).fill(NONE);
  let capacity = FIRST_CAPACITY;
  let next = new Int32Array(capacity);
  let subjects = new Int32Array(capacity);
  let kinds = new Uint8Array(capacity);
  let times = new Float64Array(capacity);
  let free = NONE;
  let used = 0;
  let current = 0;

  function grow(): void {
    capacity *= 2;
    const larger = <T extends Int32Array | Uint8Array | Float64Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    next = larger(next, new Int32Array(capacity));
    subjects = larger(subjects, new Int32Array(capacity));
    kinds = larger(kinds, new Uint8Array(capacity));
    times = larger(times, new Float64Array(capacity));
  }

  function take(): number {
    if (free !== NONE) {
      const slot = free;
      free = next[slot] ?? NONE;
      return slot;
    }
    if (used === capacity) grow();
    used += 1;
    return used - 1;
  }

  return {
    add(atSeconds, kind, subject) {
      const bucket = Math.max(current, Math.floor(atSeconds / widthSeconds));
      // Past the horizon nobody looks.
      if (bucket >= heads.length) return;
      const slot = take();
      times[slot] = atSeconds;
      kinds[slot] = kind;
      subjects[slot] = subject;
      next[slot] = heads[bucket] ?? NONE;
      heads[bucket] = slot;
    },
    run(endSeconds, handle) {
      const end = Math.min(heads.length, Math.floor(endSeconds / widthSeconds));
      for (; current < end; current += 1) {
        for (let slot = heads[current] ?? NONE; slot !== NONE; slot = heads[current] ?? NONE) {
          heads[current] = next[slot] ?? NONE;
          const [at, kind, subject] = [times[slot] ?? 0, kinds[slot] ?? 0, subjects[slot] ?? 0];
          next[slot] = free;
          free = slot;
          handle(at, kind, subject);
        }
      }
    },
  };
}
