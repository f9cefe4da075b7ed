import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';

const PROJECT = resolve(import.meta.dirname, '../..');
const NPM = process.env.npm_execpath;
const START_TIMEOUT_MS = 180_000;

let npm: ReturnType<typeof startNpm> | undefined;
afterEach(() => void npm?.kill('SIGKILL'));

function startNpm() {
  if (NPM === undefined) throw new Error('run the tests by npm: npm test');
  return spawn('node', [NPM, 'start'], {
    cwd: PROJECT,
    env: { ...process.env, PORT: '0', ENS_LOCAL_EMPTY: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test(
  'killing the process of `npm start` ends everything that it started',
  async () => {
    const running = startNpm();
    npm = running;
    const ready = Promise.withResolvers<void>();
    const written: string[] = [];
    const hear = (text: string) => {
      written.push(text);
      if (text.includes('ENS is running at')) ready.resolve();
    };
    running.stdout.setEncoding('utf8').on('data', hear);
    running.stderr.setEncoding('utf8').on('data', hear);
    // Its pipes close when the last process that has them is gone, functions included.
    const closed = Promise.withResolvers<void>();
    running.once('close', () => {
      ready.reject(new Error(`it ended early:\n${written.join('')}`));
      closed.resolve();
    });
    await ready.promise;
    running.kill('SIGTERM');
    await closed.promise;
    expect(written.join('')).toContain('ENS is running at');
  },
  START_TIMEOUT_MS,
);
