/**
 * What module initialisation is measured against: one file that imports the four SDK clients that the callback
 * needs (Data API, Secrets Manager; KMS and SNS once a mail comes), makes them, and answers a heartbeat with
 * the two calls that the first one of an instance takes: the pepper, once, and our statement. No checks, no log, no
 * metric, no Exchange library.
 */
import { KMSClient } from '@aws-sdk/client-kms';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { type CallbackEvent, seeCommand } from './see.ts';

export const clients = {
  database: new RDSDataClient({}),
  kms: new KMSClient({}),
  sns: new SNSClient({}),
  secrets: new SecretsManagerClient({}),
};

const kept: { pepper?: string | undefined } = {};

export async function handler(
  event: CallbackEvent,
): Promise<{ readonly statusCode: number; readonly body: string }> {
  kept.pepper ??= (
    await clients.secrets.send(new GetSecretValueCommand({ SecretId: process.env.ENS_PEPPER_SECRET_ARN }))
  ).SecretString;
  await clients.database.send(seeCommand(event, Date.now(), []));
  return { statusCode: 200, body: '<SubscriptionStatus>OK</SubscriptionStatus>' };
}
