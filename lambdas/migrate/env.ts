import * as z from 'zod/mini';
import { VARIABLES } from '#contract';
import { field, readVariables } from '#runtime/env.ts';

const schema = z.object({
  [VARIABLES.databaseArn]: field.arn,
  // Becomes an identifier in SQL, where no parameter may stand.
  [VARIABLES.databaseName]: z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/)),
  [VARIABLES.databaseSecretArn]: field.arn,
  [VARIABLES.ownerSecretArn]: field.arn,
  [VARIABLES.stage]: field.text,
});

export interface MigrateEnv {
  readonly databaseArn: string;
  readonly databaseName: string;
  /** Of the user that the other functions log on as. */
  readonly appSecretArn: string;
  readonly ownerSecretArn: string;
  readonly stage: string;
}

/** The function's settings. Throws an Error that names every missing or wrong variable. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): MigrateEnv {
  const variables = readVariables(schema, env);
  return {
    databaseArn: variables[VARIABLES.databaseArn],
    databaseName: variables[VARIABLES.databaseName],
    appSecretArn: variables[VARIABLES.databaseSecretArn],
    ownerSecretArn: variables[VARIABLES.ownerSecretArn],
    stage: variables[VARIABLES.stage],
  };
}
