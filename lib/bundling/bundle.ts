import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import type { FunctionId } from '../../lambdas/contract.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

/** Name under which the tenant's CA file lies beside the code. */
export const EXTRA_CA_FILE_NAME = 'extra-ca.pem';

/** Modules that `ews-javascript-api` names but that our transport makes needless. */
const STUBS = {
  '@ewsjs/xhr': join(PROJECT, 'lib/bundling/stubs/ewsjs-xhr.cjs'),
  'moment-timezone': join(PROJECT, 'lib/bundling/stubs/moment-timezone.cjs'),
};

/** TEMPORARY while handlers are being written: an absent handler answers 501. */
function entry(functionId: FunctionId) {
  const file = join(PROJECT, 'lambdas', functionId, 'handler.ts');
  const index = existsSync(file) ? file : join(PROJECT, 'lib/bundling/not-yet.ts');
  return { entryPoints: { index } };
}

/**
 * Bundles one function into build/bundles/<id> and returns that directory. Code splitting keeps what the
 * first answer does not need (the Exchange library) out of module initialisation; NodejsFunction cannot
 * split. The same sources give the same bytes.
 */
export function bundleFunction(functionId: FunctionId, extraCaFile?: string): string {
  const outdir = join(PROJECT, 'build/bundles', functionId);
  rmSync(outdir, { recursive: true, force: true });
  buildSync({
    absWorkingDir: PROJECT,
    ...entry(functionId),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
    legalComments: 'none',
    alias: STUBS,
    // Dependencies in CommonJS call require(), which an ES module does not have.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'warning',
  });
  if (extraCaFile !== undefined)
    copyFileSync(resolve(PROJECT, extraCaFile), join(outdir, EXTRA_CA_FILE_NAME));
  return outdir;
}
