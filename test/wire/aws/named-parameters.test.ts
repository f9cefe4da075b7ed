import { expect, it } from '@jest/globals';
import { prepareSql } from '../../../local/aws/rds-data/named-parameters.ts';

it.each([
  ['SELECT :a, :b', 'SELECT $1, $2', ['a', 'b']],
  ['SELECT :a, :a', 'SELECT $1, $2', ['a', 'a']],
  ['SELECT :id::uuid', 'SELECT $1::uuid', ['id']],
  ["SELECT ':a', 'it''s :a', :b", "SELECT ':a', 'it''s :a', $1", ['b']],
  ["SELECT E'\\':a', :b", "SELECT E'\\':a', $1", ['b']],
  ["SELECT '\\', :b", "SELECT '\\', $1", ['b']],
  ["SELECT date'2026-01-01', :b", "SELECT date'2026-01-01', $1", ['b']],
  ['SELECT ":a", "x"":a", :b', 'SELECT ":a", "x"":a", $1', ['b']],
  ['SELECT 1 -- :a\n, :b', 'SELECT 1 -- :a\n, $1', ['b']],
  ['SELECT /* :a /* :b */ :c */ :d', 'SELECT /* :a /* :b */ :c */ $1', ['d']],
  ['DO $$ x := :a $$', 'DO $$ x := :a $$', []],
  ['DO $f$ $$ :a $$ $f$, :b', 'DO $f$ $$ :a $$ $f$, $1', ['b']],
  ['SELECT a$b$, :c', 'SELECT a$b$, $1', ['c']],
  ['SELECT x[1:2], y[:n]', 'SELECT x[1:2], y[$1]', ['n']],
  ['SELECT :Name_1', 'SELECT $1', ['Name_1']],
])('reads %s', (source, sql, names) => {
  expect(prepareSql(source)).toMatchObject({ sql, names, multiple: false });
});

it.each([
  ['SELECT 1', false, false],
  ['SELECT 1;', false, true],
  ['SELECT 1; -- done\n /* really */ ;', false, true],
  ["SELECT ';' ; SELECT 2", true, false],
  ["SELECT ';'", false, false],
  ['DO $$ BEGIN; END $$', false, false],
])('counts the statements of %s', (source, multiple, endsWithSemicolon) => {
  expect(prepareSql(source)).toMatchObject({ multiple, endsWithSemicolon });
});

it.each(["SELECT 'open", 'SELECT "open', 'SELECT /* open', 'SELECT $$ open', ':', '::'])(
  'survives the unfinished %s',
  (source) => {
    expect(prepareSql(source).sql).toBe(source);
  },
);
