import { AwsError } from './wire.ts';

type Service = 'rds-data' | 'kms' | 'sns' | 'secretsmanager' | 'ssm';

const SIGNATURE_EXPIRED =
  'Signature expired: 20261128T043000Z is now earlier than 20261128T043500Z (20261128T044000Z - 5 min.)';

/** Status and text with which each service gives an error that has been ordered from the fault board. */
const TEXTS: Readonly<Record<Service, Readonly<Record<string, readonly [status: number, message: string]>>>> =
  {
    'rds-data': {
      DatabaseResumingException: [
        400,
        'The Aurora DB instance arn:aws:rds:local:db:writer is resuming after being auto-paused. Please wait a few seconds and try again.',
      ],
      DatabaseUnavailableException: [504, 'The writer instance in the DB cluster is not available.'],
      DatabaseNotFoundException: [404, 'Cannot find DBInstance in DBCluster'],
      InvalidResourceStateException: [400, 'DBCluster is not in the available state'],
      StatementTimeoutException: [400, 'Request timed out'],
      BadRequestException: [400, 'Communications link failure'],
      DatabaseErrorException: [
        400,
        'ERROR: could not serialize access due to concurrent update; SQLState: 40001',
      ],
      'DatabaseErrorException/25006': [
        400,
        'ERROR: cannot execute UPDATE in a read-only transaction; SQLState: 25006',
      ],
      InvalidSignatureException: [403, SIGNATURE_EXPIRED],
      HttpEndpointNotEnabledException: [400, 'HttpEndpoint is not enabled'],
      AccessDeniedException: [403, 'Access is denied'],
      InternalServerErrorException: [500, 'An internal error occurred.'],
      ServiceUnavailableError: [503, 'The service is not available.'],
    },
    kms: {
      InvalidSignatureException: [400, SIGNATURE_EXPIRED],
      InvalidCiphertextException: [400, ''],
      DisabledException: [400, 'The request was rejected because the specified KMS key is disabled.'],
      KeyUnavailableException: [500, 'The request was rejected because the KMS key was not available.'],
      KMSInternalException: [500, 'The request was rejected because an internal exception occurred.'],
      KMSInvalidStateException: [400, 'The KMS key is pending deletion.'],
      DependencyTimeoutException: [503, 'The system timed out while trying to fulfill the request.'],
      AccessDeniedException: [400, 'The ciphertext refers to a customer master key that does not exist.'],
      NotFoundException: [400, 'The KMS key does not exist.'],
    },
    sns: {
      SignatureDoesNotMatch: [403, SIGNATURE_EXPIRED],
      Throttled: [429, 'Rate exceeded'],
      Throttling: [400, 'Rate exceeded'],
      InternalError: [500, 'Internal error'],
      ServiceUnavailable: [503, 'Service is unavailable'],
      EndpointDisabled: [400, 'Endpoint is disabled'],
      PlatformApplicationDisabled: [400, 'Platform application is disabled'],
      NotFound: [404, 'Endpoint does not exist'],
      InvalidParameter: [
        400,
        'Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified',
      ],
      AuthorizationError: [403, 'User is not authorized to perform the action'],
    },
    ssm: {
      InternalServerError: [500, 'An error occurred on the server side.'],
      ThrottlingException: [400, 'Rate exceeded'],
    },
    secretsmanager: {
      InvalidSignatureException: [400, SIGNATURE_EXPIRED],
      InternalServiceError: [500, 'An error occurred on the server side.'],
      DecryptionFailure: [400, "Secrets Manager can't decrypt the protected secret text."],
      ResourceNotFoundException: [400, "Secrets Manager can't find the specified secret."],
    },
  };

/** Errors of each service that have a text of their own here. */
export function errorsOf(service: Service): readonly string[] {
  return Object.keys(TEXTS[service]);
}

/**
 * The ordered error in the service's own words. For SNS, whose wire codes lack it, the SDK's suffix
 * "Exception" may be left on; what follows a slash tells errors of one code apart. An error unknown here is a
 * client error unless its name says otherwise.
 */
export function faultError(service: Service, name: string): AwsError {
  const code = service === 'sns' ? name.replace(/(?<!^)Exception$/, '') : name;
  const known = TEXTS[service][code];
  if (known !== undefined) return new AwsError(code.split('/')[0] ?? code, known[0], known[1]);
  if (/Throttl|TooManyRequests|LimitExceeded/.test(code)) return new AwsError(code, 400, 'Rate exceeded');
  return new AwsError(code, /Internal|Unavailable|Timeout/.test(code) ? 500 : 400, `${code} was ordered`);
}
