import type { BenchOptions, Row } from '../row.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import type { Built } from '../support/build.ts';
import { startMeasured } from '../support/measured-process.ts';
import { median, rounded } from '../support/statistics.ts';
import { mailEvents } from './cpu.ts';

const TARGET_MB = 130;
const MAILS = 1_000;
const DIFFERENT = 50;
const PROCESSES = 5;

/**
 * Resident memory of callback processes, started with the template's variables, after their mails. Several: when
 * V8's compiler threads happen to work at once, one process keeps some tens of MB more than the next.
 */
export async function measureMemory(bench: BenchWorld, built: Built, options: BenchOptions): Promise<Row> {
  const events = await mailEvents(bench, DIFFERENT);
  const environment = bench.environment('callback');
  const bundle = `${bench.spec('callback').bundleFolder}/index.mjs`;
  const mails = options.quick ? DIFFERENT * 2 : MAILS;
  const [loaded, after]: [number[], number[]] = [[], []];
  for (let n = 0; n < (options.quick ? 1 : PROCESSES); n += 1) {
    const process = await startMeasured(built.host, bundle, environment);
    let residentBytes = process.started.residentBytes;
    loaded.push(residentBytes / 1_000_000);
    for (let mail = 0; mail < mails; mail += DIFFERENT) ({ residentBytes } = await process.run(events));
    after.push(residentBytes / 1_000_000);
    await process.close();
  }
  const typical = median(after);
  return {
    what: `memory of a warm callback process after ${mails} mails`,
    target: `≤ ${TARGET_MB} MB resident`,
    measured: `${rounded(typical)} MB`,
    met: typical <= TARGET_MB,
    details: [
      `NODE_OPTIONS of the template: ${environment.NODE_OPTIONS}`,
      `median of ${after.length} processes: ${after.map(rounded).join(', ')} MB; loaded ${rounded(median(loaded))} MB`,
    ],
  };
}
