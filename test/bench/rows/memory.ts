import type { BenchOptions, Row } from '../row.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import type { Built } from '../support/build.ts';
import { startMeasured } from '../support/measured-process.ts';
import { rounded } from '../support/statistics.ts';
import { mailEvents } from './cpu.ts';

const TARGET_MB = 130;
const MAILS = 1_000;
const DIFFERENT = 50;

/** Resident memory of a callback process, started with the template's variables, after its mails. */
export async function measureMemory(bench: BenchWorld, built: Built, options: BenchOptions): Promise<Row> {
  const events = await mailEvents(bench, DIFFERENT);
  const environment = bench.environment('callback');
  const bundle = `${bench.spec('callback').bundleFolder}/index.mjs`;
  const mails = options.quick ? DIFFERENT * 2 : MAILS;
  const process = await startMeasured(built.host, bundle, environment);
  const readings: number[] = [];
  for (let mail = 0; mail < mails; mail += DIFFERENT) {
    const { residentBytes } = await process.run(events);
    readings.push(residentBytes / 1_000_000);
  }
  await process.close();
  const last = readings.at(-1) ?? Number.NaN;
  return {
    what: `memory of a warm callback process after ${mails} mails`,
    target: `≤ ${TARGET_MB} MB resident`,
    measured: `${rounded(last)} MB`,
    met: last <= TARGET_MB,
    details: [
      `NODE_OPTIONS of the template: ${environment.NODE_OPTIONS}`,
      `loaded ${rounded(process.started.residentBytes / 1_000_000)} MB, highest reading ${rounded(Math.max(...readings))} MB`,
    ],
  };
}
