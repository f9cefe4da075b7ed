import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { synthesise } from '../../local/synthesise.ts';

const CDK = resolve(import.meta.dirname, '../../bin/cdk.ts');
const folder = mkdtempSync(join(tmpdir(), 'ens-cdk-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('cdk synth prints where it wrote the templates, and no hint that asks for nothing', async () => {
  const app = await synthesise();
  const options = { cwd: folder, env: { PATH: process.env.PATH ?? '', HOME: folder, CI: '' } };
  const synth = ['synth', '--app', app, '--no-notices', '--no-version-reporting'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [CDK, ...synth], options);
  expect(`${stdout}${stderr}`.trim()).toBe(`Successfully synthesized to ${app}`);
});
