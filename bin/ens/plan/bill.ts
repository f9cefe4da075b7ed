import { type Load, loadsOfDay } from './load.ts';
import { MONTH_DAYS, MONTH_HOURS, PRICE } from './prices.ts';
import { heartbeatsPerDay, type Rates, RENEWALS_PER_DAY } from './rates.ts';
import { type BillItem, CALLBACKS, costOf, WORK } from './work.ts';

/**
 * Processor time of one callback's statement in PostgreSQL with 1,000,000 mailboxes, rounded up, with the client's own on the
 * same machine (docs/bench.md), and what an Aurora capacity unit has of a processor: a db.r class has 8 GiB for each, a
 * unit 2 GiB. No bench has seen Aurora.
 */
const STATEMENT_PROCESSOR_SECONDS = 0.0026;
const PROCESSORS_PER_UNIT = 0.25;
/** Fuller than this a database is slow. */
const DATABASE_UTILISATION = 0.6;
const UNIT_STEP = 0.5;
const LEAST_UNITS = 0.5;

/** On disk with indexes, for a mailbox with two devices: counted on PostgreSQL 15 with 50,000 mailboxes. */
const BYTES_PER_MAILBOX = 3_100;
const GIGABYTE = 1_000_000_000;

const FIXED = { secrets: 5, alarms: 20, metrics: 40 } as const;

/** Aurora capacity units for so many statements, in the steps that Aurora has. */
export function capacityUnits({ statementsPerSecond }: Pick<Load, 'statementsPerSecond'>): number {
  const processors = (statementsPerSecond * STATEMENT_PROCESSOR_SECONDS) / DATABASE_UTILISATION;
  return Math.max(LEAST_UNITS, Math.ceil(processors / PROCESSORS_PER_UNIT / UNIT_STEP) * UNIT_STEP);
}

export function databaseGigabytes({ mailboxes }: Rates): number {
  return Math.max(1, (mailboxes * BYTES_PER_MAILBOX) / GIGABYTE);
}

export type BillLine = BillItem | 'registrations and check-ins' | 'database' | 'storage, keys, alarms';

/** US dollars of a month, by item. */
export function billOf(rates: Rates): Readonly<Record<BillLine, number>> {
  const perDay: Readonly<Record<(typeof CALLBACKS)[number], number>> = {
    mail: rates.mails,
    read: rates.reads,
    move: rates.moves,
    heartbeat: heartbeatsPerDay(rates),
  };
  const costs = CALLBACKS.map((kind) => ({
    times: perDay[kind] * rates.mailboxes * MONTH_DAYS,
    cost: costOf(WORK[kind], rates.devicesPerMailbox),
  }));
  const item = (name: BillItem) => costs.reduce((sum, { times, cost }) => sum + times * cost[name], 0);
  return {
    gateway: item('gateway'),
    invocations: item('invocations'),
    'function time': item('function time'),
    statements: item('statements'),
    'database I/O': item('database I/O'),
    pushes: item('pushes'),
    logs: item('logs'),
    'traffic to Exchange': item('traffic to Exchange'),
    'registrations and check-ins': clientCalls(rates),
    database: meanUnits(rates) * MONTH_HOURS * PRICE.capacityUnitHour,
    'storage, keys, alarms':
      databaseGigabytes(rates) * PRICE.databaseGbMonth +
      PRICE.kmsKeyMonth +
      FIXED.secrets * PRICE.secretMonth +
      FIXED.alarms * PRICE.alarmMonth +
      FIXED.metrics * PRICE.metricMonth,
  };
}

export function totalOf(bill: Readonly<Record<string, number>>): number {
  return Object.values(bill).reduce((sum, dollars) => sum + dollars, 0);
}

function clientCalls({ mailboxes, devicesPerMailbox, checkInsPerDevice }: Rates): number {
  const perDay =
    RENEWALS_PER_DAY * totalOf(costOf(WORK.renewal, 0)) +
    checkInsPerDevice * totalOf(costOf(WORK['check-in'], 0));
  return mailboxes * devicesPerMailbox * MONTH_DAYS * perDay;
}

/** Aurora follows the load from hour to hour. */
function meanUnits(rates: Rates): number {
  const units = loadsOfDay(rates).map(capacityUnits);
  return units.reduce((sum, value) => sum + value, 0) / units.length;
}
