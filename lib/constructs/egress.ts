import { CfnOutput, Fn, RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnEIP,
  FlowLogDestination,
  IpAddresses,
  NatProvider,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

const ZONES = 2;

export interface EgressProps {
  readonly settings: Settings;
  readonly logRetention: RetentionDays;
}

/**
 * A network of its own for the functions that call Exchange, behind one NAT gateway per zone with an Elastic
 * IP each. It has nothing to do with the database's network: the Data API is reached like any other service.
 */
export class Egress extends Construct {
  readonly vpc: Vpc;
  readonly vpcSubnets: SubnetSelection = { subnetType: SubnetType.PRIVATE_WITH_EGRESS };
  readonly securityGroups: SecurityGroup[];

  constructor(scope: Construct, id: string, { settings, logRetention }: EgressProps) {
    super(scope, id);
    const given = settings.staticEgressAllocationIds;
    // Firewalls are opened for these addresses, so they outlive the stack.
    const own = given.length > 0 ? [] : [...Array(ZONES).keys()].map((zone) => this.address(zone));
    const allocationIds = given.length > 0 ? given : own.map((address) => address.attrAllocationId);
    this.vpc = new Vpc(this, 'Network', {
      ipAddresses: IpAddresses.cidr('10.214.0.0/24'),
      maxAzs: ZONES,
      natGateways: ZONES,
      natGatewayProvider: NatProvider.gateway({ eipAllocationIds: [...allocationIds] }),
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'nat', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
        { name: 'functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 26 },
      ],
      flowLogs: {
        rejected: {
          destination: FlowLogDestination.toCloudWatchLogs(
            new LogGroup(this, 'FlowLog', {
              logGroupName: `/ens/${settings.stage}/egress-network`,
              retention: logRetention,
              removalPolicy: RemovalPolicy.DESTROY,
            }),
          ),
        },
      },
    });
    const group = new SecurityGroup(this, 'Functions', {
      vpc: this.vpc,
      description: 'ENS functions: out to Exchange and AWS, in from nobody',
      allowAllOutbound: false,
    });
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'Exchange and AWS over TLS');
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(80), 'The one plain autodiscover question of the protocol');
    this.securityGroups = [group];
    new CfnOutput(this, 'Addresses', {
      key: 'EgressAddresses',
      description: 'Open your firewall in front of Exchange for these addresses',
      value:
        given.length > 0
          ? given.join(', ')
          : Fn.join(
              ', ',
              own.map((address) => address.attrPublicIp),
            ),
    });
  }

  private address(zone: number): CfnEIP {
    const address = new CfnEIP(this, `Address${zone + 1}`, { domain: 'vpc' });
    address.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return address;
  }
}
