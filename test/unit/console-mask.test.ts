import { describe, expect, test } from '@jest/globals';
import { httpParts, sqlParts } from '../../local/console/hop-text.ts';
import { mask, maskMembers } from '../../local/console/mask.ts';

const NOBODY = new Map<string, string>();

describe('what the console masks', () => {
  test.each([
    ['authorization: Basic YW5uOnNlY3JldA==', 'authorization: Basic ‹masked›'],
    ['authorization: Bearer abc.def', 'authorization: Bearer ‹masked›'],
    [
      'POST http://x/api/ens/callback/id-1/eyJh.b-_c HTTP',
      'POST http://x/api/ens/callback/id-1/‹sealed, 9 characters› HTTP',
    ],
    [
      '<t:URL>https://x/callback/id/sealed.part</t:URL>',
      '<t:URL>https://x/callback/id/‹sealed, 11 characters›</t:URL>',
    ],
    ['a eyJhbGciOiJSU0Eifq.a.b.c.d z', 'a ‹JWE, 26 characters› z'],
  ])('%s', (text, masked) => {
    expect(mask(text, NOBODY)).toBe(masked);
  });

  test('a known secret goes wherever it stands', () => {
    expect(mask('x hunter2 y hunter2', new Map([['hunter2', 'password']]))).toBe('x ‹password› y ‹password›');
  });

  test('members go by their name, in texts that hold JSON too', () => {
    const sent = {
      Token: 'abc',
      Message: '{"default":"d","password":"p"}',
      list: [{ name: 'inner_key', value: 1 }],
    };
    expect(maskMembers(sent)).toEqual({
      Token: '‹masked›',
      Message: { default: 'd', password: '‹masked›' },
      list: [{ name: 'inner_key', value: '‹masked›' }],
    });
  });

  test('a body that is no JSON and no XML is masked as text', () => {
    const evidence = { request: 'POST /x\n\nplain eyJhbGciOiJSU0Eifq.a.b.c.d', response: '200' };
    expect(httpParts(evidence, NOBODY).map(({ text }) => text)).toEqual([
      'POST /x\n\nplain ‹JWE, 26 characters›',
      '200',
    ]);
  });

  test('a statement stands by itself, without the indentation of its source', () => {
    const request = JSON.stringify({
      sql: '\n    SELECT 1\n      FROM a\n',
      parameters: [],
      database: 'ENS',
    });
    const [sql, parameters] = sqlParts({ request, response: '{}' }, NOBODY);
    expect(sql).toEqual({ title: 'SQL', text: 'SELECT 1\n  FROM a' });
    expect(parameters?.text).toContain('"database": "ENS"');
  });
});
