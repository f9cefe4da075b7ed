import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { IpAddresses, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { Database } from './constructs/database.ts';
import { createWrappingKey } from './constructs/wrapping-key.ts';
import type { Settings } from './settings.ts';

export interface StateStackProps extends StackProps {
  readonly settings: Settings;
}

/** What must survive: the database, its secrets, the pepper, and the key that wraps all private keys. */
export class StateStack extends Stack {
  readonly database: Database;
  readonly pepper: Secret;
  readonly wrappingKey: Key;
  /** Signs for push services; browsers bind their subscriptions to it. Absent where Web Push is switched off. */
  readonly vapidKey: Key | undefined;

  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, props);
    const { settings } = props;
    this.database = new Database(this, 'Database', { vpc: this.network(), settings });
    this.pepper = new Secret(this, 'Pepper', {
      description: 'ENS: keys the HMACs of addresses and callback ids. Changing it loses every registration',
      // 64 letters and digits are 381 bits.
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.pepper).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'A new pepper would orphan every registration and every callback URL that Exchange holds.',
    });
    this.wrappingKey = createWrappingKey(this, 'WrappingKey', settings);
    this.vapidKey = settings.webPush ? this.signingKey(settings.stage) : undefined;
    new CfnOutput(this, 'DatabaseArn', { value: this.database.cluster.clusterArn });
    new CfnOutput(this, 'OwnerSecretArn', { value: this.database.ownerSecret.secretArn });
    new CfnOutput(this, 'WrappingKeyArn', { value: this.wrappingKey.keyArn });
  }

  private signingKey(stage: string): Key {
    const key = new Key(this, 'VapidKey', {
      alias: `ens-${stage}-vapid`,
      description: 'ENS: signs for push services. Another key ends every browser subscription',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(key).acknowledge({
      id: 'AwsSolutions-KMS5',
      reason: 'KMS rotates no asymmetric keys, and browsers bind their subscriptions to this one.',
    });
    return key;
  }

  private network(): Vpc {
    const vpc = new Vpc(this, 'DatabaseNetwork', {
      ipAddresses: IpAddresses.cidr('10.213.0.0/24'),
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'database', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 }],
    });
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason: 'No route leads into or out of this network and no group admits a connection: no flow to log.',
    });
    return vpc;
  }
}
