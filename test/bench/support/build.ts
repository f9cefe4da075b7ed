import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

const PROJECT = resolve(import.meta.dirname, '../../..');
const OUT = join(PROJECT, 'build/bench');

export interface Built {
  readonly host: string;
  readonly floorCallback: string;
  readonly floorWebPush: string;
  readonly sdkOnly: string;
  readonly empty: string;
}

/**
 * The bench's own processes as one file each, minified like the product but not split and without its stubs:
 * what somebody would get who bundles a handler with esbuild's defaults for Lambda.
 */
export function buildBench(): Built {
  rmSync(OUT, { recursive: true, force: true });
  return {
    host: bundle('children/host.ts'),
    floorCallback: bundle('floor/callback.ts'),
    floorWebPush: bundle('floor/web-push-callback.ts'),
    sdkOnly: bundle('floor/sdk-only.ts'),
    empty: bundle('floor/empty.ts'),
  };
}

function bundle(source: string): string {
  const outfile = join(OUT, source.replace(/\.ts$/, '.mjs'));
  buildSync({
    absWorkingDir: PROJECT,
    entryPoints: [join(PROJECT, 'test/bench', source)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'warning',
  });
  return outfile;
}
