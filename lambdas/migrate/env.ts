import * as z from 'zod/mini';
import { VARIABLES } from '#contract';
import { field, readVariables } from '#runtime/env.ts';
import type { Group } from './database-rights.ts';

const schema = z.object({
  [VARIABLES.databaseArn]: field.arn,
  // Becomes an identifier in SQL, where no parameter may stand.
  [VARIABLES.databaseName]: z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/)),
  [VARIABLES.databaseSecretArn]: field.arn,
  [VARIABLES.upkeepSecretArn]: field.arn,
  [VARIABLES.readerSecretArn]: field.arn,
  [VARIABLES.operatorSecretArn]: field.arn,
  [VARIABLES.ownerSecretArn]: field.arn,
  [VARIABLES.stage]: field.text,
});

export interface MigrateEnv {
  readonly databaseArn: string;
  readonly databaseName: string;
  /** Of the users that the other functions and the operator log on as. */
  readonly userSecretArns: Readonly<Record<Group, string>>;
  readonly ownerSecretArn: string;
  readonly stage: string;
}

/** The function's settings. Throws an Error that names every missing or wrong variable. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): MigrateEnv {
  const variables = readVariables(schema, env);
  return {
    databaseArn: variables[VARIABLES.databaseArn],
    databaseName: variables[VARIABLES.databaseName],
    userSecretArns: {
      app: variables[VARIABLES.databaseSecretArn],
      upkeep: variables[VARIABLES.upkeepSecretArn],
      reader: variables[VARIABLES.readerSecretArn],
      operator: variables[VARIABLES.operatorSecretArn],
    },
    ownerSecretArn: variables[VARIABLES.ownerSecretArn],
    stage: variables[VARIABLES.stage],
  };
}
