import type { Rates } from '../../../bin/ens/plan/rates.ts';
import { billedMs, WORK } from '../../../bin/ens/plan/work.ts';
import { exponential, seeded } from '../fault-run/random.ts';
import { createGauge, createTokenBucket } from './gauge.ts';
import { createEventQueue } from './queue.ts';

export interface RestoreRun {
  readonly rates: Rates;
  readonly seed: number;
  /** How fast upkeep wakes: what fell due since its last run leaves together. */
  readonly pace: { readonly mailboxes: number; readonly everySeconds: number; readonly runSeconds: number };
  /** Phones that were woken together come back spread over this time. */
  readonly returnSeconds: number;
  readonly gateway: { readonly perSecond: number; readonly burst: number };
}

export interface RestoreResult {
  /** Until every device is registered again. */
  readonly hours: number;
  readonly registered: number;
  /** Of all requests. */
  readonly refusedShare: number;
  readonly busiestRequestsPerSecond: number;
  readonly atOnce: { readonly mean: number; readonly high: number };
}

const [WAKE, ASK_KEY, REGISTER, DONE] = [0, 1, 2, 3];
const WIDTH_SECONDS = 0.05;
const SAMPLE_SECONDS = 1;
/** A client waits as long as it is told, and a random time on top. */
const RETRY_AFTER_SECONDS = 2;
const DAY_SECONDS = 86_400;

/** Everybody is woken after a restore: each phone fetches a key, registers, and comes again where it is turned away. */
export function simulateRestore({ rates, seed, pace, returnSeconds, gateway }: RestoreRun): RestoreResult {
  const queue = createEventQueue(2 * DAY_SECONDS, WIDTH_SECONDS);
  const random = seeded(seed);
  const admit = createTokenBucket(gateway.perSecond, gateway.burst);
  const gauge = createGauge();
  const perRun = (pace.mailboxes / pace.everySeconds) * pace.runSeconds;
  const devices = rates.mailboxes * rates.devicesPerMailbox;
  const each = billedMs(WORK.renewal, 0) / 1_000 / WORK.renewal.requests;
  const perSecond = new Float64Array(2 * DAY_SECONDS);
  let [requests, refused, registered, lastAt, woken] = [0, 0, 0, 0, 0];

  function ask(at: number, kind: number): void {
    requests += 1;
    const second = Math.floor(at);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
    if (!admit(at)) {
      refused += 1;
      queue.add(at + RETRY_AFTER_SECONDS * (1 + random.next()), kind, 0);
      return;
    }
    gauge.begin();
    const holds = each * (0.5 + exponential(random, 0.5));
    queue.add(at + holds, DONE, kind);
  }

  queue.add(0, WAKE, 0);
  const handle = (at: number, kind: number, subject: number): void => {
    if (kind === WAKE) {
      const together = Math.min(perRun, rates.mailboxes - woken);
      woken += together;
      for (let n = 0; n < together * rates.devicesPerMailbox; n += 1)
        queue.add(at + random.next() * returnSeconds, ASK_KEY, 0);
      if (woken < rates.mailboxes) queue.add(at + pace.runSeconds, WAKE, 0);
    } else if (kind === DONE) {
      gauge.end();
      if (subject === ASK_KEY) ask(at, REGISTER);
      else {
        registered += 1;
        lastAt = at;
      }
    } else ask(at, kind);
  };
  for (let until = SAMPLE_SECONDS; registered < devices && until < 2 * DAY_SECONDS; until += SAMPLE_SECONDS) {
    queue.run(until, handle);
    gauge.sample();
  }
  return {
    hours: lastAt / 3_600,
    registered,
    refusedShare: refused / requests,
    busiestRequestsPerSecond: perSecond.reduce((most, value) => Math.max(most, value), 0),
    atOnce: { mean: gauge.mean, high: gauge.high },
  };
}
