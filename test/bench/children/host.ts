/**
 * Main module of a measured process: imports one bundle (argument 1) as Lambda's runtime would, tells what
 * that took, then does what it is asked. Nothing of this file runs inside a measured stretch but the clock.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Json } from '../../../local/template/json.ts';
import type { Ask, Took } from './messages.ts';

const loaded: { file: string; afterMs: number }[] = [];
let answer: Json | undefined;

async function measured(work: () => Promise<void>): Promise<Took> {
  loaded.length = 0;
  answer = undefined;
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    ms: performance.now() - startedAt,
    cpuMs: (user + system) / 1_000,
    residentBytes: process.memoryUsage.rss(),
    peakBytes: peakBytes(),
    answer,
    loaded,
  };
}

/** The kernel's own figure: `resourceUsage` would begin with what the parent process had when it forked. */
function peakBytes(): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}

function contextOf(): object {
  return {
    awsRequestId: crypto.randomUUID(),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:bench',
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: 'bench',
    logStreamName: 'bench',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => 25_000,
  };
}

function watch(): void {
  const since = performance.now();
  registerHooks({
    load(url, context, next) {
      const module = next(url, context);
      loaded.push({ file: url, afterMs: performance.now() - since });
      return module;
    },
  });
}

let handler: unknown;

async function run(events: readonly Json[], times: number): Promise<void> {
  if (typeof handler !== 'function') throw new TypeError('the bundle exports no handler');
  for (let time = 0; time < times; time += 1) {
    for (const event of events) answer = await handler(event, contextOf());
  }
}

function obey(ask: Ask): Promise<Took> {
  switch (ask.kind) {
    case 'run':
      return measured(() => run(ask.events, ask.times));
    case 'watch':
      return measured(async () => watch());
    case 'import':
      return measured(async () => {
        for (const file of ask.files) await import(file);
      });
  }
}

const bundle = pathToFileURL(process.argv[2] ?? '').href;
process.on('message', (ask: Ask) => {
  obey(ask).then(
    (took) => process.send?.(took),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
const started = await measured(async () => {
  const module: Readonly<Record<string, unknown>> = await import(bundle);
  handler = module.handler;
});
process.send?.(started);
