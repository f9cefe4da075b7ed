import * as z from 'zod/mini';
import { VARIABLES } from '#contract';
import { field, group, readVariables } from '#runtime/env.ts';

const schema = z.object({
  ...group.stage,
  ...group.database,
  ...group.applications,
  [VARIABLES.wrappingKeyArn]: field.arn,
  [VARIABLES.vapidKeyArn]: field.optionalText,
  [VARIABLES.statusFrequencyMinutes]: field.number(1, 1_440),
  [VARIABLES.keyRotationHours]: field.number(1, 8_760),
});

export type AliveEnv = z.infer<typeof schema>;

export function readEnv(env: Readonly<Record<string, string | undefined>>): AliveEnv {
  return readVariables(schema, env);
}
