import * as z from 'zod/mini';
import { VARIABLES } from '#contract';
import { field, group, readVariables } from '#runtime/env.ts';

const schema = z.object({
  ...group.stage,
  ...group.database,
  ...group.exchange,
  [VARIABLES.allowedPushHosts]: field.list,
  ...group.applications,
  [VARIABLES.keyRotationHours]: field.number(1, 8_760),
  [VARIABLES.registrationLifetimeDays]: field.number(1, 365),
});

export type RegisterEnv = z.infer<typeof schema>;

export function readEnv(env: Readonly<Record<string, string | undefined>>): RegisterEnv {
  return readVariables(schema, env);
}
