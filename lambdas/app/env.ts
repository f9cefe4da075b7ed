import * as z from 'zod/mini';
import { VARIABLES } from '#contract';
import { field, group, readVariables } from '#runtime/env.ts';

const schema = z.object({
  ...group.stage,
  [VARIABLES.vapidKeyArn]: field.optionalText,
  [VARIABLES.webMailUrl]: field.optionalText,
});

export type AppEnv = z.infer<typeof schema>;

export function readEnv(env: Readonly<Record<string, string | undefined>>): AppEnv {
  return readVariables(schema, env);
}
