import * as z from 'zod/mini';
import { VARIABLES } from '#contract';
import { field, readVariables } from '#runtime/env.ts';

const schema = z.object({ [VARIABLES.stage]: field.text, [VARIABLES.version]: field.text });

export interface PushApplicationsEnv {
  readonly stage: string;
  readonly version: string;
}

/** The environment of this function. Throws an Error that names every variable that is missing or wrong. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): PushApplicationsEnv {
  const variables = readVariables(schema, env);
  return { stage: variables[VARIABLES.stage], version: variables[VARIABLES.version] };
}
