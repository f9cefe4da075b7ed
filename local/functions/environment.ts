import type { FunctionSpec } from '../template/model.ts';
import { LOCAL_REGION } from '../template/physical.ts';

/** Access key id by which the emulators tell functions, and hence roles, apart. */
export function accessKeyIdOf(functionName: string): string {
  return `LOCAL${functionName.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase()}`;
}

/**
 * Everything a function process sees of its environment: the template's variables, what Lambda adds, and
 * where the AWS endpoints are. Nothing of this process's own environment.
 */
export function environmentOf(spec: FunctionSpec, awsEndpoint: string): Readonly<Record<string, string>> {
  return {
    ...spec.environment(),
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LAMBDA_TASK_ROOT: spec.bundleFolder,
    _HANDLER: spec.handler,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_ACCESS_KEY_ID: accessKeyIdOf(spec.name),
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL_RDS_DATA: awsEndpoint,
    AWS_ENDPOINT_URL_KMS: awsEndpoint,
    AWS_ENDPOINT_URL_SNS: awsEndpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: awsEndpoint,
    AWS_ENDPOINT_URL_SSM: awsEndpoint,
  };
}
