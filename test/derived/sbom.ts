import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { FunctionId } from '../../lambdas/contract.ts';
import { bundleFunction } from '../../lib/bundling/bundle.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
/** Folder of the innermost package that a bundled file belongs to, as the lock file names it. */
const PACKAGE = /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//;

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });
const lockSchema = z.object({
  version: z.string(),
  packages: z.record(z.string(), z.object({ integrity: z.string().optional() })),
});

/** Components of one bundle in the form of CycloneDX 1.6. */
export interface Sbom {
  readonly components: readonly { readonly purl: string }[];
}

/**
 * What is in the bundle of a function: every package of which some code is left in it, with version, licence and the
 * hash that the lock file holds. Neither time nor serial number: the same sources give the same document.
 */
export async function sbomOf(functionId: FunctionId): Promise<Sbom> {
  const folder = mkdtempSync(join(tmpdir(), 'ens-sbom-'));
  try {
    const files = await bundleFunction(functionId, folder);
    const lock = lockSchema.parse(JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')));
    const places = new Set(files.flatMap((file) => PACKAGE.exec(file)?.[1] ?? []));
    const components = [...places].map((place) => component(place, lock.packages[place]?.integrity));
    return {
      ...{ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 },
      ...{
        metadata: { component: { type: 'application', name: `ens-${functionId}`, version: lock.version } },
      },
      components: components.sort((left, right) => left.purl.localeCompare(right.purl, 'en')),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function component(place: string, integrity: string | undefined) {
  const manifest = manifestSchema.parse(
    JSON.parse(readFileSync(join(PROJECT, place, 'package.json'), 'utf8')),
  );
  const { name, version, license } = manifest;
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const content = Buffer.from(integrity?.replace(/^sha512-/, '') ?? '', 'base64').toString('hex');
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
    ...(content === '' ? {} : { hashes: [{ alg: 'SHA-512', content }] }),
  };
}
