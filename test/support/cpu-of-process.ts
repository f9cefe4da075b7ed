import { readdirSync, readFileSync } from 'node:fs';

/** Processes that this one started with such a last argument. Linux only: empty elsewhere. */
export function childrenWithLastArgument(argument: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [stat, line] = [read(`/proc/${pid}/stat`), read(`/proc/${pid}/cmdline`)];
      // The name before the fields may hold spaces and brackets; state and parent follow the last one.
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return parent === process.pid && line.split('\0').at(-2) === argument;
    });
}

/** CPU time of a process, all threads, in ms; to the nanosecond, where `times` in /proc has ticks of 10 ms. */
export function cpuMsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]))
    .reduce((sum, ns) => sum + ns / 1e6, 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
