import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

const BUILD = resolve(import.meta.dirname, '../../../build/local');

/**
 * An empty PostgreSQL in memory. Making its data directory takes most of the time that a start takes, and it is
 * the same every time: the first start on a machine keeps it under build/, the others read it.
 */
export async function startPglite(): Promise<PGlite> {
  const kept = join(BUILD, `postgres-${versionOfPglite()}.tar`);
  if (existsSync(kept)) return PGlite.create({ loadDataDir: new Blob([readFileSync(kept)]) });
  const pglite = await PGlite.create();
  const image = await pglite.dumpDataDir('none');
  mkdirSync(BUILD, { recursive: true });
  // Whoever starts at the same time must never read half a file.
  const unfinished = `${kept}.${process.pid}`;
  writeFileSync(unfinished, Buffer.from(await image.arrayBuffer()));
  renameSync(unfinished, kept);
  return pglite;
}

function versionOfPglite(): string {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version }: { version: unknown } = JSON.parse(
    readFileSync(join(dirname(main), '../package.json'), 'utf8'),
  );
  return String(version);
}
