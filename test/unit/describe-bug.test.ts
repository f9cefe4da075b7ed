import { expect, test } from '@jest/globals';
import { describeBug } from '#domain/describe-bug.ts';

test('a bug is described by its class and by where it was thrown', () => {
  const { errorName, at } = describeBug(new TypeError('a bug'));
  expect(errorName).toBe('TypeError');
  expect(at).toMatch(/^at .*describe-bug\.test\.ts:\d+:\d+\)?$/);
});

test.each([
  ['a line that looks like a frame', () => new Error('Lunch\n    at Ann (her:1:2)\nsecret')],
  ['a line that begins like one', () => new Error('Lunch\nat Ann, secret')],
  ['what a parser quotes', () => thrownBy(() => JSON.parse('{"subject":\n at Ann, secret,"x":1}'))],
])('nothing of its message is told, not even %s', (_what, make) => {
  const { at } = describeBug(make());
  expect(at).toMatch(/^at .*:\d+:\d+\)?$/);
  expect(at).not.toMatch(/Ann|secret/);
});

test('what is no error, or has no place, is described as far as it goes', () => {
  expect(describeBug('secret')).toEqual({ errorName: 'string', at: '' });
  const placeless = Object.assign(new Error('secret'), { stack: 'Error: secret' });
  expect(describeBug(placeless)).toEqual({ errorName: 'Error', at: '' });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
