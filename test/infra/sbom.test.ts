import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { FUNCTION_IDS } from '../../lambdas/contract.ts';
import { sbomOf } from '../derived/sbom.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(resolve(PROJECT, file), 'utf8');

const documentSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  components: z.array(
    z.object({
      'bom-ref': z.string(),
      name: z.string(),
      version: z.string().regex(/^\d+\.\d+\.\d+/),
      purl: z.string().regex(/^pkg:npm\/(?:%40[^/]+\/)?[^/@]+@\d/),
      licenses: z.tuple([z.object({ expression: z.string().min(2) })]),
      hashes: z.tuple([
        z.object({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) }),
      ]),
    }),
  ),
});

const documentOf = (functionId: string) =>
  documentSchema.parse(JSON.parse(read(`docs/sbom/${functionId}.cdx.json`)));

test.each(FUNCTION_IDS)(
  'the bill of materials of %s names licence and hash of every package, once',
  (functionId) => {
    const { components } = documentOf(functionId);
    expect(components.length).toBeGreaterThan(3);
    const refs = components.map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
  },
);

/** Packages that the code of the functions imports by name, other than for types. */
function imported(): ReadonlySet<string> {
  const files = globSync('lambdas/**/*.ts', { cwd: PROJECT }).filter((file) => !file.endsWith('.d.ts'));
  const specifiers = files.flatMap((file) =>
    [...read(file).matchAll(/(?:^import (?!type )[^;]*?from |import\()'([^'#.][^']*)'/gm)].map(
      ([, specifier = '']) => specifier,
    ),
  );
  const names = specifiers
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  return new Set(names);
}

/** Their modules hold no code and pass on what other packages of the bill hold. */
const PASSING_ON: ReadonlySet<string> = new Set(['lit']);

test('every package that a function imports is in the bill of some bundle', () => {
  const listed = new Set(FUNCTION_IDS.flatMap((id) => documentOf(id).components.map(({ name }) => name)));
  expect(imported().size).toBeGreaterThan(8);
  expect([...imported()].filter((name) => !listed.has(name) && !PASSING_ON.has(name))).toEqual([]);
});

test('the bill that stands in the repository is the one of the bundle as it is built now', async () => {
  expect(JSON.parse(read('docs/sbom/callback.cdx.json'))).toEqual(await sbomOf('callback'));
});
