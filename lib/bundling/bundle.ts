import { copyFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import type { FunctionId } from '../../lambdas/contract.ts';
import { exchangeLibrary, REST, REST_ENTRY } from './exchange-library/plugin.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

/** Name under which the tenant's CA file lies beside the code. */
export const EXTRA_CA_FILE_NAME = 'extra-ca.pem';

/** The functions that talk to Exchange: with its library, and the tenant's certificate authorities. */
const TALKING_TO_EXCHANGE: ReadonlySet<FunctionId> = new Set(['register', 'callback']);

/** What dependencies name and a function never uses; test/unit/*-parity.test.ts watch over each (docs/decisions). */
const STUBS = {
  '@aws-sdk/credential-provider-node': join(PROJECT, 'lib/bundling/stubs/credential-provider-node.ts'),
  'node:crypto': join(PROJECT, 'lib/bundling/stubs/node-crypto.ts'),
  'node:http': join(PROJECT, 'lib/bundling/stubs/node-http.ts'),
  '@xmldom/xmldom': join(PROJECT, 'lib/bundling/stubs/xmldom.ts'),
  '@ewsjs/xhr': join(PROJECT, 'lib/bundling/stubs/ewsjs-xhr.cjs'),
  'moment-timezone': join(PROJECT, 'lib/bundling/stubs/moment-timezone.cjs'),
};

/** How everything is bundled that runs as a function. */
export const BUNDLING = {
  absWorkingDir: PROJECT,
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
  metafile: true,
} as const satisfies BuildOptions;

/**
 * Bundles one function into `outdir`, which is made. Code splitting keeps what the first answer does not need
 * (the Exchange library) out of module initialisation; NodejsFunction cannot split. The same sources give the
 * same bytes. `extraCaFile` is relative to the project. Resolves with the files that the bundle holds code of.
 */
export async function bundleFunction(
  functionId: FunctionId,
  outdir: string,
  extraCaFile?: string,
): Promise<readonly string[]> {
  const talksToExchange = TALKING_TO_EXCHANGE.has(functionId);
  const { metafile } = await build({
    ...BUNDLING,
    entryPoints: {
      index: join(PROJECT, 'lambdas', functionId, 'handler.ts'),
      ...(talksToExchange ? { [REST]: REST_ENTRY } : {}),
    },
    outdir,
    plugins: talksToExchange ? [exchangeLibrary()] : [],
  });
  const site = functionId === 'app' ? await bundleSite(join(outdir, 'site')) : [];
  if (talksToExchange && extraCaFile !== undefined)
    copyFileSync(resolve(PROJECT, extraCaFile), join(outdir, EXTRA_CA_FILE_NAME));
  return [...bundledFiles(metafile), ...site];
}

/** The sources that some output holds bytes of; what was shaken out is no part of a bundle. */
function bundledFiles({ outputs }: Metafile): readonly string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([file]) => file),
  );
}

const SITE = join(PROJECT, 'lambdas/app/site');
/** Scripts that a browser loads by name; what they import becomes part of them. */
const SITE_SCRIPTS = { app: 'app.ts', 'service-worker': 'worker/service-worker.ts' } as const;

/** The web app for browsers: scripts bundled, everything else copied. */
async function bundleSite(outdir: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: Object.fromEntries(
      Object.entries(SITE_SCRIPTS).map(([name, source]) => [name, join(SITE, source)]),
    ),
    outdir,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    // Safari 16.4 is the first that pushes to web apps.
    target: ['safari16.4', 'chrome109', 'firefox115'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  for (const { name } of readdirSync(SITE, { withFileTypes: true }).filter((entry) => entry.isFile()))
    if (!/\.(?:ts|json)$/.test(name)) copyFileSync(join(SITE, name), join(outdir, name));
  return bundledFiles(metafile);
}
