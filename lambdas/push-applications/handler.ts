import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { clientSettings, signingAgain } from '#adapters/aws-clients.ts';
import { createTelemetry } from '#runtime/telemetry.ts';
import { readEnv } from './env.ts';
import { pushApplicationsRoute } from './route.ts';

const ATTEMPT_TIMEOUT_MS = 10_000;

const { stage } = readEnv(process.env);
const settings = clientSettings(ATTEMPT_TIMEOUT_MS);

export const handler = pushApplicationsRoute(
  { sns: signingAgain(new SNSClient(settings)), secrets: new SecretsManagerClient(settings) },
  createTelemetry('push-applications', stage).log,
);
