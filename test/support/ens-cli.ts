import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from '../../bin/ens/program.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

export interface EnsRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line inside this process: everything but reading stdin, which nobody types into. */
export function runEns(...args: readonly string[]): Promise<EnsRun> {
  return runEnsHearing(() => {}, ...args);
}

/** The same; `hear` gets every text for people as it is written. */
export async function runEnsHearing(
  hear: (text: string) => void,
  ...args: readonly string[]
): Promise<EnsRun> {
  let [out, err] = ['', ''];
  const code = await run(args, {
    out(text) {
      out += text;
    },
    err(text) {
      err += text;
      hear(text);
    },
    askSecret: async () => undefined,
    confirm: async () => undefined,
    interruption: () => new AbortController().signal,
  });
  return { code, out, err };
}

/** The command line as `npm run ens` starts it; `password` arrives on file descriptor 3. */
export async function spawnEns(
  args: readonly string[],
  options: { readonly password?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<EnsRun> {
  const child = spawn(process.execPath, ['bin/ens.mjs', ...args], {
    cwd: PROJECT,
    env: { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: 'true', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text;
  });
  const secrets = child.stdio[3];
  if (secrets !== null && secrets !== undefined && 'end' in secrets)
    secrets.on('error', () => {}).end(`${options.password ?? ''}\n`);
  const { promise, resolve: done, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('close', done);
  return { code: await promise, ...texts };
}

/** Runs `work` with a file descriptor that a password can be read from. */
export async function withPassword<T>(
  password: string,
  work: (descriptor: string) => Promise<T>,
): Promise<T> {
  const file = join(tmpdir(), `ens-password-${randomUUID()}`);
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  const descriptor = openSync(file, 'r');
  rmSync(file);
  try {
    return await work(String(descriptor));
  } finally {
    closeSync(descriptor);
  }
}
