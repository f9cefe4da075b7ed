import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Ids } from '#domain/ports/system.ts';

export const systemClock: Clock = { now: () => Date.now() };
export const randomIds: Ids = { uuid: () => randomUUID() };

/** PEM of the extra authorities that the deployment put beside the code, if any. Throws where it is missing. */
export function readExtraCa(file: string | undefined, taskRoot: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(join(taskRoot ?? '.', file), 'utf8');
}

/** One line on stdout, which Lambda hands to the function's log group as it is. */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
