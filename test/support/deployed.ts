import { randomUUID } from 'node:crypto';
import type { Principal } from '../../local/aws/wire.ts';
import { accessKeyIdOf } from '../../local/functions/environment.ts';
import { readAssembly } from '../../local/template/assembly.ts';
import { deploy } from '../../local/template/deployment.ts';
import { type Json, objectAt } from '../../local/template/json.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../local/template/physical.ts';
import { readFunctions } from '../../local/template/read-functions.ts';
import { readRoles } from '../../local/template/read-roles.ts';
import { createPrincipals } from '../../local/world/principals.ts';
import { startCloudFormationSide } from './cloudformation.ts';
import type { TestWorld } from './world.ts';

function deploymentOf(assembly: string) {
  return deploy(readAssembly(assembly), { account: LOCAL_ACCOUNT, region: LOCAL_REGION, origin: 'http://x' });
}

/** The role of every function with the statements that the templates give it. */
export function rolesOf(assembly: string): readonly Principal[] {
  const deployment = deploymentOf(assembly);
  const specs = readFunctions(deployment);
  const byAccessKey = createPrincipals(specs, readRoles(deployment));
  return specs.flatMap(({ name }) => byAccessKey(accessKeyIdOf(name)) ?? []);
}

export interface ResourceAnswer {
  readonly Status: string;
  readonly Reason?: string | undefined;
  readonly Data?: Readonly<Record<string, string>> | undefined;
  /** The answer as it was sent. */
  readonly body: string;
}

/**
 * What the next `cdk deploy` does to the custom resources of one type: the real function gets CloudFormation's
 * Update with the template's properties and another `DeployedAt`. Resolves with the answers, in order.
 */
export async function redeploy(
  { world, assembly }: TestWorld,
  resourceType: string,
): Promise<readonly ResourceAnswer[]> {
  const side = await startCloudFormationSide();
  try {
    for (const resource of deploymentOf(assembly).ofType(resourceType)) {
      const properties = objectAt(resource.properties(), 'Properties');
      const wanted = { ...properties, DeployedAt: new Date(world.clock.now()).toISOString() };
      const event: Json = JSON.parse(
        JSON.stringify({
          ...side.event('Update', wanted, String(properties.ApplicationArn ?? 'ens')),
          RequestId: randomUUID(),
          OldResourceProperties: properties,
        }),
      );
      const { ServiceToken } = properties;
      const outcome = await world.functions.invoke(String(ServiceToken), event);
      if (!outcome.ok) throw new Error(`${resourceType}: ${outcome.failure.errorMessage}`);
    }
    return side.answers.map((answer, index) => ({ ...answer, body: side.bodies[index] ?? '' }));
  } finally {
    await side.close();
  }
}
