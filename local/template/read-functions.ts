import { resolve } from 'node:path';
import type { DeployedResource, Deployment } from './deployment.ts';
import { numberAt, objectAt, optionalText, textAt } from './json.ts';
import type { FunctionSpec } from './model.ts';

/** Every function of the deployment that has a bundle of its own. */
export function readFunctions(deployment: Deployment): readonly FunctionSpec[] {
  return deployment
    .ofType('AWS::Lambda::Function')
    .filter((resource) => typeof resource.metadata['aws:asset:path'] === 'string')
    .map((resource) => {
      const text = (name: string) => textAt(resource.property(name), `${resource.logicalId}.${name}`);
      const reserved = resource.property('ReservedConcurrentExecutions');
      return {
        id: idOf(resource),
        name: resource.ref(),
        arn: resource.attribute('Arn'),
        bundleFolder: resolve(resource.folder, textAt(resource.metadata['aws:asset:path'], 'aws:asset:path')),
        handler: text('Handler'),
        timeoutMs: numberAt(resource.property('Timeout'), 3) * 1000,
        memoryMb: numberAt(resource.property('MemorySize'), 128),
        roleArn: text('Role'),
        reservedConcurrency: reserved === null ? undefined : numberAt(reserved, 0),
        environment() {
          const { Variables } = objectAt(resource.property('Environment'), 'Environment');
          const entries = Object.entries(objectAt(Variables, 'Variables'));
          return Object.fromEntries(entries.map(([name, value]) => [name, optionalText(value) ?? '']));
        },
      };
    });
}

/** The function's name without its stage (`ens-local-register`), or else its construct's id. */
function idOf(resource: DeployedResource): string {
  const name = optionalText(resource.property('FunctionName'));
  if (name !== undefined) return name.replace(/^ens-local-/, '');
  const path = optionalText(resource.metadata['aws:cdk:path']) ?? resource.logicalId;
  const parts = path.split('/').filter((part) => !/^(Resource|Function|Handler)$/.test(part));
  return (parts.at(-1) ?? resource.logicalId).toLowerCase();
}
