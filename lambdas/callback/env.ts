import * as z from 'zod/mini';
import { group, readVariables } from '#runtime/env.ts';

const schema = z.object({ ...group.stage, ...group.database, ...group.exchange });

export type CallbackEnv = z.infer<typeof schema>;

export function readEnv(env: Readonly<Record<string, string | undefined>>): CallbackEnv {
  return readVariables(schema, env);
}
