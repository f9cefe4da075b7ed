import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bundleFunction } from '../../lib/bundling/bundle.ts';
import { LIBRARY, moduleNames } from '../../lib/bundling/exchange-library/library.ts';
import modulesInUse from '../../lib/bundling/exchange-library/modules-in-use.json' with { type: 'json' };
import { REST } from '../../lib/bundling/exchange-library/plugin.ts';
import { requireOnUse } from '../../lib/bundling/exchange-library/require-on-use.ts';

const CHILD = join(import.meta.dirname, '../support/exchange-library-child.ts');

interface Loaded {
  readonly before: readonly string[];
  readonly exported: Readonly<Record<string, readonly string[]>>;
}

let folder: string;
let loaded: Loaded;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ens-exchange-library-'));
  await bundleFunction('callback', folder);
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, folder]);
  loaded = JSON.parse(stdout);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('ews-javascript-api in two files', () => {
  test('loads without its rest', () => {
    expect(loaded.before.some((name) => name.startsWith('ews-library-'))).toBe(true);
    expect(loaded.before).not.toContain(`${REST}.mjs`);
  });

  test('is whole: every module is in one file or the other', () => {
    expect([...modulesInUse, ...Object.keys(loaded.exported)].sort()).toEqual(moduleNames());
  });

  test('gives in its rest what each module exports unbundled, once someone asks', () => {
    const require = createRequire(import.meta.url);
    require('ews-javascript-api');
    const whole = Object.keys(loaded.exported).map((name) => [
      name,
      Object.keys(require(join(LIBRARY, name))).sort(),
    ]);
    expect(loaded.exported).toEqual(Object.fromEntries(whole));
  });

  test('requires a neighbour where it is used, so that loading a module loads no other', () => {
    const source = requireOnUse(join(LIBRARY, 'Core/Requests/GetItemRequest.js'));
    expect(source).toContain('new (require("../Responses/GetItemResponse").GetItemResponse)(');
    expect(source).not.toMatch(/^(?:const|var|let) .*require/m);
  });
});
