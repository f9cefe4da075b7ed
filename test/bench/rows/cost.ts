import { MONTH_DAYS, OVERHEAD_PER_LINE_BYTES } from '../../../bin/ens/plan/prices.ts';
import { billedMs, costOf, FLOOR_ITEMS, type Work } from '../../../bin/ens/plan/work.ts';
import type { Call } from '../../../local/world/calls.ts';
import type { BenchOptions, Row } from '../row.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import type { Built } from '../support/build.ts';
import { startMeasured } from '../support/measured-process.ts';
import { median, rounded } from '../support/statistics.ts';
import { callsDuring, tally } from './counts.ts';

const TARGET_DOLLARS = 0.015;
const TARGET_RATIO = 1.3;
const PER_DAY = { mail: 40, read: 40, moved: 40, heartbeat: 20 } as const;
type Step = keyof typeof PER_DAY;
const STEPS = ['mail', 'read', 'moved', 'heartbeat'] as const satisfies readonly Step[];
const DEVICES = 1;
const SIZES_MB = [128, 192, 256, 384, 512] as const;
/** Counted of each kind, after as many to warm up. */
const TIMES = 200;

interface Measured extends Work {
  readonly step: Step;
  readonly calls: readonly Call[];
}

/**
 * Cost of one mailbox in a month: calls and log lines as the local world counts them of a warm callback, and CPU as a
 * process of its own takes for the same events. The floor is what nobody can avoid (docs/cost.md).
 */
export async function measureCost(
  bench: BenchWorld,
  built: Built,
  options: BenchOptions,
): Promise<readonly Row[]> {
  const steps = await measureSteps(bench, built, options);
  const perMonth = (step: Step) => PER_DAY[step] * MONTH_DAYS;
  const total = (memoryMegabytes?: number) =>
    sum(
      steps.map(
        (step) =>
          perMonth(step.step) *
          sum(
            Object.values(
              costOf({ ...step, memoryMegabytes: memoryMegabytes ?? step.memoryMegabytes }, DEVICES),
            ),
          ),
      ),
    );
  const floor = sum(steps.map((step) => perMonth(step.step) * floorOf(step)));
  const dollars = total();
  const what =
    'list-price cost of one mailbox-month at 40 mails a day, each later read and moved, and 20 heartbeats a day';
  return [
    {
      what,
      target: `≤ ${TARGET_DOLLARS} US dollars (naive: 0.019)`,
      measured: `${dollars.toFixed(4)} US dollars`,
      met: dollars <= TARGET_DOLLARS,
      details: [
        ...steps.map((step) => sentenceOf(step, perMonth(step.step))),
        'unit prices, waiting times and what is left out: docs/cost.md',
      ],
    },
    {
      what: 'the same against the calls that nobody can avoid (gateway request, invocation, statement, push where one is due)',
      target: `≤ ${TARGET_RATIO} ×`,
      measured: `${rounded(dollars / floor)} × of ${floor.toFixed(4)} US dollars`,
      met: dollars / floor <= TARGET_RATIO,
      details: [
        `by item: ${itemsOf(steps, perMonth)}`,
        `memory against time, the whole mailbox-month: ${SIZES_MB.map((size) => `${size} MB ${rounded(total(size) / floor)} ×`).join(', ')}`,
        'CPU is of this machine, at the share of a processor that Lambda gives to that size',
      ],
    },
  ];
}

async function measureSteps(
  bench: BenchWorld,
  built: Built,
  options: BenchOptions,
): Promise<readonly Measured[]> {
  const { world } = bench;
  const email = await bench.register();
  const warmUp = await bench.deliver(email);
  world.exchange.mailboxes.setRead(email, warmUp, true);
  await world.exchange.idle();
  let itemId = '';
  const steps: Readonly<Record<Step, () => Promise<unknown>>> = {
    mail: async () => {
      itemId = await bench.deliver(email);
    },
    read: async () => world.exchange.mailboxes.setRead(email, itemId, true),
    moved: async () => world.exchange.mailboxes.move(email, itemId, 'archive'),
    heartbeat: () => world.exchange.heartbeat(email),
  };
  const process = await startMeasured(
    built.host,
    `${bench.spec('callback').bundleFolder}/index.mjs`,
    bench.environment('callback'),
  );
  const measured: Measured[] = [];
  try {
    for (const step of STEPS) {
      const before = world.logs.all().length;
      let calls: readonly Call[] = [];
      const events = await bench.eventsDuring(async () => {
        calls = await callsDuring(bench, steps[step]);
      });
      const lines = world.logs.all().slice(before);
      const took: number[] = [];
      for (let time = 0; time < (options.quick ? TIMES / 10 : 2 * TIMES); time += 1) {
        // A count that is known already is not pushed: each time is to be the first.
        if (step === 'read')
          await world.aws.database.query('UPDATE mailboxes SET unread = NULL, unread_at = NULL');
        took.push((await process.run(events)).cpuMs);
      }
      measured.push({
        step,
        calls,
        ...workOf(calls, lines, events.length),
        cpuMs: median(took.slice(took.length / 2)),
        memoryMegabytes: bench.spec('callback').memoryMb,
      });
    }
  } finally {
    await process.close();
  }
  return measured;
}

function workOf(calls: readonly Call[], lines: readonly { readonly line: string }[], requests: number) {
  const count = (service: Call['service'], action?: string) =>
    calls.filter((call) => call.service === service && (action === undefined || call.action === action))
      .length;
  const pushes = count('sns', 'Publish');
  return {
    requests,
    statements: count('rds-data'),
    ews: count('ews'),
    snsCalls: count('sns') - pushes,
    pushesEachDevice: pushes === DEVICES,
    logBytes: sum(lines.map(({ line }) => Buffer.byteLength(line) + OVERHEAD_PER_LINE_BYTES)),
  };
}

function floorOf(step: Measured): number {
  const items = costOf({ ...step, requests: 1, statements: 1 }, DEVICES);
  return sum(FLOOR_ITEMS.map((item) => items[item]));
}

function itemsOf(steps: readonly Measured[], perMonth: (step: Step) => number): string {
  const totals = new Map<string, number>();
  for (const step of steps)
    for (const [item, dollars] of Object.entries(costOf(step, DEVICES)))
      totals.set(item, (totals.get(item) ?? 0) + dollars * perMonth(step.step));
  return [...totals].map(([item, dollars]) => `${item} $${dollars.toFixed(5)}`).join(', ');
}

function sentenceOf(step: Measured, perMonth: number): string {
  const counted = Object.entries(tally(step.calls)).map(([name, count]) => `${count} × ${name}`);
  const dollars = perMonth * sum(Object.values(costOf(step, DEVICES)));
  return `${step.step}: ${Math.round(perMonth)} a month × ${step.requests} callback (${counted.join(', ') || 'no call'}; ${step.logBytes} bytes of log; ${rounded(step.cpuMs)} ms of CPU, ${Math.round(billedMs(step, DEVICES))} ms billed at ${step.memoryMegabytes} MB) = $${dollars.toFixed(5)}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
