import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { FUNCTION_IDS, type FunctionId } from '../../lambdas/contract.ts';
import { bundleFunction } from './bundle.ts';

/**
 * Code of each function from bundles made now, with the tenant's CA file beside those that need it. Each process
 * bundles into a folder of its own, so that two of them can synthesise at once; the CDK takes copies.
 */
export async function bundleAll(extraCaFile?: string): Promise<(functionId: FunctionId) => Code> {
  const folder = mkdtempSync(join(tmpdir(), 'ens-bundles-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await Promise.all(FUNCTION_IDS.map((id) => bundleFunction(id, join(folder, id), extraCaFile)));
  return (functionId) => Code.fromAsset(join(folder, functionId));
}
