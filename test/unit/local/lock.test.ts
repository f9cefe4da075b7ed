import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lock } from '../../../local/lock.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ens-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('one holds the lock at a time, and names itself in it', async () => {
  const order: string[] = [];
  const unlock = await lock(path);
  expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
  const second = lock(path).then((give) => {
    order.push('second');
    give();
  });
  order.push('first');
  unlock();
  await second;
  expect(order).toEqual(['first', 'second']);
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock of a process that died without giving it back does not count', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path, String(pid));
  const unlock = await lock(path);
  expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
  unlock();
  expect(existsSync(path)).toBe(false);
});
