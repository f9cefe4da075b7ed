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
const APP_USER = 'ens_app';

export interface DatabaseProps {
  readonly vpc: IVpc;
  readonly settings: Settings;
}

/**
 * Aurora PostgreSQL Serverless v2 with the Data API and two users: the owner, who migrates, and the
 * functions' own, who reads and writes rows. No security group admits anybody: the Data API is the only way in.
 */
export class Database extends Construct {
  readonly cluster: DatabaseCluster;
  readonly ownerSecret: ISecret;
  readonly appSecret: Secret;

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
    this.appSecret = new Secret(this, 'AppSecret', {
      description: 'ENS: database user of the functions (rows only)',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: APP_USER }),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
    this.acknowledge();
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

  private acknowledge(): void {
    Validations.of(this.cluster).acknowledge(
      {
        id: 'AwsSolutions-SMG4',
        reason:
          'Rotation needs a function inside the VPC; docs/deploy.md says how the owner password is changed.',
      },
      {
        id: 'AwsSolutions-RDS11',
        reason: 'No security group admits any connection, so another port would hide nothing.',
      },
    );
    Validations.of(this.appSecret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'A new value and one call of the migration function change the password: docs/deploy.md says how.',
    });
  }
}
