/**
 * What module initialisation is measured against: one file that imports the four SDK clients that the callback
 * needs (Data API, Secrets Manager; KMS and SNS once a mail comes), makes them, and answers a heartbeat with
 * the two calls that the first one of an instance takes: the pepper, once, and the statement. No checks, no log, no
 * metric, no Exchange library.
 */
import { KMSClient } from '@aws-sdk/client-kms';
import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';

export const clients = {
  database: new RDSDataClient({}),
  kms: new KMSClient({}),
  sns: new SNSClient({}),
  secrets: new SecretsManagerClient({}),
};

const kept: { pepper?: string | undefined } = {};

export async function handler(event: {
  readonly pathParameters: { readonly subscriptionId: string };
}): Promise<{ readonly statusCode: number; readonly body: string }> {
  kept.pepper ??= (
    await clients.secrets.send(new GetSecretValueCommand({ SecretId: process.env.ENS_PEPPER_SECRET_ARN }))
  ).SecretString;
  await clients.database.send(
    new ExecuteStatementCommand({
      resourceArn: process.env.ENS_DATABASE_ARN,
      secretArn: process.env.ENS_DATABASE_SECRET_ARN,
      database: process.env.ENS_DATABASE_NAME,
      sql: 'UPDATE subscriptions SET last_seen_at = :now::bigint WHERE id = :id::uuid',
      parameters: [
        { name: 'id', value: { stringValue: event.pathParameters.subscriptionId.slice(0, 36) } },
        { name: 'now', value: { longValue: Date.now() } },
      ],
    }),
  );
  return { statusCode: 200, body: '<SubscriptionStatus>OK</SubscriptionStatus>' };
}
