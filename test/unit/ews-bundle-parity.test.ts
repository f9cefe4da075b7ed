import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EWS_ANSWER, readAnswerXml } from '#adapters/ews/answer-xml.ts';
import { writePlainXml } from '#adapters/ews/client/canonical-xml.ts';
import { DOMParser } from '../../lib/bundling/stubs/xmldom.ts';
import { itemsAnswer } from '../support/ews-answers.ts';

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

const BOB = { name: 'Bob', address: 'bob@example.com' };
const MAILS = [
  { id: 'AAMk1', parent: 'AQMk1', subject: 'Lunch &amp; more &lt;😀&gt; "quoted"&#x1F;', from: BOB },
  { id: 'AAMk2', subject: '' },
  { id: 'AAMk3', error: 'ErrorItemNotFound' },
];

interface Parser {
  parseFromString(text: string, type: string): { readonly documentElement: unknown };
}

/** What the library is given of an answer. */
function canonical(answer: string): string {
  const root = readAnswerXml(Buffer.from(answer), EWS_ANSWER);
  if (root === undefined) throw new Error('the answer of this test is not well-formed');
  return writePlainXml(root);
}

describe('the trimmed ews-javascript-api', () => {
  test('asks xmldom for a parser and nothing else', () => {
    const uses = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/.*require\(['"]@xmldom\/xmldom['"]\).*\n(.*)/g)].map((match) => [
        name,
        match[1]?.trim(),
      ]),
    );
    expect(uses).toEqual([['ExtensionMethods.js', 'dp = dr.DOMParser;']]);
  });

  test.each([
    ['one of our own requests, as it is given to the library to log', '<sent/>'],
    ['an answer as canonical-xml.ts writes it', canonical(itemsAnswer(MAILS))],
    [
      'attributes of every kind, white space and mixed content',
      '<a xmlns="urn:a" xmlns:p="urn:p" p:q="1" r="&lt;2&#10;3"> <b/> text <p:c nil="true">x</p:c><b> y </b></a>',
    ],
  ])('makes the same objects of %s as with xmldom itself', (_what, text) => {
    const { xml2JsObject } = require('ews-javascript-api');
    const whole = require('@xmldom/xmldom');
    const read = (Parser: new () => Parser) =>
      new xml2JsObject().parseXMLNode(new Parser().parseFromString(text, 'text/xml').documentElement, true);
    expect(read(DOMParser)).toEqual(read(whole.DOMParser));
  });

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
