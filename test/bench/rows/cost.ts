import type { Call } from '../../../local/world/calls.ts';
import type { Row } from '../row.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import { callsDuring, tally } from './counts.ts';

/** US dollars, list price of us-east-1, free tiers left out. Sources and what is assumed: docs/cost.md. */
const PRICE = {
  gatewayRequest: 1.0e-6,
  functionRequest: 0.2e-6,
  functionGbSecond: 0.0000133334,
  statement: 0.35e-6,
  databaseIo: 0.2e-6,
  kmsRequest: 3e-6,
  publish: 0.5e-6,
  mobilePush: 0.5e-6,
  logGb: 0.5,
  egressGb: 0.09,
} as const;

/** Milliseconds that a function waits in AWS, which no local clock can tell. */
const WAIT_MS = { statement: 105, ews: 100, publish: 20 } as const;
/** CloudWatch counts so many bytes on top of each line. */
const OVERHEAD_PER_LINE_BYTES = 26;
const EWS_REQUEST_BYTES = 3_000;
const TARGET = 0.015;
const MONTH_DAYS = 30.4;
const PER_DAY = { 'new mail': 40, read: 40, moved: 40, heartbeat: 20 } as const;
type Step = keyof typeof PER_DAY;

interface Measured {
  readonly callbacks: number;
  readonly calls: readonly Call[];
  readonly logBytes: number;
}

/** Cost of one mailbox in a month, from the calls and log lines that the local world counted of a warm callback. */
export async function measureCost(bench: BenchWorld): Promise<Row> {
  const { world } = bench;
  const email = await bench.register();
  const warmUp = await bench.deliver(email);
  world.exchange.mailboxes.setRead(email, warmUp, true);
  await world.exchange.idle();
  let itemId = '';
  const steps: Readonly<Record<Step, () => Promise<unknown>>> = {
    'new mail': async () => {
      itemId = await bench.deliver(email);
    },
    read: async () => world.exchange.mailboxes.setRead(email, itemId, true),
    moved: async () => world.exchange.mailboxes.move(email, itemId, 'archive'),
    heartbeat: () => world.exchange.heartbeat(email),
  };
  const memoryGb = bench.spec('callback').memoryMb / 1_024;
  const details: string[] = [];
  let dollars = 0;
  for (const [step, work] of Object.entries(steps)) {
    const measured = await measureStep(bench, work);
    const perMonth = countOf(step) * MONTH_DAYS;
    const cost = costOf(measured, memoryGb) * perMonth;
    dollars += cost;
    details.push(
      `${step}: ${Math.round(perMonth)} a month × ${measured.callbacks} callback (${named(measured.calls)}; ${measured.logBytes} bytes of log) = $${cost.toFixed(5)}`,
    );
  }
  return {
    what: 'list-price cost of one mailbox-month at 40 mails a day, each later read and moved, and 20 heartbeats a day',
    target: `≤ ${TARGET} US dollars (naive: 0.019)`,
    measured: `${dollars.toFixed(4)} US dollars`,
    met: dollars <= TARGET,
    details: [...details, 'unit prices, waiting times and what is left out: docs/cost.md'],
  };
}

async function measureStep(bench: BenchWorld, work: () => Promise<unknown>): Promise<Measured> {
  const before = bench.world.logs.all().length;
  let calls: readonly Call[] = [];
  const { length: callbacks } = await bench.eventsDuring(async () => {
    calls = await callsDuring(bench, work);
  });
  const lines = bench.world.logs.all().slice(before);
  const logBytes = lines.reduce(
    (sum, { line }) => sum + Buffer.byteLength(line) + OVERHEAD_PER_LINE_BYTES,
    0,
  );
  return { callbacks, calls, logBytes };
}

function costOf({ callbacks, calls, logBytes }: Measured, memoryGb: number): number {
  const count = (service: Call['service']) => calls.filter((call) => call.service === service).length;
  const [statements, ews, publishes, kms] = [count('rds-data'), count('ews'), count('sns'), count('kms')];
  const seconds = (statements * WAIT_MS.statement + ews * WAIT_MS.ews + publishes * WAIT_MS.publish) / 1_000;
  const gigabyte = 1_000_000_000;
  return (
    callbacks * (PRICE.gatewayRequest + PRICE.functionRequest) +
    seconds * memoryGb * PRICE.functionGbSecond +
    statements * (PRICE.statement + PRICE.databaseIo) +
    publishes * (PRICE.publish + PRICE.mobilePush) +
    kms * PRICE.kmsRequest +
    (logBytes / gigabyte) * PRICE.logGb +
    ((ews * EWS_REQUEST_BYTES) / gigabyte) * PRICE.egressGb
  );
}

function countOf(step: string): number {
  return Object.entries(PER_DAY).find(([name]) => name === step)?.[1] ?? 0;
}

function named(calls: readonly Call[]): string {
  const counted = Object.entries(tally(calls)).map(([name, count]) => `${count} × ${name}`);
  return counted.length === 0 ? 'no call' : counted.join(', ');
}
