import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { API_BASE_PATH, APP_PATH, FUNCTION_IDS, type FunctionId } from '../lambdas/contract.ts';
import { Alarms } from './constructs/alarms.ts';
import { Api } from './constructs/api.ts';
import { CountFilters } from './constructs/count-filters.ts';
import { EnsDashboard } from './constructs/dashboard.ts';
import { secretArns } from './constructs/database.ts';
import { DeliveryFailures } from './constructs/delivery-failures.ts';
import { Egress } from './constructs/egress.ts';
import { EnsFunction } from './constructs/ens-function.ts';
import { PushApplications } from './constructs/push-applications.ts';
import { Queries } from './constructs/queries.ts';
import { SecretRotation } from './constructs/secret-rotation.ts';
import { createTopicKey } from './constructs/topic-key.ts';
import { FirstUpkeep, Migrations, UpkeepSchedule } from './constructs/upkeep-triggers.ts';
import { type EnvironmentSources, environmentOf } from './environment.ts';
import { grantPermissions } from './permissions.ts';
import type { Settings } from './settings.ts';
import type { StateStack } from './state-stack.ts';

export interface ServiceStackProps extends StackProps {
  readonly settings: Settings;
  readonly state: StateStack;
  readonly version: string;
  /** Fingerprint of the migrations: another one runs them. */
  readonly migrationsHash: string;
  /** Differs with every deployment; only stacks with push applications carry it. */
  readonly deployedAt: string;
  /** Where the code of a function comes from: bundles in the app, a stub in template tests. */
  readonly code: (functionId: FunctionId) => Code;
}

/** What each function gets of time, memory and, by setting, concurrency and network. */
interface Sizing {
  readonly timeout: Duration;
  readonly memoryMegabytes: number;
  readonly callsExchange?: true;
}

const SIZING: Readonly<Record<FunctionId, Sizing>> = {
  // Below the gateway's 30 s, above the budgets of 20 and 15 s.
  register: { timeout: Duration.seconds(27), memoryMegabytes: 512, callsExchange: true },
  // It mostly waits, and is billed by size. The largest body leaves a quarter of this free (docs/cost.md, docs/bench.md).
  callback: { timeout: Duration.seconds(25), memoryMegabytes: 192, callsExchange: true },
  alive: { timeout: Duration.seconds(15), memoryMegabytes: 256 },
  // Less than the five minutes to the next run.
  upkeep: { timeout: Duration.minutes(4), memoryMegabytes: 512 },
  migrate: { timeout: Duration.minutes(14), memoryMegabytes: 256 },
  // More than the minute for which denials are waited out.
  'push-applications': { timeout: Duration.minutes(2), memoryMegabytes: 256 },
  app: { timeout: Duration.seconds(10), memoryMegabytes: 256 },
};

/** What may be replaced: functions, API, schedule, push applications, and what watches them. */
export class ServiceStack extends Stack {
  readonly functions: Readonly<Record<FunctionId, EnsFunction>>;
  readonly api: Api;

  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, props);
    const { settings, state } = props;
    const egress = settings.staticEgress
      ? new Egress(this, 'Egress', { settings, logRetention: settings.logRetentionDays })
      : undefined;
    this.api = new Api(this, 'Api', { settings, logRetention: settings.logRetentionDays });
    const key = createTopicKey(this, 'TopicKey', settings.stage);
    const failures = new DeliveryFailures(this, 'DeliveryFailures', { stage: settings.stage, key });

    const withoutApplications: EnvironmentSources = {
      settings,
      version: props.version,
      databaseArn: state.database.cluster.clusterArn,
      userSecretArns: secretArns(state.database),
      ownerSecretArn: state.database.ownerSecret.secretArn,
      pepperSecretArn: state.pepper.secretArn,
      wrappingKeyArn: state.wrappingKey.keyArn,
      vapidKeyArn: state.vapidKey?.keyArn,
      appUrl: `${this.api.origin}${APP_PATH}`,
      callbackBaseUrl: `${this.api.origin}${API_BASE_PATH}/callback`,
      applications: {},
    };
    const provider = this.build('push-applications', props, withoutApplications, egress);
    const applications = new PushApplications(this, 'PushApplications', {
      settings,
      provider,
      deliveryFailures: failures.topic,
      deployedAt: props.deployedAt,
    });
    const sources = { ...withoutApplications, applications: applications.arns };
    const build = (functionId: FunctionId) => this.build(functionId, props, sources, egress);
    this.functions = {
      register: build('register'),
      callback: build('callback'),
      alive: build('alive'),
      upkeep: build('upkeep'),
      migrate: build('migrate'),
      'push-applications': provider,
      app: build('app'),
    };
    grantPermissions({ settings, state, functions: this.functions });
    this.api.connect(this.functions);
    failures.deliverTo(this.functions.upkeep);
    new UpkeepSchedule(this, 'UpkeepSchedule', this.functions.upkeep);
    const migrations = new Migrations(this, 'Migrations', this.functions.migrate, props.migrationsHash);
    // New code meets the new schema only. Old code meets it too, for moments: migrations only ever add.
    for (const functionId of ['register', 'callback', 'alive', 'upkeep'] as const) {
      this.functions[functionId].lambda.node.addDependency(migrations);
    }
    new SecretRotation(this, 'SecretRotation', {
      database: state.database,
      rotator: this.functions.migrate,
      everyDays: settings.databasePasswordDays,
    }).node.addDependency(migrations);
    new FirstUpkeep(this, 'FirstUpkeep', this.functions.upkeep, props.version);
    new CountFilters(this, 'CountFilters', this.functions.callback.logGroup);
    this.watch(settings, state, key);
    this.outputs(state);
  }

  private build(
    functionId: FunctionId,
    { settings, code }: ServiceStackProps,
    sources: EnvironmentSources,
    egress: Egress | undefined,
  ): EnsFunction {
    const sizing = SIZING[functionId];
    const concurrency: Partial<Record<FunctionId, number | undefined>> = {
      register: settings.registerConcurrency,
      callback: settings.callbackConcurrency,
    };
    return new EnsFunction(this, functionId, {
      functionId,
      stage: settings.stage,
      code: code(functionId),
      timeout: sizing.timeout,
      memoryMegabytes: sizing.memoryMegabytes,
      logRetention: settings.logRetentionDays,
      environment: environmentOf(functionId, sources),
      reservedConcurrency: concurrency[functionId],
      network: sizing.callsExchange === true ? egress : undefined,
    });
  }

  private watch({ stage, alarmEmail }: Settings, state: StateStack, key: IKey): void {
    const { functions } = this;
    const gateway = this.api.metrics;
    const alarms = new Alarms(this, 'Alarms', { stage, functions, gateway, alarmEmail, key });
    const dashboard = new EnsDashboard(this, 'Dashboard', {
      stage,
      databaseIdentifier: state.database.cluster.clusterIdentifier,
      functions,
      gateway,
      alarms: alarms.all,
    });
    new Queries(this, 'Queries', {
      stage,
      logs: {
        register: functions.register.logGroup,
        callback: functions.callback.logGroup,
        access: this.api.accessLog,
      },
    });
    new CfnOutput(this, 'DashboardLink', { value: dashboard.link });
  }

  private outputs(state: StateStack): void {
    // What the command line looks for.
    new CfnOutput(this, 'OperatorSecretArn', { value: state.database.userSecrets.operator.secretArn });
    new CfnOutput(this, 'ENSLinkAddress', {
      description: 'ENSLinkAddress of the mail client',
      value: `${this.api.origin}${API_BASE_PATH}`,
    });
    new CfnOutput(this, 'WebAppAddress', { value: `${this.api.origin}${APP_PATH}` });
    if (this.api.domainTarget !== undefined) {
      new CfnOutput(this, 'DomainTarget', {
        description: 'Point a CNAME record of domainName here',
        value: this.api.domainTarget,
      });
    }
    for (const functionId of FUNCTION_IDS) {
      const name = functionId.replaceAll(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
      new CfnOutput(this, `${name}FunctionName`, { value: this.functions[functionId].lambda.functionName });
    }
  }
}
