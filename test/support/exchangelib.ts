import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('exchangelib-judge.py', import.meta.url));
/** It retries for ever where a server does not let it find out its version. */
const KILLED_AFTER_MS = 15_000;

export interface ExchangelibTask {
  readonly url: string;
  readonly email: string;
  readonly password: string;
  readonly auth: 'basic' | 'ntlm';
  readonly callbackUrl: string;
  readonly itemIds: readonly string[];
  /** Bodies of callbacks, to be read by its parser. */
  readonly pushes: readonly string[];
}

/** What exchangelib made of each step; a step that failed has `error` and `text`. */
export async function askExchangelib(task: ExchangelibTask): Promise<Readonly<Record<string, unknown>>> {
  const child = spawn('/usr/bin/python3', [PROGRAM], { timeout: KILLED_AFTER_MS, stdio: 'pipe' });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const parts: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stderr.on('data', (part: Buffer) => complaints.push(part));
  child.on('error', reject);
  child.on('close', () => resolve(Buffer.concat(parts).toString('utf8')));
  child.stdin.end(JSON.stringify(task));
  const text = await promise;
  if (text === '')
    throw new Error(`exchangelib ended without a report: ${Buffer.concat(complaints).toString('utf8')}`);
  const report: unknown = JSON.parse(text);
  return typeof report === 'object' && report !== null ? { ...report } : {};
}
