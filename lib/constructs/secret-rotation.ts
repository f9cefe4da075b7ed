import { Stack } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Database } from './database.ts';
import type { EnsFunction } from './ens-function.ts';

/** Has Secrets Manager give every user of the database, its owner included, a new password from time to time. */
export class SecretRotation extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly database: Database; readonly rotator: EnsFunction; readonly everyDays: number },
  ) {
    super(scope, id);
    const { database, rotator, everyDays } = props;
    const permission = new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: rotator.lambda.functionArn,
      principal: 'secretsmanager.amazonaws.com',
      // The condition that Secrets Manager documents; it does not say whether it names the secret as source.
      sourceAccount: Stack.of(this).account,
    });
    const { app, upkeep, reader, operator } = database.userSecrets;
    const secrets = {
      Owner: database.ownerSecret,
      App: app,
      Upkeep: upkeep,
      Reader: reader,
      Operator: operator,
    };
    for (const [name, secret] of Object.entries(secrets)) {
      const schedule = new CfnRotationSchedule(this, name, {
        secretId: secret.secretArn,
        rotationLambdaArn: rotator.lambda.functionArn,
        rotationRules: { automaticallyAfterDays: everyDays },
        rotateImmediatelyOnUpdate: false,
      });
      schedule.addResourceDependency(permission);
      schedule.node.addDependency(rotator);
    }
  }
}
