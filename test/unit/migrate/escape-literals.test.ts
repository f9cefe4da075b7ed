import { describe, expect, test } from '@jest/globals';
import { escapeLiterals } from '../../../lambdas/migrate/escape-literals.ts';

describe('escaping the literals of a statement', () => {
  test.each([
    ["SELECT 'a:b;c'", "SELECT E'a\\072b\\073c'"],
    ["SELECT 'it''s; 5 o:clock'", "SELECT E'it''s\\073 5 o\\072clock'"],
    ["SELECT 'back\\slash;'", "SELECT E'back\\\\slash\\073'"],
    ["SELECT E'tab\\t;'", "SELECT E'tab\\t\\073'"],
    ["SELECT e'quote\\':'", "SELECT E'quote\\'\\072'"],
    ["AS 'BEGIN\n  NULL;\nEND'", "AS E'BEGIN\n  NULL\\073\nEND'"],
  ])('writes colons and semicolons of %j as octal escapes', (sql, escaped) => {
    expect(escapeLiterals(sql)).toBe(escaped);
  });

  test.each(["SELECT :id::uuid, 'text'", "SELECT 'name' 'e'", 'SELECT "a:b"'])(
    'leaves %j as it is',
    (sql) => {
      expect(escapeLiterals(sql)).toBe(sql);
    },
  );
});
