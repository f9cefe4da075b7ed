import type { SimulatedBrowser } from '../../../local/push-service/simulated-browser.ts';
import type { Json } from '../../../local/template/json.ts';
import type { BenchOptions, Row } from '../row.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import type { Built } from '../support/build.ts';
import { startMeasured } from '../support/measured-process.ts';
import { alternate, median, rounded, spread } from '../support/statistics.ts';

const TARGET = 1.5;
/** V8 goes on compiling for some hundreds of mails, and ours is more code than the bare script. */
const WARM_UP = 1_000;

/** CPU of one warm callback with one new mail, ours against the floor script: same events, same servers, in turn. */
export async function measureCpu(bench: BenchWorld, built: Built, options: BenchOptions): Promise<Row> {
  const ratio = await measureRatio(bench, built, built.floorCallback, await mailEvents(bench, 20), options);
  return row('CPU of a warm callback against the bare script', TARGET, ratio);
}

/** The same with a browser instead of a phone; the bare script sends with the library web-push. */
export async function measureWebPushCpu(
  bench: BenchWorld,
  built: Built,
  options: BenchOptions,
): Promise<Row> {
  const browser = bench.world.pushService.newBrowser();
  const events = await mailEvents(bench, 20, browser);
  const extra = { BENCH_SUBSCRIPTION: browser.token };
  const ratio = await measureRatio(bench, built, built.floorWebPush, events, options, extra);
  return row('CPU of a warm web push against a bare script with the library web-push', 1.3, ratio);
}

interface Ratio {
  readonly ratio: number;
  readonly details: readonly string[];
}

function row(what: string, target: number, { ratio, details }: Ratio): Row {
  return {
    what,
    target: `≤ ${target} ×`,
    measured: `${rounded(ratio)} ×`,
    met: ratio <= target,
    details: [...details],
  };
}

async function measureRatio(
  bench: BenchWorld,
  built: Built,
  floorFile: string,
  events: readonly Json[],
  options: BenchOptions,
  floorVariables: Readonly<Record<string, string>> = {},
): Promise<Ratio> {
  const environment = bench.environment('callback');
  const bundle = `${bench.spec('callback').bundleFolder}/index.mjs`;
  const ours = await startMeasured(built.host, bundle, environment);
  const floor = await startMeasured(built.host, floorFile, { ...environment, ...floorVariables });
  const perRound = 5;
  try {
    const warmUp = options.quick ? WARM_UP / 10 : WARM_UP;
    for (const side of [ours, floor])
      for (let mails = 0; mails < warmUp; mails += perRound * events.length) {
        await bench.forgetAlerts();
        await side.run(events, perRound);
      }
    const cpuMs = (side: typeof ours) => async () => {
      await bench.forgetAlerts();
      return (await side.run(events, perRound)).cpuMs / (perRound * events.length);
    };
    const sides = await alternate(options.quick ? 3 : 12, { ours: cpuMs(ours), floor: cpuMs(floor) });
    const [product = [], bare = []] = [sides.ours, sides.floor];
    const ratio = median(product.map((value, index) => value / (bare[index] ?? Number.NaN)));
    return {
      ratio,
      details: [
        `callback ${spread(product)}, floor ${spread(bare)} of CPU per mail`,
        `${product.length} rounds of ${perRound * events.length} mails each, in turn, after ${warmUp} to warm up; the ratio is the median of the rounds`,
      ],
    };
  } finally {
    await Promise.all([ours.close(), floor.close()]);
  }
}

/** Callbacks of one mail each to `count` mailboxes: one mailbox would soon have had its alerts of ten minutes. */
export async function mailEvents(
  bench: BenchWorld,
  count: number,
  browser?: SimulatedBrowser,
): Promise<readonly Json[]> {
  const emails: string[] = [];
  for (let mailbox = 0; mailbox < count; mailbox += 1) emails.push(await bench.register(browser));
  return bench.eventsDuring(async () => {
    for (const email of emails) await bench.deliver(email, 'Minutes of the meeting on Thursday');
  });
}
