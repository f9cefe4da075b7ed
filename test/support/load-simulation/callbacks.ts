import { BUSIEST_SHARE, HOUR_SECONDS, type Rates } from '../../../bin/ens/plan/rates.ts';
import { billedMs, WORK } from '../../../bin/ens/plan/work.ts';
import { exponential, seeded } from '../fault-run/random.ts';
import { createGauge, createTokenBucket } from './gauge.ts';
import { createEventQueue } from './queue.ts';

export interface CallbackRun {
  readonly rates: Rates;
  readonly seed: number;
  /** Share of the day's events in the hour at this second of the run. */
  readonly shareAt: (atSeconds: number) => number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly gateway: { readonly perSecond: number; readonly burst: number };
  /** One mail to every mailbox, spread over `overSeconds` from the end of the warm-up on. */
  readonly everybody?: { readonly overSeconds: number };
}

export interface CallbackResult {
  /** Each per second of the time after the warm-up. */
  readonly callbacks: number;
  readonly heartbeats: number;
  readonly pushes: number;
  readonly ews: number;
  readonly refused: number;
  readonly atOnce: { readonly mean: number; readonly high: number };
}

const KINDS = ['mail', 'read', 'move', 'heartbeat'] as const;
const [MAIL, READ, MOVE, HEARTBEAT, EXTRA_MAIL, DONE] = [0, 1, 2, 3, 4, 5];
const READ_AFTER_SECONDS = 60;
const MOVE_AFTER_SECONDS = 60;
const SAMPLE_SECONDS = 0.5;
/** Exchange tries again after this time; that it doubles is not looked at here. */
const RETRY_SECONDS = 30;

/**
 * Mailboxes one by one: mails arrive at random, each is read and then moved after a while, and after a whole quiet interval
 * Exchange sends a heartbeat. Every callback passes the throttle and holds one function for as long as its work takes.
 */
export function simulateCallbacks(run: CallbackRun): CallbackResult {
  const { rates, warmUpSeconds, seconds, shareAt } = run;
  const end = warmUpSeconds + seconds;
  // Exact enough for what is at work at once; over a whole day only the counts are looked at.
  const width = seconds > HOUR_SECONDS ? 0.5 : 0.02;
  const queue = createEventQueue(end, width);
  const random = seeded(run.seed);
  const admit = createTokenBucket(run.gateway.perSecond, run.gateway.burst);
  const gauge = createGauge();
  const quiet = rates.statusFrequencyMinutes * 60;
  const lastSeen = new Float64Array(rates.mailboxes);
  const counts = { callbacks: 0, heartbeats: 0, pushes: 0, ews: 0, refused: 0 };

  /** Drawn for the busiest hour; those that another hour does not have are left out when their time comes. */
  function nextMail(at: number, mailbox: number): void {
    queue.add(at + exponential(random, HOUR_SECONDS / (rates.mails * BUSIEST_SHARE)), MAIL, mailbox);
  }

  function callBack(at: number, kind: number): void {
    const name = KINDS[kind] ?? 'mail';
    const counting = at >= warmUpSeconds;
    if (!admit(at)) {
      if (counting) counts.refused += 1;
      queue.add(at + RETRY_SECONDS, kind === MAIL ? EXTRA_MAIL : kind, -1);
      return;
    }
    const work = WORK[name];
    gauge.begin();
    // Waiting times vary: half of each is fixed, the rest exponential.
    const holds = (billedMs(work, rates.devicesPerMailbox) / 1_000) * (0.5 + exponential(random, 0.5));
    queue.add(at + holds, DONE, 0);
    if (!counting) return;
    counts.callbacks += 1;
    if (kind === HEARTBEAT) counts.heartbeats += 1;
    counts.ews += work.ews;
    if (work.pushesEachDevice) counts.pushes += rates.devicesPerMailbox;
  }

  for (let mailbox = 0; mailbox < rates.mailboxes; mailbox += 1) {
    nextMail(0, mailbox);
    lastSeen[mailbox] = -timeSinceLast(random.next(), (rates.mails * shareAt(0)) / HOUR_SECONDS, quiet);
    queue.add((lastSeen[mailbox] ?? 0) + quiet, HEARTBEAT, mailbox);
    if (run.everybody !== undefined)
      queue.add(warmUpSeconds + random.next() * run.everybody.overSeconds, EXTRA_MAIL, mailbox);
  }

  function mail(at: number, mailbox: number, kind: number): boolean {
    if (kind === EXTRA_MAIL) return true;
    nextMail(at, mailbox);
    if (random.next() * BUSIEST_SHARE > shareAt(at)) return false;
    if (random.next() * rates.mails < rates.reads)
      queue.add(at + exponential(random, READ_AFTER_SECONDS), READ, mailbox);
    return true;
  }

  function read(at: number, mailbox: number): boolean {
    if (random.next() * rates.reads < rates.moves)
      queue.add(at + exponential(random, MOVE_AFTER_SECONDS), MOVE, mailbox);
    return true;
  }

  /** False where something came meanwhile, so that the interval began anew. */
  function heartbeat(at: number, mailbox: number): boolean {
    const due = (lastSeen[mailbox] ?? 0) + quiet;
    const isDue = due <= at + width;
    queue.add(isDue ? at + quiet : due, HEARTBEAT, mailbox);
    return isDue;
  }

  function happens(at: number, kind: number, mailbox: number): boolean {
    // A callback that the gateway refused, once more.
    if (mailbox < 0) return true;
    const real =
      kind === HEARTBEAT
        ? heartbeat(at, mailbox)
        : kind === READ
          ? read(at, mailbox)
          : kind === MOVE || mail(at, mailbox, kind);
    if (real) lastSeen[mailbox] = at;
    return real;
  }

  function handle(at: number, kind: number, mailbox: number): void {
    if (kind === DONE) gauge.end();
    else if (happens(at, kind, mailbox)) callBack(at, kind === EXTRA_MAIL ? MAIL : kind);
  }

  queue.run(warmUpSeconds, handle);
  for (let until = warmUpSeconds; until < end; until += SAMPLE_SECONDS) {
    gauge.sample();
    queue.run(until + SAMPLE_SECONDS, handle);
  }
  return {
    callbacks: counts.callbacks / seconds,
    heartbeats: counts.heartbeats / seconds,
    pushes: counts.pushes / seconds,
    ews: counts.ews / seconds,
    refused: counts.refused,
    atOnce: { mean: gauge.mean, high: gauge.high },
  };
}

/** How long ago a mailbox was last heard of, in the long run: exponential, and a quiet interval at most. */
function timeSinceLast(uniform: number, perSecond: number, quietSeconds: number): number {
  return -Math.log(1 - uniform * (1 - Math.exp(-perSecond * quietSeconds))) / perSecond;
}
