import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Row } from './row.ts';

/** docs/bench.md: the table of targets with what was measured, the machine, and the figures behind each line. */
export function writeReport(rows: readonly Row[], options: { readonly quick: boolean }): string {
  const lines = [
    '# Bench',
    '',
    'Written by `npm run bench`; do not edit. Counts are exact. Times are ratios of two sides that were measured',
    'in turn, in one run, on one machine: by themselves they mean nothing. The floor scripts are in',
    '[test/bench/floor](../test/bench/floor).',
    '',
    `Measured on ${new Date().toISOString().slice(0, 10)}, ${machine()}.`,
    ...(options.quick
      ? ['', '**A quick run: few rounds and rows. These figures are not to be believed.**']
      : []),
    '',
    '| what | target | measured | verdict |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      ({ what, target, measured, met }) => `| ${what} | ${target} | ${measured} | ${verdict(met)} |`,
    ),
    '',
    '## Behind the figures',
    ...rows
      .filter(({ details }) => details.length > 0)
      .flatMap(({ what, details }) => ['', `**${what}**`, '', ...details.map((detail) => `- ${detail}`)]),
    '',
  ];
  return lines.join('\n');
}

function verdict(met: boolean | undefined): string {
  if (met === undefined) return 'not measured';
  return met ? 'met' : '**missed**';
}

function machine(): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${gigabytes} GiB, ${system()}, Node ${process.versions.node}, load ${load()}, commit ${commit()}`;
}

function system(): string {
  try {
    return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
}

/** Of the last minute, when the run ended: well above the number of processors, others were busy here. */
function load(): string {
  try {
    return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
