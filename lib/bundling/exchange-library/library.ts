import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

/** Folder with the sources of ews-javascript-api; modules are named by their path in it, with slashes. */
export const LIBRARY = join(
  dirname(createRequire(import.meta.url).resolve('ews-javascript-api/package.json')),
  'js',
);

/** The module that the package is imported by. */
export const INDEX = 'ExchangeWebService.js';

export function moduleName(path: string): string {
  return relative(LIBRARY, path).split(sep).join('/');
}

export function isOfLibrary(path: string): boolean {
  return path.startsWith(LIBRARY + sep);
}

/** Every module of the library, in a fixed order. */
export function moduleNames(): readonly string[] {
  return readdirSync(LIBRARY, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => name.split(sep).join('/'))
    .sort();
}
