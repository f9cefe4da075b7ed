import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeReport } from './report.ts';
import type { BenchOptions, Row } from './row.ts';
import { measureArrival } from './rows/arrival.ts';
import { measureBurst } from './rows/burst.ts';
import { measureCost } from './rows/cost.ts';
import { measureCounts } from './rows/counts.ts';
import { measureCpu, measureWebPushCpu } from './rows/cpu.ts';
import { measureMemory } from './rows/memory.ts';
import { measureStart } from './rows/start.ts';
import { measureStatements } from './rows/statement.ts';
import { type BenchWorld, startBenchWorld } from './support/bench-world.ts';
import { buildBench } from './support/build.ts';

const REPORT = join(resolve(import.meta.dirname, '../..'), 'docs/bench.md');
const USAGE = `npm run bench [-- --only counts,cpu,… ] [-- --quick]

Measures the targets and writes docs/bench.md. With --only, just those parts, printed and not written;
with --quick, few rounds, printed and not written. Takes about ten minutes; leave the machine alone meanwhile.`;

const { values } = parseArgs({
  options: { only: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
});
const options: BenchOptions = {
  quick: values.quick ?? false,
  progress: (text) => void process.stderr.write(`… ${text}\n`),
};
const built = buildBench();

/** Each part in the order of the table; those that need a world get a fresh one. */
const PARTS: Readonly<Record<string, () => Promise<Row | readonly Row[]>>> = {
  counts: () => inWorld(measureCounts),
  cpu: () => inWorld((bench) => measureCpu(bench, built, options)),
  'web-push': () => inWorld((bench) => measureWebPushCpu(bench, built, options)),
  arrival: () => inWorld((bench) => measureArrival(bench, options)),
  start: () => inWorld((bench) => measureStart(bench, built, options)),
  statement: () => measureStatements(options),
  memory: () => inWorld((bench) => measureMemory(bench, built, options)),
  cost: () => inWorld((bench) => measureCost(bench, built, options)),
  burst: () => measureBurst(options),
};

async function inWorld<T>(measure: (bench: BenchWorld) => Promise<T>): Promise<T> {
  const bench = await startBenchWorld();
  try {
    return await measure(bench);
  } finally {
    await bench.close();
  }
}

if (values.help === true) process.stdout.write(`${USAGE}\n`);
else {
  const wanted = values.only?.split(',') ?? Object.keys(PARTS);
  const unknown = wanted.filter((name) => PARTS[name] === undefined);
  if (unknown.length > 0) {
    process.stderr.write(`There is no part ${unknown.join(', ')}.\n\n${USAGE}\n`);
    process.exit(1);
  }
  const rows: Row[] = [];
  for (const name of wanted) {
    options.progress(name);
    rows.push(...[(await PARTS[name]?.()) ?? []].flat());
  }
  const report = writeReport(rows, options);
  process.stdout.write(report);
  if (values.only === undefined && !options.quick) writeFileSync(REPORT, report);
  if (rows.some(({ met }) => met === false)) process.exitCode = 1;
}
