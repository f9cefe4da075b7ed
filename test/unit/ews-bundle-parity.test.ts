import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

/**
 * The bundle replaces two imports of ews-javascript-api (docs/decisions). These tests fail when an update of the
 * library asks more of them than the stubs have; then look at both before changing anything here.
 */
const require = createRequire(import.meta.url);
const library = dirname(require.resolve('ews-javascript-api/package.json'));
const stubs = join(import.meta.dirname, '../../lib/bundling/stubs');
const sources = readdirSync(join(library, 'js'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js'))
  .map((name) => ({
    name,
    text: readFileSync(join(library, 'js', name), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''),
  }));

/** Members that any source reads of `module`, by the local name that it is required as. */
function membersUsed(module: string): readonly string[] {
  const found = new Set<string>();
  for (const { text } of sources) {
    const local = new RegExp(`(?:const|var|let) (\\w+) = require\\("${module}"\\)`).exec(text)?.[1];
    for (const use of local === undefined ? [] : text.matchAll(new RegExp(`\\b${local}\\.([\\w.]+)`, 'g'))) {
      found.add(use[1] ?? '');
    }
  }
  return [...found].sort();
}

/** The package's own dependencies that its sources require, by name. */
function requiredPackages(): readonly string[] {
  const names = sources.flatMap(({ text }) =>
    [...text.matchAll(/require\(["']([^."'][^"']*)["']\)/g)].map((match) => match[1]),
  );
  return [...new Set(names)].filter((name) => name !== undefined).sort();
}

describe('the trimmed ews-javascript-api', () => {
  test('requires the packages that the decision was made about and no other', () => {
    expect(requiredPackages()).toEqual([
      '@ewsjs/xhr',
      '@xmldom/xmldom',
      'base64-js',
      'dns',
      'moment-timezone',
      'util',
      'uuid',
    ]);
  });

  test('finds in the transport stub everything that it reads of @ewsjs/xhr', () => {
    const stub: Record<string, unknown> = require(join(stubs, 'ewsjs-xhr.cjs'));
    const used = membersUsed('@ewsjs/xhr');
    expect(used).toEqual(['CookieProvider', 'NtlmProvider', 'XhrApi']);
    expect(Object.keys(stub).sort()).toEqual(used);
  });

  test('fails loudly where the stubbed transport is used by mistake', () => {
    const { XhrApi } = require(join(stubs, 'ewsjs-xhr.cjs'));
    expect(() => new XhrApi()).toThrow('every service brings its own transport');
  });

  test('finds in the time zone stub everything that it reads of moment-timezone', () => {
    const stub = require(join(stubs, 'moment-timezone.cjs'));
    const used = membersUsed('moment-timezone');
    expect(used).toEqual(['duration', 'tz', 'tz.guess', 'utc']);
    for (const path of used) {
      const member = path.split('.').reduce((value, name) => value?.[name], stub);
      expect([path, typeof member]).toEqual([path, 'function']);
    }
  });

  test('reads a time through the stub as through moment-timezone itself', () => {
    const stub = require(join(stubs, 'moment-timezone.cjs'));
    const whole = require('moment-timezone');
    for (const text of ['2026-11-22T09:30:00Z', '2026-11-22T09:30:00+02:00', '2026-06-30T23:59:59.123Z']) {
      expect(stub(text).valueOf()).toBe(whole(text).valueOf());
    }
    expect(stub('2026-11-22T09:30:00Z').tz('Etc/UTC').format()).toBe('2026-11-22T09:30:00Z');
  });
});
