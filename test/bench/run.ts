import { parseArgs } from 'node:util';
import type { BenchOptions, Row } from './row.ts';
import { measureCounts } from './rows/counts.ts';
import { measureCpu } from './rows/cpu.ts';
import { measureMemory } from './rows/memory.ts';
import { measureStart } from './rows/start.ts';
import { type BenchWorld, startBenchWorld } from './support/bench-world.ts';
import { type Built, buildBench } from './support/build.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean' } } });
const options: BenchOptions = {
  quick: values.quick ?? false,
  progress: (text) => void process.stderr.write(`${text}\n`),
};

const PARTS: Readonly<Record<string, (bench: BenchWorld, built: Built) => Promise<Row | readonly Row[]>>> = {
  counts: (bench) => measureCounts(bench),
  cpu: (bench, built) => measureCpu(bench, built, options),
  start: (bench, built) => measureStart(bench, built, options),
  memory: (bench, built) => measureMemory(bench, built, options),
};

const built = buildBench();
for (const [name, measure] of Object.entries(PARTS)) {
  if (values.only !== undefined && !values.only.split(',').includes(name)) continue;
  options.progress(name);
  const bench = await startBenchWorld();
  try {
    for (const row of [await measure(bench, built)].flat())
      process.stdout.write(`${JSON.stringify(row, null, 1)}\n`);
  } finally {
    await bench.close();
  }
}
