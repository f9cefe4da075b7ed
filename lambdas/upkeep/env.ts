import * as z from 'zod/mini';
import { VARIABLES } from '#contract';
import { field, group, readVariables } from '#runtime/env.ts';

const schema = z.object({
  ...group.stage,
  ...group.database,
  ...group.webPush,
  [VARIABLES.pepperSecretArn]: field.arn,
  [VARIABLES.wrappingKeyArn]: field.arn,
  [VARIABLES.statusFrequencyMinutes]: field.number(1, 1_440),
  [VARIABLES.keyRotationHours]: field.number(1, 8_760),
  [VARIABLES.revocationPath]: field.text,
  [VARIABLES.databaseBackupDays]: field.number(1, 35),
  [VARIABLES.keyLifeDays]: field.number(1, 3_650),
});

export type UpkeepEnv = z.infer<typeof schema>;

export function readEnv(env: Readonly<Record<string, string | undefined>>): UpkeepEnv {
  return readVariables(schema, env);
}
