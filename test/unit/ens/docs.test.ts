import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS, GROUPS } from '../../../bin/ens/commands/table.ts';
import { CHECKS } from '../../../bin/ens/doctor/check.ts';
import { runEns } from '../../support/ens-cli.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/command-line.md'), 'utf8');

describe('docs/command-line.md', () => {
  test('lists every command, in the order of the help', () => {
    const listed = [...page.matchAll(/^\| `([^`]+)` \| /gm)].map((match) => match[1] ?? '');
    const usages = COMMANDS.map(({ usage }) => usage);
    expect([...new Set(listed.filter((usage) => usages.includes(usage)))]).toEqual(usages);
  });

  test('explains every check of the doctor, in order', () => {
    const rows = [...page.matchAll(/^\| ([A-Za-z][A-Za-z ]+) \| /gm)].map((match) => match[1] ?? '');
    const names: readonly string[] = Object.values(CHECKS);
    expect([...new Set(rows.filter((name) => names.includes(name)))]).toEqual(names);
  });
});

describe('the help', () => {
  test.each(COMMANDS.map(({ usage, examples }) => [usage, examples] as const))(
    'of `ens %s` has its examples, which are commands of ours',
    async (usage, examples) => {
      const words = usage.split(' ').filter((word) => !/^[<[]/.test(word));
      const { code, out } = await runEns(...words, '--help');
      expect(code).toBe(0);
      for (const example of examples) {
        expect(out).toContain(example);
        expect(out).toContain('--profile <profile>');
        expect(example.startsWith(`ens ${words.join(' ')}`)).toBe(true);
      }
    },
  );

  test('of `ens` names every group', async () => {
    const { code, out } = await runEns('--help');
    for (const group of Object.keys(GROUPS)) expect(out).toMatch(new RegExp(`^  ${group}\\b`, 'm'));
    expect(out).toContain('Exit codes');
    expect(code).toBe(0);
  });

  test.each([[['status', '--frobnicate']], [['devices']], [['tokens', 'create']], [['frobnicate']]])(
    'is pointed to where %j is not understood',
    async (args) => {
      const { code, err } = await runEns(...args);
      expect(err).toMatch(/--help|Usage/);
      expect(code).toBe(2);
    },
  );
});
