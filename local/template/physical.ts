import { createHash } from 'node:crypto';
import type { Resource } from './assembly.ts';

/** The account, the region and the origin that stand for AWS here. */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** Where the gateway answers: what `ApiEndpoint` resolves to. */
  readonly origin: string;
}

export const LOCAL_ACCOUNT = '123456789012';
export const LOCAL_REGION = 'eu-central-1';

/** Names that CloudFormation would give a resource: what `Ref` and `Fn::GetAtt` return. */
export interface Physical {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Made-up but well-formed identifiers, the same for the same stack and logical id, so that one policy's ARN
 * and one call's ARN are equal byte for byte. `given` reads a property with its intrinsics resolved.
 */
export function physicalOf(
  stackName: string,
  resource: Resource,
  given: (property: string) => string | undefined,
  place: Place,
): Physical {
  const { logicalId, type } = resource;
  const generated = `${stackName}-${logicalId}`;
  const hash = createHash('sha256').update(generated).digest('hex');
  const arn = (service: string, rest: string, region = place.region) =>
    `arn:aws:${service}:${region}:${place.account}:${rest}`;
  switch (type) {
    case 'AWS::Lambda::Function': {
      const name = given('FunctionName') ?? generated;
      return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
    }
    case 'AWS::IAM::Role': {
      const name = given('RoleName') ?? generated;
      return { ref: name, attributes: { Arn: arn('iam', `role/${name}`, ''), RoleId: hash.slice(0, 20) } };
    }
    case 'AWS::KMS::Key': {
      const id = [8, 4, 4, 4, 12]
        .map((length, index) => hash.slice(index * 12, index * 12 + length))
        .join('-');
      return { ref: id, attributes: { Arn: arn('kms', `key/${id}`), KeyId: id } };
    }
    case 'AWS::KMS::Alias':
      return { ref: given('AliasName') ?? `alias/${generated}`, attributes: {} };
    case 'AWS::SecretsManager::Secret': {
      const full = arn('secretsmanager', `secret:${given('Name') ?? generated}-${hash.slice(0, 6)}`);
      return { ref: full, attributes: { Id: full } };
    }
    case 'AWS::SecretsManager::SecretTargetAttachment':
      return { ref: given('SecretId') ?? generated, attributes: {} };
    case 'AWS::RDS::DBCluster': {
      const id = (given('DBClusterIdentifier') ?? generated).toLowerCase();
      const host = `${id}.cluster-local.${place.region}.rds.amazonaws.com`;
      return {
        ref: id,
        attributes: {
          DBClusterArn: arn('rds', `cluster:${id}`),
          DBClusterResourceId: `cluster-${hash.slice(0, 26).toUpperCase()}`,
          'Endpoint.Address': host,
          'Endpoint.Port': '5432',
          'ReadEndpoint.Address': host,
        },
      };
    }
    case 'AWS::ApiGatewayV2::Api':
      return { ref: hash.slice(0, 10), attributes: { ApiEndpoint: place.origin, ApiId: hash.slice(0, 10) } };
    case 'AWS::SNS::Topic': {
      const name = given('TopicName') ?? generated;
      return { ref: arn('sns', name), attributes: { TopicArn: arn('sns', name), TopicName: name } };
    }
    case 'AWS::SQS::Queue': {
      const name = given('QueueName') ?? generated;
      return {
        ref: `${place.origin}/${place.account}/${name}`,
        attributes: { Arn: arn('sqs', name), QueueName: name },
      };
    }
    case 'AWS::Logs::LogGroup': {
      const name = given('LogGroupName') ?? generated;
      return { ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } };
    }
    default: {
      const service = type.split('::')[1]?.toLowerCase() ?? 'unknown';
      return {
        ref: generated,
        attributes: { Arn: arn(service, generated), Id: generated, GroupId: generated },
      };
    }
  }
}
