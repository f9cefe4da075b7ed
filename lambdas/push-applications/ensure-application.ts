import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  CreatePlatformApplicationCommand,
  GetPlatformApplicationAttributesCommand,
  SetPlatformApplicationAttributesCommand,
  type SNSClient,
} from '@aws-sdk/client-sns';
import { dependencyUnavailable, readAwsError } from '#adapters/aws-errors.ts';
import { CustomResourceFailure } from '#runtime/cloudformation.ts';
import { credentialAttributes } from './credential.ts';
import type { ApplicationRequest } from './request.ts';

export interface Clients {
  readonly sns: SNSClient;
  readonly secrets: SecretsManagerClient;
}

export interface EnsuredApplication {
  readonly applicationArn: string;
  readonly secretVersionId: string;
}

/**
 * Makes the platform application, or takes over the one of that name and gives it the newest version of the
 * secret. SNS disables an application whose credentials were refused, so new ones enable it again.
 * Safe to repeat. Throws CustomResourceFailure with what the operator has to do, DependencyUnavailable where
 * AWS denies a call.
 */
export async function ensureApplication(
  { sns, secrets }: Clients,
  request: ApplicationRequest,
): Promise<EnsuredApplication> {
  const secret = await readSecret(secrets, request.secretName);
  const Attributes = {
    ...credentialAttributes(request, secret.text),
    EventDeliveryFailure: request.deliveryFailureTopicArn,
  };
  const applicationArn = (await exists(sns, request.applicationArn))
    ? await update(sns, request, Attributes)
    : await create(sns, request, Attributes);
  return { applicationArn, secretVersionId: secret.versionId };
}

async function readSecret(secrets: SecretsManagerClient, name: string) {
  const answer = await secrets
    .send(new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' }))
    .catch((error: unknown) => {
      const { code, denial } = readAwsError(error);
      if (denial !== undefined) throw dependencyUnavailable('secrets', error);
      const advice =
        code === 'ResourceNotFoundException'
          ? 'Create it in Secrets Manager, in the region of this deployment, and deploy again'
          : `Secrets Manager says ${code}`;
      throw new CustomResourceFailure(`The secret "${name}" cannot be read. ${advice}.`);
    });
  if (answer.SecretString === undefined) {
    throw new CustomResourceFailure(`The secret "${name}" is binary: store it as text.`);
  }
  return { text: answer.SecretString, versionId: answer.VersionId ?? 'unknown' };
}

async function exists(sns: SNSClient, applicationArn: string): Promise<boolean> {
  return sns
    .send(new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn: applicationArn }))
    .then(
      () => true,
      (error: unknown) => {
        const { code, denial } = readAwsError(error);
        if (code === 'NotFoundException' || code === 'NotFound') return false;
        if (denial !== undefined) throw dependencyUnavailable('sns', error);
        throw new CustomResourceFailure(`SNS does not tell whether ${applicationArn} exists: ${code}.`);
      },
    );
}

/** SNS checks the credential here. Its message is left out, because it may quote what it was given. */
function refused({ secretName, name }: ApplicationRequest) {
  return (error: unknown): never => {
    const { code, denial } = readAwsError(error);
    if (denial !== undefined) throw dependencyUnavailable('sns', error);
    throw new CustomResourceFailure(
      `SNS refused the platform application ${name} with ${code}. Where that is InvalidParameter, check the members of the secret "${secretName}" and the bundle id.`,
    );
  };
}

async function create(sns: SNSClient, request: ApplicationRequest, Attributes: Record<string, string>) {
  const { name: Name, platform: Platform, applicationArn } = request;
  const command = new CreatePlatformApplicationCommand({ Name, Platform, Attributes });
  const answer = await sns.send(command).catch(refused(request));
  return answer.PlatformApplicationArn ?? applicationArn;
}

async function update(sns: SNSClient, request: ApplicationRequest, Attributes: Record<string, string>) {
  const PlatformApplicationArn = request.applicationArn;
  const command = new SetPlatformApplicationAttributesCommand({
    PlatformApplicationArn,
    Attributes: { ...Attributes, Enabled: 'true' },
  });
  await sns.send(command).catch(refused(request));
  return PlatformApplicationArn;
}
