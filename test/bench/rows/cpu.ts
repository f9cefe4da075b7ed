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
  const events = await mailEvents(bench, 20);
  const environment = bench.environment('callback');
  const ours = await startMeasured(
    built.host,
    `${bench.spec('callback').bundleFolder}/index.mjs`,
    environment,
  );
  const floor = await startMeasured(built.host, built.floorCallback, environment);
  const perRound = 5;
  try {
    const warmUp = options.quick ? WARM_UP / 10 : WARM_UP;
    for (const side of [ours, floor]) await side.run(events, warmUp / events.length);
    const cpuMs = (side: typeof ours) => async () =>
      (await side.run(events, perRound)).cpuMs / (perRound * events.length);
    const sides = await alternate(options.quick ? 3 : 12, { ours: cpuMs(ours), floor: cpuMs(floor) });
    const [product = [], bare = []] = [sides.ours, sides.floor];
    const ratio = median(product.map((value, index) => value / (bare[index] ?? Number.NaN)));
    return {
      what: 'CPU of a warm callback against the bare script',
      target: `≤ ${TARGET} ×`,
      measured: `${rounded(ratio)} ×`,
      met: ratio <= TARGET,
      details: [
        `callback ${spread(product)}, floor ${spread(bare)} of CPU per mail`,
        `${product.length} rounds of ${perRound * events.length} mails each, in turn, after ${warmUp} to warm up; the ratio is the median of the rounds`,
      ],
    };
  } finally {
    await Promise.all([ours.close(), floor.close()]);
  }
}

/** Callbacks of `count` mails to one mailbox, each with its own item, in order. */
export async function mailEvents(bench: BenchWorld, count: number): Promise<readonly Json[]> {
  const email = await bench.register();
  return bench.eventsDuring(async () => {
    for (let mail = 1; mail <= count; mail += 1) await bench.deliver(email, `Minutes of meeting ${mail}`);
  });
}
