import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root, sourceFiles } from './source-files.ts';

const sources = sourceFiles().map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

function offenders(pattern: RegExp, within = (file: string) => file !== ''): readonly string[] {
  return sources.filter(({ file, text }) => within(file) && pattern.test(text)).map(({ file }) => file);
}

describe('habits of the house', () => {
  test('no file is longer than 300 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 301).map(({ file }) => file);
    expect(long).toEqual([]);
  });

  test('files are named in kebab-case', () => {
    const odd = sources.filter(
      ({ file }) => !/^(?:[a-z0-9-]+\/)*[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:d|test|run))?\.ts$/.test(file),
    );
    expect(odd.map(({ file }) => file)).toEqual([]);
  });

  test('only a function’s handler and the runtime read the environment of the process', () => {
    const allowed = (file: string) =>
      file.startsWith('lambdas/') &&
      !/^lambdas\/[a-z-]+\/handler\.ts$|^lambdas\/callback\/mail-path\.ts$/.test(file);
    expect(offenders(/process\.env/, allowed)).toEqual([]);
  });

  test('the product has no local mode', () => {
    expect(offenders(/isLocal|NODE_ENV|ENS_LOCAL/, (file) => file.startsWith('lambdas/'))).toEqual([]);
  });

  test('no test sleeps', () => {
    const isTest = (file: string) => file.endsWith('.test.ts');
    expect(offenders(/\bsleep\(|setTimeout\((?:resolve|done|r)\b/, isTest)).toEqual([]);
  });

  test('assertion casts are used nowhere but where ids are branded', () => {
    const cast =
      /^(?!\s*(?:import|export|\*|\/\/|\/\*|(?:type )?\w+ as \w+,$)).*\bas (?!const\b)(?:unknown|any|[A-Z]\w*)(?:\[\]|<|;|\)|,)/;
    const wrong = sources
      .filter(
        ({ file }) => /^(?:lambdas|lib|bin|local)\//.test(file) && file !== 'lambdas/domain/model/ids.ts',
      )
      .filter(({ text }) => text.split('\n').some((line) => cast.test(line)));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  test('handlers only assemble', () => {
    const long = sources.filter(
      ({ file, text }) => /\/handler\.ts$/.test(file) && text.split('\n').length > 130,
    );
    expect(long.map(({ file }) => file)).toEqual([]);
  });
});
