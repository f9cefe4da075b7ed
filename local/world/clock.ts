/**
 * The world's clock: real time plus whatever was advanced. Timers set on it fire when the clock is advanced
 * past them, and not before, unless real time gets there first.
 */
export interface WorldClock {
  /** Epoch ms. */
  now(): number;
  offsetMs(): number;
  /** Moves the clock and fires what became due, in order. Resolves when every fired callback has settled. */
  advance(ms: number): Promise<void>;
  /** Calls back once, `delayMs` of the world's time from now. Returns a function that cancels. */
  after(delayMs: number, callback: () => void | Promise<void>): () => void;
  onAdvance(listener: (offsetMs: number) => void): void;
  close(): void;
}

interface Timer {
  readonly due: number;
  readonly callback: () => void | Promise<void>;
  handle: NodeJS.Timeout;
}

export function createClock(): WorldClock {
  let offset = 0;
  const timers = new Set<Timer>();
  const listeners: ((offsetMs: number) => void)[] = [];
  const now = () => Date.now() + offset;

  async function fire(timer: Timer): Promise<void> {
    clearTimeout(timer.handle);
    if (timers.delete(timer)) await timer.callback();
  }

  function arm(timer: Timer): NodeJS.Timeout {
    // setTimeout counts in 32 bits: what is further away is looked at again then.
    const waitMs = Math.min(Math.max(timer.due - now(), 0), 2_000_000_000);
    const handle = setTimeout(() => {
      if (timer.due > now()) timer.handle = arm(timer);
      else void fire(timer);
    }, waitMs);
    handle.unref();
    return handle;
  }

  return {
    now,
    offsetMs: () => offset,
    async advance(ms) {
      const target = now() + ms;
      for (;;) {
        const next = [...timers].filter((t) => t.due <= target).sort((a, b) => a.due - b.due)[0];
        if (next === undefined) break;
        // The clock stands at each timer's own time while it fires, as it would have without the jump.
        if (next.due > now()) shift(next.due - now());
        await fire(next);
      }
      if (target > now()) shift(target - now());
    },
    after(delayMs, callback) {
      const timer: Timer = { due: now() + delayMs, callback, handle: setTimeout(() => {}, 0) };
      clearTimeout(timer.handle);
      timers.add(timer);
      timer.handle = arm(timer);
      return () => {
        clearTimeout(timer.handle);
        timers.delete(timer);
      };
    },
    onAdvance: (listener) => void listeners.push(listener),
    close() {
      for (const timer of timers) clearTimeout(timer.handle);
      timers.clear();
    },
  };

  function shift(ms: number): void {
    offset += ms;
    for (const timer of timers) {
      clearTimeout(timer.handle);
      timer.handle = arm(timer);
    }
    for (const listener of listeners) listener(offset);
  }
}
