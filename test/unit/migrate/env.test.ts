import { describe, expect, it } from '@jest/globals';
import { readEnv } from '../../../lambdas/migrate/env.ts';

const GIVEN = {
  ENS_DATABASE_ARN: 'arn:aws:rds:eu-central-1:123456789012:cluster:ens',
  ENS_DATABASE_NAME: 'ENS',
  ENS_DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:app',
  ENS_UPKEEP_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:upkeep',
  ENS_READER_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:reader',
  ENS_OPERATOR_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:operator',
  ENS_OWNER_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:owner',
  ENS_STAGE: 'prod',
};

describe("the migration function's environment", () => {
  it('is read once into names of its own', () => {
    expect(readEnv(GIVEN)).toEqual({
      databaseArn: GIVEN.ENS_DATABASE_ARN,
      databaseName: 'ENS',
      userSecretArns: {
        app: GIVEN.ENS_DATABASE_SECRET_ARN,
        upkeep: GIVEN.ENS_UPKEEP_SECRET_ARN,
        reader: GIVEN.ENS_READER_SECRET_ARN,
        operator: GIVEN.ENS_OPERATOR_SECRET_ARN,
      },
      ownerSecretArn: GIVEN.ENS_OWNER_SECRET_ARN,
      stage: 'prod',
    });
  });

  it('names every variable that is missing or wrong, and no value', () => {
    const wrong = { ...GIVEN, ENS_OWNER_SECRET_ARN: 'hunter2', ENS_STAGE: undefined };
    expect(() => readEnv(wrong)).toThrow(
      /missing or wrong: (?=.*ENS_OWNER_SECRET_ARN)(?=.*ENS_STAGE)(?!.*hunter2)/,
    );
  });
});
