import { WAKE_PACE } from '#contract';
import {
  BUSIEST_SHARE,
  DAY_PROFILE,
  DAY_SECONDS,
  HOUR_SECONDS,
  heartbeatsPerDay,
  heartbeatsPerHour,
  type Rates,
} from './rates.ts';
import { billedMs, CALLBACKS, WORK } from './work.ts';

/** One second, on average over the stretch of time that it stands for. */
export interface Load {
  readonly callbacksPerSecond: number;
  /** Callback functions at work at once: the mean, and what is exceeded in one moment out of a thousand. */
  readonly callbacksAtOnce: { readonly mean: number; readonly high: number };
  readonly statementsPerSecond: number;
  readonly pushesPerSecond: number;
  readonly ewsPerSecond: number;
}

/** Standard deviations that a Poisson count stays below in 999 moments of 1,000. */
const HIGH = 3.09;
/** A mail to everybody reaches all mailboxes in this time. */
export const EVERYBODY_SECONDS = 15 * 60;

type Callbacks = Readonly<Record<(typeof CALLBACKS)[number], number>>;

export function meanLoad(rates: Rates): Load {
  return loadOf(rates, {
    mail: rates.mails / DAY_SECONDS,
    read: rates.reads / DAY_SECONDS,
    move: rates.moves / DAY_SECONDS,
    heartbeat: heartbeatsPerDay(rates) / DAY_SECONDS,
  });
}

/** The load of the hour that has this share of the day. */
export function loadOfHour(rates: Rates, share: number, moreMails = 0): Load {
  const perSecond = (perDay: number) => (perDay * share) / HOUR_SECONDS;
  return loadOf(rates, {
    mail: perSecond(rates.mails) + moreMails,
    read: perSecond(rates.reads),
    move: perSecond(rates.moves),
    heartbeat: heartbeatsPerHour(rates, share) / HOUR_SECONDS,
  });
}

export function busiestLoad(rates: Rates): Load {
  return loadOfHour(rates, BUSIEST_SHARE);
}

/** One mail to every mailbox, in the busiest hour of all. */
export function everybodyLoad(rates: Rates): Load {
  return loadOfHour(rates, BUSIEST_SHARE, 1 / EVERYBODY_SECONDS);
}

export function loadsOfDay(rates: Rates): readonly Load[] {
  return DAY_PROFILE.map((share) => loadOfHour(rates, share));
}

/** `perMailbox`: callbacks of one mailbox in a second. */
function loadOf({ mailboxes, devicesPerMailbox }: Rates, perMailbox: Callbacks): Load {
  const perSecond = (kind: keyof Callbacks) => perMailbox[kind] * mailboxes;
  const total = (value: (kind: keyof Callbacks) => number) =>
    CALLBACKS.reduce((sum, kind) => sum + perSecond(kind) * value(kind), 0);
  const atOnce = total((kind) => billedMs(WORK[kind], devicesPerMailbox) / 1_000);
  return {
    callbacksPerSecond: total(() => 1),
    callbacksAtOnce: { mean: atOnce, high: Math.ceil(atOnce + HIGH * Math.sqrt(atOnce)) },
    statementsPerSecond: total((kind) => WORK[kind].statements),
    pushesPerSecond: total((kind) => (WORK[kind].pushesEachDevice ? devicesPerMailbox : 0)),
    ewsPerSecond: total((kind) => WORK[kind].ews),
  };
}

/** Every phone registers again after `ens wake --all`; per second while the phones of one run of upkeep come back. */
export interface Storm {
  /** Until everybody has been woken. */
  readonly hours: number;
  readonly devicesPerSecond: number;
  /** `getpublickey` and `register`. */
  readonly requestsPerSecond: number;
  readonly registrationsAtOnce: number;
  readonly statementsPerSecond: number;
  readonly ewsPerSecond: number;
  readonly endpointCallsPerSecond: number;
}

/** Wakes that fell due since the last run of upkeep leave together. */
export const UPKEEP_SECONDS = 5 * 60;
/** An assumption: phones that were woken together come back spread over a minute. */
export const RETURN_SECONDS = 60;

export function stormLoad({ mailboxes, devicesPerMailbox }: Rates): Storm {
  const pace = WAKE_PACE.mailboxes / WAKE_PACE.everySeconds;
  const together = Math.min(mailboxes, pace * UPKEEP_SECONDS);
  const devicesPerSecond = (together * devicesPerMailbox) / RETURN_SECONDS;
  const work = WORK.renewal;
  const atOnce = devicesPerSecond * (billedMs(work, 0) / 1_000);
  return {
    hours: Math.max(mailboxes / pace, RETURN_SECONDS) / HOUR_SECONDS,
    devicesPerSecond,
    requestsPerSecond: devicesPerSecond * work.requests,
    registrationsAtOnce: Math.ceil(atOnce + HIGH * Math.sqrt(atOnce)),
    statementsPerSecond: devicesPerSecond * work.statements,
    ewsPerSecond: devicesPerSecond * work.ews,
    endpointCallsPerSecond: devicesPerSecond * work.snsCalls,
  };
}
