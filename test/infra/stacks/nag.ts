import { describe, expect, test } from '@jest/globals';
import { findings, VARIANT_NAMES, VARIANTS } from '../support/synthesise.ts';

describe('cdk-nag', () => {
  test.each(VARIANT_NAMES)('finds nothing with the %s settings', (variant) => {
    expect(findings(VARIANTS[variant])).toEqual([]);
  });

  test('finds nothing with all settings together', () => {
    expect(findings(Object.assign({}, ...Object.values(VARIANTS)))).toEqual([]);
  });
});
