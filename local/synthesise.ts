import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { keptAuthority } from './exchange/tls/kept-authority.ts';
import { lock } from './lock.ts';
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

function forgetOldAssemblies(): void {
  const folders = readdirSync(BUILD)
    .filter((name) => name.startsWith('cdk.out-'))
    .map((name) => join(BUILD, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const old of folders.slice(KEPT_ASSEMBLIES)) rmSync(old, { recursive: true, force: true });
}
