import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { keptAuthority } from './exchange/tls/kept-authority.ts';
import { type Json, objectAt, parseJson } from './template/json.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const BUILD = join(PROJECT, 'build/local');
const SOURCES = [
  'bin',
  'lib',
  'lambdas',
  'package.json',
  'package-lock.json',
  'cdk.json',
  'local/settings.json',
  'build/local/authority/ca.pem',
];
const LOCK_PAUSE_MS = 50;
const KEPT_ASSEMBLIES = 6;

export type SettingChanges = Readonly<Record<string, Json | undefined>>;

/**
 * The cloud assembly of the local stage, for the sources as they are now. Made by the app itself, without
 * network, and kept by the hash of all sources; processes that ask at once wait for one synthesis.
 * `changes` replace single settings, or with undefined leave them out.
 * Rejects with what the app said when it does not synthesise.
 */
export async function synthesise(changes: SettingChanges = {}): Promise<string> {
  // The settings name its certificate, so it has to be there.
  keptAuthority();
  const hash = createHash('sha256').update(JSON.stringify(Object.entries(changes)));
  for (const source of SOURCES) addToHash(hash, join(PROJECT, source));
  const folder = join(BUILD, `cdk.out-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(BUILD, { recursive: true });
  const unlock = await lock(join(BUILD, 'lock'));
  try {
    if (existsSync(folder)) return folder;
    const unfinished = join(BUILD, 'unfinished');
    rmSync(unfinished, { recursive: true, force: true });
    await runApp(unfinished, changes);
    renameSync(unfinished, folder);
    forgetOldAssemblies();
    return folder;
  } finally {
    unlock();
  }
}

function addToHash(hash: ReturnType<typeof createHash>, path: string): void {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) addToHash(hash, join(path, name));
    return;
  }
  hash.update(`${path.slice(PROJECT.length)}\0`);
  hash.update(readFileSync(path));
}

function runApp(outdir: string, changes: SettingChanges): Promise<void> {
  const context = objectAt(parseJson(readFileSync(join(PROJECT, 'cdk.json'), 'utf8')), 'cdk.json').context;
  const settings = parseJson(readFileSync(join(PROJECT, 'local/settings.json'), 'utf8'));
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    CDK_OUTDIR: outdir,
    // The command line would ask for asset metadata: by it the world finds each function's bundle.
    CDK_CONTEXT_JSON: JSON.stringify({
      ...objectAt(context, 'context'),
      'aws:cdk:enable-asset-metadata': true,
      ens: { ...objectAt(settings, 'local/settings.json'), ...changes },
    }),
  };
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  execFile(process.execPath, ['bin/app.ts'], { cwd: PROJECT, env: environment }, (error, stdout, stderr) => {
    if (error === null) done();
    else reject(new Error(`the app does not synthesise:\n${stdout}${stderr}`));
  });
  return promise;
}

/** A file that one process holds. One that died without giving it back does not count. */
async function lock(path: string): Promise<() => void> {
  for (;;) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch {
      if (isAbandoned(path)) rmSync(path, { force: true });
      await pause(LOCK_PAUSE_MS);
    }
  }
}

function isAbandoned(path: string): boolean {
  try {
    const holder = Number(readFileSync(path, 'utf8'));
    if (holder === 0) return false;
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function forgetOldAssemblies(): void {
  const folders = readdirSync(BUILD)
    .filter((name) => name.startsWith('cdk.out-'))
    .map((name) => join(BUILD, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of folders.slice(KEPT_ASSEMBLIES)) rmSync(old, { recursive: true, force: true });
}
