import { CustomResource, Duration, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { EnsFunction } from './ens-function.ts';

/** Longer than an attempt, Lambda's pause of a minute and another attempt. */
const REPEATED_MIGRATIONS = Duration.minutes(30);
const REPEATED_UPKEEP = Duration.minutes(10);

/** Runs upkeep every five minutes. */
export class UpkeepSchedule extends Construct {
  constructor(scope: Construct, id: string, upkeep: EnsFunction) {
    super(scope, id);
    const rule = new Rule(this, 'Rule', {
      description: 'ENS upkeep',
      schedule: Schedule.rate(Duration.minutes(5)),
      // A run that could not start in time is made up for by the next one.
      targets: [new LambdaFunction(upkeep.lambda, { maxEventAge: Duration.minutes(4), retryAttempts: 1 })],
    });
    Validations.of(rule).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: 'The event carries nothing: the next run, five minutes later, does the same work.',
    });
  }
}

/** Brings the schema up to date before anything else is deployed that needs it. */
export class Migrations extends Construct {
  constructor(scope: Construct, id: string, migrate: EnsFunction, migrationsHash: string) {
    super(scope, id);
    new CustomResource(this, 'Run', {
      resourceType: 'Custom::EnsMigrations',
      serviceToken: migrate.lambda.functionArn,
      serviceTimeout: REPEATED_MIGRATIONS,
      properties: { MigrationsHash: migrationsHash },
    }).node.addDependency(migrate);
  }
}

/** Runs upkeep once with every deployed version, so that the first key pair exists before the first phone. */
export class FirstUpkeep extends Construct {
  constructor(scope: Construct, id: string, upkeep: EnsFunction, version: string) {
    super(scope, id);
    new CustomResource(this, 'Run', {
      resourceType: 'Custom::EnsFirstUpkeep',
      serviceToken: upkeep.lambda.functionArn,
      serviceTimeout: REPEATED_UPKEEP,
      properties: { Version: version },
    }).node.addDependency(upkeep);
  }
}
