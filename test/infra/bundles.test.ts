import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FUNCTION_IDS, type FunctionId } from '../../lambdas/contract.ts';
import { bundleFunction } from '../../lib/bundling/bundle.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const CA_FILE = 'test/infra/support/company-ca.pem';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ens-bundle-test-'));
  for (const functionId of FUNCTION_IDS) await bundleFunction(functionId, join(folder, functionId), CA_FILE);
  await bundleFunction('callback', join(folder, 'again'), CA_FILE);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** File name → content. */
function filesOf(bundle: FunctionId | 'again'): Readonly<Record<string, string>> {
  const names = readdirSync(join(folder, bundle), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, bundle, name), 'utf8')]));
}

/** Names of the chunks that loading `index.mjs` loads with it. */
function loadedAtStart(bundle: FunctionId): ReadonlySet<string> {
  const files = filesOf(bundle);
  const loaded = new Set<string>();
  const visit = (name: string) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const [, next] of (files[name] ?? '').matchAll(/(?:from|import)"\.\/([^"]+)"/g)) visit(next ?? '');
  };
  visit('index.mjs');
  return loaded;
}

describe('the bundles', () => {
  test('are the same bytes for the same sources, so that an unchanged function is not deployed again', () => {
    expect(filesOf('again')).toEqual(filesOf('callback'));
  });

  test.each(FUNCTION_IDS)('of %s carry no path of the machine that made them', (functionId) => {
    for (const content of Object.values(filesOf(functionId))) expect(content).not.toContain(PROJECT);
  });

  test('lay the tenant’s certificate authorities beside the code', () => {
    expect(filesOf('callback')['extra-ca.pem']).toBe(readFileSync(join(PROJECT, CA_FILE), 'utf8'));
  });

  test.each(['register', 'callback'] as const)(
    'of %s leave the Exchange library for the first mail',
    (functionId) => {
      const files = filesOf(functionId);
      const holding = Object.keys(files).filter((name) =>
        files[name]?.includes('SubscribeToPushNotifications'),
      );
      expect(holding).not.toEqual([]);
      for (const name of holding) expect(loadedAtStart(functionId)).not.toContain(name);
    },
  );

  test('of alive loads neither a database nor a push client before it is asked for depth', () => {
    const files = filesOf('alive');
    const bytes = [...loadedAtStart('alive')].reduce((sum, name) => sum + (files[name]?.length ?? 0), 0);
    expect(bytes).toBeLessThan(150_000);
  });
});
