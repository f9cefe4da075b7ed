import { Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionId } from '../../lambdas/contract.ts';
import { bundleFunction } from './bundle.ts';

/** Code of a function from its freshly made bundle, with the tenant's CA file beside it where there is one. */
export function bundledCode(extraCaFile?: string): (functionId: FunctionId) => Code {
  return (functionId) => Code.fromAsset(bundleFunction(functionId, extraCaFile));
}
