import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './source-files.ts';

const ALIASES: readonly (readonly [string, string])[] = [
  ['#domain/', 'lambdas/domain/'],
  ['#adapters/', 'lambdas/adapters/'],
  ['#runtime/', 'lambdas/runtime/'],
  ['#contract', 'lambdas/contract.ts'],
];

/** Specifiers that a file imports from, of types and of values alike. */
export function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** File of the project that a specifier means, relative to the root; undefined for a package. */
export function importedFile(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relative(root, join(root, dirname(file), specifier));
  const alias = ALIASES.find(([prefix]) => specifier.startsWith(prefix));
  return alias === undefined ? undefined : specifier.replace(alias[0], alias[1]);
}
