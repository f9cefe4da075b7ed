import type { Json } from '../../../local/template/json.ts';
import type { BenchOptions, Row } from '../row.ts';
import { ALIVE_EVENT, type BenchWorld } from '../support/bench-world.ts';
import type { Built } from '../support/build.ts';
import { startMeasured } from '../support/measured-process.ts';
import { alternate, median, rounded, spread } from '../support/statistics.ts';

const LOAD_TARGET_MS = 100;
const ALIVE_TARGET_MS = 10;
const STATEMENT_MS = 2_000;

interface Start {
  /** Loading the bundle. */
  readonly load: { readonly ms: number; readonly cpuMs: number };
  /** Loading it and answering the first request. */
  readonly answered: { readonly ms: number; readonly cpuMs: number };
}

/** Fresh processes, in turn: what a cold start of ours takes against what it is measured against. */
export async function measureStart(
  bench: BenchWorld,
  built: Built,
  options: BenchOptions,
): Promise<readonly Row[]> {
  const rounds = options.quick ? 3 : 60;
  // Two mailboxes: a heartbeat that comes again after a mail would be a gap, and gaps ask Exchange.
  const [quiet, busy] = [await bench.register(), await bench.register()];
  const [heartbeat] = await bench.eventsDuring(() => bench.world.exchange.heartbeat(quiet));
  const [mail] = await bench.eventsDuring(() => bench.deliver(busy));
  if (heartbeat === undefined || mail === undefined) throw new Error('Exchange sent nothing');
  const bundleOf = (functionId: string) => `${bench.spec(functionId).bundleFolder}/index.mjs`;
  const start = (bundle: string, functionId: string, event: Json) => async (): Promise<Start> => {
    const fresh = await startMeasured(built.host, bundle, bench.environment(functionId));
    const answered = await fresh.run([event]);
    await fresh.close();
    const { started } = fresh;
    return {
      load: started,
      answered: { ms: started.ms + answered.ms, cpuMs: started.cpuMs + answered.cpuMs },
    };
  };
  const sides = await alternate(rounds, {
    callback: start(bundleOf('callback'), 'callback', heartbeat),
    sdkOnly: start(built.sdkOnly, 'callback', heartbeat),
    alive: start(bundleOf('alive'), 'alive', ALIVE_EVENT),
    empty: start(built.empty, 'alive', ALIVE_EVENT),
  });
  return [
    heartbeatRow(sides.callback ?? [], sides.sdkOnly ?? []),
    await firstMailRow(bench, built, rounds, heartbeat, mail),
    aliveRow(sides.alive ?? [], sides.empty ?? []),
  ];
}

function heartbeatRow(ours: readonly Start[], floor: readonly Start[]): Row {
  const ratioOf = (pick: (start: Start) => number, against = pick) =>
    median(ours.map(pick)) / median(floor.map(against));
  const ratio = ratioOf(({ answered }) => answered.ms);
  return {
    what: 'module initialisation up to an answered heartbeat against one file that only imports its SDK clients',
    target: '≤ 1.0 ×',
    measured: `${rounded(ratio)} ×`,
    met: ratio <= 1,
    details: [
      `loaded and answered: callback ${spread(ours.map(({ answered }) => answered.ms))}, floor ${spread(floor.map(({ answered }) => answered.ms))}; in CPU ${rounded(ratioOf(({ answered }) => answered.cpuMs))} ×`,
      `loaded only: callback ${spread(ours.map(({ load }) => load.ms))}, floor ${spread(floor.map(({ load }) => load.ms))}; ${rounded(ratioOf(({ load }) => load.ms))} ×`,
      `callback loaded and answered against the floor loaded only, in CPU: ${rounded(
        ratioOf(
          ({ answered }) => answered.cpuMs,
          ({ load }) => load.cpuMs,
        ),
      )} ×`,
      `${ours.length} fresh processes each, in turn; both read the pepper and run the same statement, ours checks, and writes a metric on top`,
    ],
  };
}

/** What the first mail loads is learnt from a process that handles one; then it is loaded in fresh ones. */
async function firstMailRow(
  bench: BenchWorld,
  built: Built,
  rounds: number,
  heartbeat: Json,
  mail: Json,
): Promise<Row> {
  const bundle = `${bench.spec('callback').bundleFolder}/index.mjs`;
  const fresh = async () => {
    const started = await startMeasured(built.host, bundle, bench.environment('callback'));
    await started.run([heartbeat]);
    return started;
  };
  const watched = await fresh();
  bench.world.faults.add({ service: 'rds-data', times: 1, delayMs: STATEMENT_MS });
  await watched.watch();
  const { loaded } = await watched.run([mail]);
  await watched.close();
  const files = loaded.filter(({ file }) => file.startsWith('file:'));
  const lastMs = Math.max(...files.map(({ afterMs }) => afterMs));
  const took: { ms: number; cpuMs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const side = await fresh();
    took.push(await side.import(files.map(({ file }) => file)));
    await side.close();
  }
  const ms = median(took.map((each) => each.ms));
  const underWay = lastMs < STATEMENT_MS;
  return {
    what: 'what the first new mail loads on top, started while the SQL statement is under way',
    target: `≤ ${LOAD_TARGET_MS} ms`,
    measured: `${rounded(ms)} ms, ${underWay ? 'started' : 'not started'} under way`,
    met: ms <= LOAD_TARGET_MS && underWay,
    details: [
      `${files.length} files: ${spread(took.map((each) => each.ms))}, of CPU ${spread(took.map((each) => each.cpuMs))}, in ${rounds} fresh processes after a heartbeat`,
      `with a statement that takes ${STATEMENT_MS} ms the last of them is read ${rounded(lastMs)} ms after the callback arrived`,
    ],
  };
}

function aliveRow(ours: readonly Start[], empty: readonly Start[]): Row {
  const of = (starts: readonly Start[]) => starts.map(({ answered }) => answered.ms);
  const more = median(of(ours)) - median(of(empty));
  return {
    what: '`alive`, loaded and answered, against an empty handler',
    target: `≤ ${ALIVE_TARGET_MS} ms more`,
    measured: `${rounded(more)} ms more`,
    met: more <= ALIVE_TARGET_MS,
    details: [
      `alive ${spread(of(ours))}, empty ${spread(of(empty))}, ${ours.length} fresh processes each, in turn`,
    ],
  };
}
