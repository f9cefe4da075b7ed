import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type App, FileSystem, IgnoreMode } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionId } from '../lambdas/contract.ts';
import { ServiceStack } from './service-stack.ts';
import type { Settings } from './settings.ts';
import { StateStack } from './state-stack.ts';

const PROJECT = resolve(import.meta.dirname, '..');

export interface StacksProps {
  readonly settings: Settings;
  readonly code: (functionId: FunctionId) => Code;
  readonly deployedAt: string;
}

function projectVersion(): string {
  const text = readFileSync(join(PROJECT, 'package.json'), 'utf8');
  const version: unknown = Object.entries<unknown>(JSON.parse(text)).find(
    ([name]) => name === 'version',
  )?.[1];
  if (typeof version !== 'string') throw new Error('package.json names no version');
  return version;
}

/** Both stacks of one stage. Names carry the stage, so that stages live side by side in one account. */
export function addStacks(app: App, { settings, code, deployedAt }: StacksProps) {
  const state = new StateStack(app, 'State', {
    stackName: `ens-${settings.stage}-state`,
    description: 'ENS: database, secrets and wrapping key. Must survive',
    terminationProtection: settings.deletionProtection,
    settings,
  });
  const service = new ServiceStack(app, 'Service', {
    stackName: `ens-${settings.stage}-service`,
    description: 'ENS: API, functions and what watches them',
    settings,
    state,
    version: projectVersion(),
    migrationsHash: FileSystem.fingerprint(join(PROJECT, 'lambdas/migrate'), { ignoreMode: IgnoreMode.GIT }),
    deployedAt,
    code,
  });
  service.addStackDependency(state);
  return { state, service };
}
