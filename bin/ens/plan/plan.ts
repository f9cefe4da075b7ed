import { type Settings, settingsSchema } from '../../../lib/settings.ts';
import { billOf, capacityUnits, databaseGigabytes, totalOf } from './bill.ts';
import { busiestLoad, everybodyLoad, meanLoad, stormLoad } from './load.ts';
import { ACCOUNT_QUOTAS, HARD_LIMITS, quotasOf } from './quotas.ts';
import { BUSIEST_SHARE, heartbeatsPerDay, type Rates } from './rates.ts';

/** A quota of AWS that this load exceeds. */
export interface Raise {
  readonly quota: string;
  readonly has: number;
  readonly needs: number;
}

/** Above what was calculated: what no average shows. */
const MARGIN = 1.25;
const DAY_HOURS = 24;

export type Plan = ReturnType<typeof makePlan>;

/**
 * What these mailboxes mean for the deployments that they are divided between: one where one carries them. Settings and
 * quotas are those of each.
 */
export function makePlan(rates: Rates, region: string) {
  const whole = planOfOne(rates, region);
  const { count, because } = partsFor(whole.needs, whole.storm.hours);
  const part = planOfOne({ ...rates, mailboxes: Math.ceil(rates.mailboxes / count) }, region);
  const bill = Object.fromEntries(
    Object.entries(part.bill).map(([item, dollars]) => [item, dollars * count]),
  );
  const total = totalOf(bill);
  return {
    ...whole,
    parts: { count, because },
    part,
    bill,
    total,
    perMailbox: total / rates.mailboxes,
  };
}

/** One deployment, whether it carries that or not. */
function planOfOne(rates: Rates, region: string) {
  const [mean, busiest, everybody, storm] = [
    meanLoad(rates),
    busiestLoad(rates),
    everybodyLoad(rates),
    stormLoad(rates),
  ];
  const needs = {
    callbacksPerSecond: Math.ceil(everybody.callbacksPerSecond * MARGIN),
    callbacksAtOnce: Math.ceil(everybody.callbacksAtOnce.high * MARGIN),
    registerPerSecond: Math.ceil(storm.requestsPerSecond * MARGIN),
    registrationsAtOnce: Math.ceil(storm.registrationsAtOnce * MARGIN),
    pushesPerSecond: Math.ceil(everybody.pushesPerSecond * MARGIN),
    endpointCallsPerSecond: Math.ceil(storm.endpointCallsPerSecond * MARGIN),
    databaseCapacityUnits: Math.ceil(
      capacityUnits({ statementsPerSecond: everybody.statementsPerSecond + storm.statementsPerSecond }),
    ),
  };
  return {
    region,
    rates: { ...rates, heartbeats: heartbeatsPerDay(rates) },
    mean,
    busiest,
    everybody,
    storm,
    needs,
    exchange: {
      callsPerSecondAndHost: everybody.ewsPerSecond / rates.hosts,
      callsPerUserInTheBusiestHour: rates.mails * BUSIEST_SHARE,
    },
    databaseGigabytes: databaseGigabytes(rates),
    settings: settingsFor(needs),
    raise: raisesFor(needs, region),
    bill: billOf(rates),
  };
}

type Needs = Readonly<
  Record<
    | 'callbacksPerSecond'
    | 'callbacksAtOnce'
    | 'registerPerSecond'
    | 'registrationsAtOnce'
    | 'pushesPerSecond'
    | 'endpointCallsPerSecond'
    | 'databaseCapacityUnits',
    number
  >
>;

/** Settings of cdk.json that have to be larger than their defaults. */
function settingsFor(needs: Needs): Readonly<Record<string, number>> {
  const wanted = {
    callbackRatePerSecond: needs.callbacksPerSecond,
    callbackBurst: Math.min(needs.callbacksPerSecond, ACCOUNT_QUOTAS.gatewayBurst),
    registerRatePerSecond: needs.registerPerSecond,
    registerBurst: 2 * needs.registerPerSecond,
    databaseMaxCapacity: needs.databaseCapacityUnits,
  } as const satisfies Partial<Record<keyof Settings, number>>;
  const defaults = settingsSchema.parse({ allowedExchangeHosts: ['*'] });
  const isLarger = ([name, value]: readonly [string, number]) =>
    Object.entries(defaults).every(([known, byDefault]) => known !== name || value > Number(byDefault));
  return Object.fromEntries(Object.entries(wanted).filter(isLarger));
}

function raisesFor(needs: Needs, region: string): readonly Raise[] {
  const sns = quotasOf(region);
  const all: readonly Raise[] = [
    {
      quota: 'Lambda: concurrent executions',
      has: ACCOUNT_QUOTAS.concurrency,
      needs: needs.callbacksAtOnce + needs.registrationsAtOnce,
    },
    {
      quota: 'API Gateway: requests per second of the account',
      has: ACCOUNT_QUOTAS.gatewayPerSecond,
      needs: needs.callbacksPerSecond + needs.registerPerSecond,
    },
    { quota: 'SNS: messages per second', has: sns.publishesPerSecond, needs: needs.pushesPerSecond },
    {
      quota: 'SNS: endpoint calls per second',
      has: sns.endpointCallsPerSecond,
      needs: needs.endpointCallsPerSecond,
    },
  ];
  return all.filter((quota) => quota.needs > quota.has);
}

/** Deployments that the mailboxes have to be divided between; the reason is what no request raises. */
function partsFor(
  needs: Needs,
  stormHours: number,
): { readonly count: number; readonly because: readonly string[] } {
  const limits: readonly (readonly [what: string, share: number])[] = [
    [
      `the database: ${HARD_LIMITS.databaseCapacityUnits} capacity units are Aurora's largest instance`,
      needs.databaseCapacityUnits / HARD_LIMITS.databaseCapacityUnits,
    ],
    [
      `callbacks: callbackRatePerSecond ends at ${HARD_LIMITS.callbacksPerSecond}`,
      needs.callbacksPerSecond / HARD_LIMITS.callbacksPerSecond,
    ],
    [
      `concurrency: callbackConcurrency ends at ${HARD_LIMITS.callbackConcurrency}`,
      needs.callbacksAtOnce / HARD_LIMITS.callbackConcurrency,
    ],
    ['a restore: waking everybody takes more than a day', stormHours / DAY_HOURS],
  ];
  const exceeded = limits.filter(([, share]) => share > 1);
  return {
    count: Math.max(1, ...exceeded.map(([, share]) => Math.ceil(share))),
    because: exceeded.map(([what]) => what),
  };
}
