import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { runEns } from '../../support/ens-cli.ts';

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { out } = await runEns('completion', 'bash');
  const list = words.map((word) => `'${word}'`).join(' ');
  const script = `${out}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _ens; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
}

test('bash completes the first word of a command', async () => {
  expect(await offered('ens', 'do')).toEqual(['doctor']);
});

test('bash completes the commands of a group', async () => {
  expect(await offered('ens', 'devices', '')).toEqual(['find', 'show', 'remove']);
});

test('bash completes the options of a command, and those of all', async () => {
  expect(await offered('ens', 'wake', '--')).toEqual(expect.arrayContaining(['--all', '--yes', '--json']));
});

test('zsh gets the same script by way of its own completion for bash', async () => {
  const { out } = await runEns('completion', 'zsh');
  expect(out).toMatch(/^autoload -U \+X bashcompinit && bashcompinit\n_ens\(\)/);
});

test('another shell is refused with those that there are', async () => {
  const { code, err } = await runEns('completion', 'fish');
  expect(err).toMatch(/There is one for bash and zsh\./);
  expect(code).toBe(2);
});
