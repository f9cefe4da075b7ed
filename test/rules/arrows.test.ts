import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root, sourceFiles } from './source-files.ts';

/** Rooms of the house, most specific first, and the rooms that each may look into. */
const MAY_IMPORT: readonly { readonly room: string; readonly from: readonly string[] }[] = [
  { room: 'lambdas/contract.ts', from: [] },
  { room: 'lambdas/domain/', from: ['lambdas/domain/', 'lambdas/contract.ts'] },
  { room: 'lambdas/adapters/', from: ['lambdas/adapters/', 'lambdas/domain/', 'lambdas/contract.ts'] },
  { room: 'lambdas/runtime/', from: ['lambdas/runtime/', 'lambdas/domain/', 'lambdas/contract.ts'] },
  ...['register', 'callback', 'alive', 'upkeep', 'migrate', 'push-applications'].map((id) => ({
    room: `lambdas/${id}/`,
    from: [
      `lambdas/${id}/`,
      'lambdas/runtime/',
      'lambdas/adapters/',
      'lambdas/domain/',
      'lambdas/contract.ts',
    ],
  })),
  { room: 'lib/', from: ['lib/', 'lambdas/contract.ts', 'lambdas/migrate/migrations/'] },
  { room: 'bin/', from: ['bin/', 'lib/', 'lambdas/'] },
  { room: 'local/', from: ['local/'] },
  { room: 'test/', from: ['test/', 'local/', 'lambdas/', 'lib/', 'bin/', 'docs/'] },
  { room: 'docs/', from: ['docs/'] },
  { room: '', from: [] },
];

const ALIASES: readonly (readonly [string, string])[] = [
  ['#domain/', 'lambdas/domain/'],
  ['#adapters/', 'lambdas/adapters/'],
  ['#runtime/', 'lambdas/runtime/'],
  ['#contract', 'lambdas/contract.ts'],
];

/** Packages that the domain may use: arithmetic and hashes of Node's own, nothing else. */
const DOMAIN_PACKAGES = ['node:crypto'];

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relative(root, join(root, dirname(file), specifier));
  const alias = ALIASES.find(([prefix]) => specifier.startsWith(prefix));
  return alias === undefined ? undefined : specifier.replace(alias[0], alias[1]);
}

describe('arrows between the rooms', () => {
  test('every import goes where the house allows it', () => {
    const wrong = sourceFiles().flatMap((file) => {
      const rule = MAY_IMPORT.find(({ room }) => file.startsWith(room));
      return importsOf(file).flatMap((specifier) => {
        const imported = target(file, specifier);
        const allowed = imported === undefined || rule?.from.some((room) => imported.startsWith(room));
        return allowed === true ? [] : [`${file} imports ${imported ?? specifier}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('the domain uses no package but hashes', () => {
    const wrong = sourceFiles()
      .filter((file) => file.startsWith('lambdas/domain/'))
      .flatMap((file) =>
        importsOf(file)
          .filter(
            (specifier) => target(file, specifier) === undefined && !DOMAIN_PACKAGES.includes(specifier),
          )
          .map((specifier) => `${file} imports ${specifier}`),
      );
    expect(wrong).toEqual([]);
  });

  test('only adapters/ews knows the EWS library and its namespaces', () => {
    const wrong = sourceFiles()
      .filter((file) => file.startsWith('lambdas/') && !file.startsWith('lambdas/adapters/ews/'))
      .filter((file) =>
        /ews-javascript-api|schemas\.microsoft\.com\/exchange/.test(readFileSync(join(root, file), 'utf8')),
      );
    expect(wrong).toEqual([]);
  });
});
