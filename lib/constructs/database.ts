import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type IVpc, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  type IClusterEngine,
  ParameterGroup,
} from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/** Made by the migration, which keeps its case (docs/decisions/0025-the-migration-makes-the-database.md). */
export const DATABASE_NAME = 'ENS';
const OWNER = 'ens_owner';
const ROTATED = 'Rotated by the migration function, on a schedule of the service stack.';

/** Users of the database beside its owner, each with a secret of its own; lambdas/migrate/database-rights.ts has their rights. */
const GROUPS = {
  app: 'register and callback',
  upkeep: 'the scheduled work',
  reader: 'the health check',
  operator: 'the command line',
} as const;
export type DatabaseGroup = keyof typeof GROUPS;

export interface DatabaseProps {
  readonly vpc: IVpc;
  readonly settings: Settings;
}

/**
 * Aurora PostgreSQL Serverless v2 with the Data API. The owner migrates; the others read and write rows. No security group admits anybody: the Data API is the only way in.
 */
export class Database extends Construct {
  readonly cluster: DatabaseCluster;
  readonly ownerSecret: ISecret;
  readonly userSecrets: Readonly<Record<DatabaseGroup, Secret>>;

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id);
    const { settings } = props;
    const version = settings.databaseVersion;
    const engine = DatabaseClusterEngine.auroraPostgres({
      version: AuroraPostgresEngineVersion.of(version, version.split('.')[0] ?? version),
    });
    const log = this.log(settings);
    this.cluster = new DatabaseCluster(this, 'Cluster', {
      engine,
      // Fixed, so that a restored cluster can take its place by its name (docs/runbook.md, restore).
      clusterIdentifier: `ens-${settings.stage}`,
      credentials: Credentials.fromGeneratedSecret(OWNER),
      vpc: props.vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [this.nobody(props.vpc)],
      parameterGroup: this.parameters(engine),
      cloudwatchLogsExports: ['postgresql'],
      writer: ClusterInstance.serverlessV2('Writer', { publiclyAccessible: false }),
      serverlessV2MinCapacity: settings.databaseMinCapacity,
      serverlessV2MaxCapacity: settings.databaseMaxCapacity,
      enableDataApi: true,
      storageEncrypted: true,
      iamAuthentication: true,
      deletionProtection: settings.deletionProtection,
      backup: { retention: Duration.days(settings.databaseBackupDays) },
      copyTagsToSnapshot: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
    this.cluster.node.addDependency(log);
    const owner = this.cluster.secret;
    if (owner === undefined) throw new Error('the cluster was made without an owner secret');
    this.ownerSecret = owner;
    this.userSecrets = {
      // The id of the first release, so that its user keeps its secret.
      app: this.userSecret('AppSecret', 'app'),
      upkeep: this.userSecret('UpkeepSecret', 'upkeep'),
      reader: this.userSecret('ReaderSecret', 'reader'),
      operator: this.userSecret('OperatorSecret', 'operator'),
    };
    this.acknowledge(settings);
  }

  private userSecret(id: string, group: DatabaseGroup): Secret {
    const secret = new Secret(this, id, {
      description: `ENS: database user of ${GROUPS[group]} (rows only)`,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: `ens_${group}` }),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
    Validations.of(secret).acknowledge({ id: 'AwsSolutions-SMG4', reason: ROTATED });
    return secret;
  }

  /** In from nobody, out to nobody: the Data API reaches the cluster without a network of ours. */
  private nobody(vpc: IVpc): SecurityGroup {
    return new SecurityGroup(this, 'Nobody', {
      vpc,
      description: 'ENS database: in from nobody, out to nobody',
      allowAllOutbound: false,
    });
  }

  /** Errors are logged without the statement and without the detail, which quotes what was written. */
  private parameters(engine: IClusterEngine): ParameterGroup {
    return new ParameterGroup(this, 'Parameters', {
      engine,
      description: 'ENS: errors without what they quote',
      parameters: {
        log_error_verbosity: 'terse',
        log_min_error_statement: 'panic',
      },
    });
  }

  /** Made before the cluster, which would otherwise make it without an end to its lines. */
  private log({ stage, logRetentionDays }: Settings): LogGroup {
    return new LogGroup(this, 'Log', {
      logGroupName: `/aws/rds/cluster/ens-${stage}/postgresql`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private acknowledge({ deletionProtection }: Settings): void {
    if (!deletionProtection)
      Validations.of(this.cluster).acknowledge({
        id: 'AwsSolutions-RDS10',
        reason:
          'The setting deletionProtection is off: the database is about to be removed (docs/deploy.md).',
      });
    Validations.of(this.cluster).acknowledge(
      {
        id: 'AwsSolutions-SMG4',
        reason: ROTATED,
      },
      {
        id: 'AwsSolutions-RDS11',
        reason: 'No security group admits any connection, so another port would hide nothing.',
      },
    );
  }
}

export function secretArns({ userSecrets }: Database): Readonly<Record<DatabaseGroup, string>> {
  return {
    app: userSecrets.app.secretArn,
    upkeep: userSecrets.upkeep.secretArn,
    reader: userSecrets.reader.secretArn,
    operator: userSecrets.operator.secretArn,
  };
}
