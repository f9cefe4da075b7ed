import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const PROJECT = resolve(import.meta.dirname, '../..');
const NPM = process.env.npm_execpath ?? '';

/** A clone, without what `npm ci` installs. */
let clone: string;
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'ens-clone-'));
  for (const part of ['package.json', '.npmrc', 'bin', 'local', 'lib', 'lambdas'])
    cpSync(join(PROJECT, part), join(clone, part), { recursive: true });
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

function npm(...args: readonly string[]): Promise<{ readonly code: unknown; readonly err: string }> {
  const { promise, resolve: done } = Promise.withResolvers<{ code: unknown; err: string }>();
  // Not the Node that the installation brings along: there is none yet.
  const environment = { ...process.env, PATH: withoutInstalled(process.env.PATH ?? '') };
  execFile('node', [NPM, ...args], { cwd: clone, env: environment }, (error, _out, err) =>
    done({ code: error?.code ?? 0, err }),
  );
  return promise;
}

function withoutInstalled(path: string): string {
  return path
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .join(':');
}

test.each([
  [['start']],
  [['run', 'ens', '--', 'status']],
  [['run', 'check']],
  [['test']],
  [['run', 'derive']],
  [['run', 'bench']],
  [['run', 'format']],
  [['run', 'faults']],
])('npm %j before anything is installed says to run npm ci first', async (args) => {
  const { code, err } = await npm(...args);
  expect(err).toContain('Nothing is installed yet: run `npm ci` first.\n');
  expect(code).toBe(1);
});
