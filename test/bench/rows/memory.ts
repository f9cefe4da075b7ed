import type { BenchOptions, Row } from '../row.ts';
import type { BenchWorld } from '../support/bench-world.ts';
import type { Built } from '../support/build.ts';
import { largestEvent } from '../support/largest-event.ts';
import { startMeasured } from '../support/measured-process.ts';
import { median, rounded } from '../support/statistics.ts';
import { mailEvents } from './cpu.ts';

const TARGET_MB = 130;
const MAILS = 1_000;
const DIFFERENT = 50;
const PROCESSES = 5;
const LARGEST = 10;
/** The rest is for the runtime, and for what no bench thinks of. */
const FREE_SHARE = 0.8;

/**
 * Resident memory of callback processes, started with the template's variables, after their mails. Several: when
 * V8's compiler threads happen to work at once, one process keeps some tens of MB more than the next.
 */
export async function measureMemory(
  bench: BenchWorld,
  built: Built,
  options: BenchOptions,
): Promise<readonly Row[]> {
  const events = await mailEvents(bench, DIFFERENT);
  const environment = bench.environment('callback');
  const bundle = `${bench.spec('callback').bundleFolder}/index.mjs`;
  const mails = options.quick ? DIFFERENT * 2 : MAILS;
  const largest = largestEvent(events);
  const [loaded, after, peaks]: [number[], number[], number[]] = [[], [], []];
  for (let n = 0; n < (options.quick ? 1 : PROCESSES); n += 1) {
    const process = await startMeasured(built.host, bundle, environment);
    let residentBytes = process.started.residentBytes;
    loaded.push(residentBytes / 1_000_000);
    await bench.forgetAlerts();
    for (let mail = 0; mail < mails; mail += DIFFERENT) ({ residentBytes } = await process.run(events));
    after.push(residentBytes / 1_000_000);
    const { peakBytes } = await process.run([largest], LARGEST);
    peaks.push(peakBytes / 1_000_000);
    await process.close();
  }
  const typical = median(after);
  const memoryMb = (bench.spec('callback').memoryMb * 2 ** 20) / 1_000_000;
  const peak = Math.max(...peaks);
  return [
    {
      what: `memory of a warm callback process after ${mails} mails`,
      target: `≤ ${TARGET_MB} MB resident`,
      measured: `${rounded(typical)} MB`,
      met: typical <= TARGET_MB,
      details: [
        `NODE_OPTIONS of the template: ${environment.NODE_OPTIONS}`,
        `median of ${after.length} processes: ${after.map(rounded).join(', ')} MB; loaded ${rounded(median(loaded))} MB`,
      ],
    },
    {
      what: 'highest memory of a callback process that gets bodies of 1 MB on top, against the size of the function',
      target: `≤ ${FREE_SHARE} ×`,
      measured: `${rounded(peak / memoryMb)} ×`,
      met: peak / memoryMb <= FREE_SHARE,
      details: [
        `${peaks.map(rounded).join(', ')} MB of ${rounded(memoryMb)} MB, after ${LARGEST} bodies that name 50 mails thousands of times`,
      ],
    },
  ];
}
