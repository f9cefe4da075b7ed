import * as z from 'zod/mini';
import { VARIABLES } from '#contract';
import { field, group, readVariables } from '#runtime/env.ts';

const schema = z.object({
  ...group.stage,
  ...group.database,
  ...group.exchange,
  ...group.webPush,
  [VARIABLES.exchangeBudgetSeconds]: field.number(1, 25),
  [VARIABLES.answerBudgetSeconds]: field.number(1, 25),
});

export type CallbackEnv = z.infer<typeof schema>;

export function readEnv(env: Readonly<Record<string, string | undefined>>): CallbackEnv {
  return readVariables(schema, env);
}
