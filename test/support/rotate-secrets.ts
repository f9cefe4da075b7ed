import { randomUUID } from 'node:crypto';
import { VARIABLES } from '#contract';
import type { TestWorld } from './world.ts';

const SECRETS = [
  VARIABLES.databaseSecretArn,
  VARIABLES.upkeepSecretArn,
  VARIABLES.readerSecretArn,
  VARIABLES.operatorSecretArn,
  VARIABLES.ownerSecretArn,
] as const;
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** Gives every user of the database a new password, as Secrets Manager does it; `between` runs after each step. */
export async function rotateSecrets(the: TestWorld, between = async (): Promise<void> => {}): Promise<void> {
  const { functions } = the.world;
  const environment = functions.specs.find(({ id }) => id === 'migrate')?.environment();
  for (const variable of SECRETS) {
    const ClientRequestToken = randomUUID();
    for (const Step of STEPS) {
      const event = { Step, SecretId: environment?.[variable] ?? '', ClientRequestToken };
      const outcome = await functions.invoke('migrate', event);
      if (!outcome.ok) throw new Error(`${Step} of ${variable} failed: ${outcome.failure.errorType}`);
      await between();
    }
  }
}
