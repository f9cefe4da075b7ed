import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { settingNames, settingSets, valuesOf } from './support/setting-values.ts';
import { findings } from './support/synthesise.ts';

const SETS = settingSets(join(import.meta.dirname, 'support'));

test('every value of every setting is in one of the sets', () => {
  const missing = settingNames().flatMap((name) =>
    valuesOf(name)
      .filter((value) => !SETS.some((set) => JSON.stringify(set[name]) === JSON.stringify(value)))
      .map((value) => `${name}: ${JSON.stringify(value)}`),
  );
  expect(missing).toEqual([]);
});

test.each(SETS.map((set, index) => [index + 1, set] as const))(
  'set %i of settings synthesises and has no finding of cdk-nag',
  (_, set) => {
    expect(findings(set)).toEqual([]);
  },
);
