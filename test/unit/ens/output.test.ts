import { describe, expect, test } from '@jest/globals';
import { ago, duration, facts, iso, table } from '../../../bin/ens/output.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('what the command line prints', () => {
  test('has columns as wide as their widest cell and no blanks at the end of a line', () => {
    expect(
      table(
        ['id', 'label'],
        [
          ['1', 'a longer label'],
          ['22', 'b'],
        ],
      ),
    ).toBe('ID  LABEL\n1   a longer label\n22  b\n');
    expect(table(['id', 'label'], [])).toBe('ID  LABEL\n');
  });

  test('has names on the left and values on the right', () => {
    expect(
      facts([
        ['a', '1'],
        ['long name', '2'],
      ]),
    ).toBe('a          1\nlong name  2\n');
  });

  test.each([
    [0, '0 s'],
    [119_999, '119 s'],
    [120_000, '2 min'],
    [119 * 60_000, '119 min'],
    [2 * 3_600_000, '2 h'],
    [47 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 d'],
    [-1, '0 s'],
  ])('spells %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test('tells past, future and never apart', () => {
    expect(ago(NOW - 300_000, NOW)).toBe('5 min ago');
    expect(ago(NOW + 300_000, NOW)).toBe('in 5 min');
    expect(ago(undefined, NOW)).toBe('-');
    expect(iso(NOW)).toBe('2026-03-01T12:00:00.000Z');
    expect(iso(undefined)).toBeUndefined();
  });
});
