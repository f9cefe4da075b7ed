import { spawnSync } from 'node:child_process';
import { verdictOn } from './verdict.ts';

/** `npm run signatures`: are the installed packages those that their registries signed? */
const { status, stdout, stderr } = spawnSync('npm', ['audit', 'signatures'], {
  encoding: 'utf8',
  timeout: 300_000,
});
const { exitCode, sentence } = verdictOn(status, `${stdout}${stderr}`);
process.stdout.write(`${stdout}${exitCode === 0 ? '' : stderr}${sentence}\n`);
process.exitCode = exitCode;
