import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionId } from '../../lambdas/contract.ts';
import { bundleFunction } from './bundle.ts';

/** The functions that talk to Exchange, and so need the tenant's certificate authorities. */
const TRUSTING: ReadonlySet<FunctionId> = new Set(['register', 'callback']);

/**
 * Code of a function from a bundle made now, with the tenant's CA file beside it where there is one. Each
 * process bundles into a folder of its own, so that two of them can synthesise at once; the CDK takes copies.
 */
export function bundledCode(extraCaFile?: string): (functionId: FunctionId) => Code {
  const folder = mkdtempSync(join(tmpdir(), 'ens-bundles-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return (functionId) => {
    const outdir = join(folder, functionId);
    bundleFunction(functionId, outdir, TRUSTING.has(functionId) ? extraCaFile : undefined);
    return Code.fromAsset(outdir);
  };
}
