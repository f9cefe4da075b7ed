import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importedFile, importsOf } from './imports.ts';
import { root, sourceFiles } from './source-files.ts';

/** Rooms of the house, most specific first, and the rooms that each may look into. */
const MAY_IMPORT: readonly { readonly room: string; readonly from: readonly string[] }[] = [
  { room: 'lambdas/contract.ts', from: [] },
  { room: 'lambdas/domain/', from: ['lambdas/domain/', 'lambdas/contract.ts'] },
  { room: 'lambdas/adapters/', from: ['lambdas/adapters/', 'lambdas/domain/', 'lambdas/contract.ts'] },
  { room: 'lambdas/runtime/', from: ['lambdas/runtime/', 'lambdas/domain/', 'lambdas/contract.ts'] },
  { room: 'lambdas/app/site/', from: ['lambdas/app/site/'] },
  ...['register', 'callback', 'alive', 'upkeep', 'migrate', 'push-applications', 'app'].map((id) => ({
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

/** Packages that the domain may use: arithmetic and hashes of Node's own, nothing else. */
const DOMAIN_PACKAGES = ['node:crypto'];

describe('arrows between the rooms', () => {
  test('every import goes where the house allows it', () => {
    const wrong = sourceFiles().flatMap((file) => {
      const rule = MAY_IMPORT.find(({ room }) => file.startsWith(room));
      return importsOf(file).flatMap((specifier) => {
        const imported = importedFile(file, specifier);
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
            (specifier) =>
              importedFile(file, specifier) === undefined && !DOMAIN_PACKAGES.includes(specifier),
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
