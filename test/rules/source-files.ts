import { globSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

const ROOMS = ['bin', 'lib', 'lambdas', 'local', 'test', 'docs'];

/** Every TypeScript file of the project, relative to its root, in order. */
export function sourceFiles(): readonly string[] {
  return ROOMS.flatMap((room) => globSync(`${room}/**/*.ts`, { cwd: root })).sort();
}
