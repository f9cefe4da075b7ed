import { type AwsFaultService, errorNames } from '../aws/error-names.ts';
import { errorsOf } from '../aws/fault-texts.ts';
import { EXCHANGE_FAULTS, readMisbehaviour } from '../exchange/faults/vocabulary.ts';
import { OPERATIONS } from '../exchange/operations/operations.ts';
import type { Fault } from '../world/faults.ts';
import { ControlError } from './http.ts';

/** Operations that a fault may be limited to, by service. */
export const FAULT_ACTIONS = {
  ews: [...OPERATIONS.keys()],
  sns: [
    'Publish',
    'CreatePlatformEndpoint',
    'GetEndpointAttributes',
    'SetEndpointAttributes',
    'DeleteEndpoint',
    'CreatePlatformApplication',
    'GetPlatformApplicationAttributes',
    'SetPlatformApplicationAttributes',
    'DeletePlatformApplication',
    'ListPlatformApplications',
    'ListEndpointsByPlatformApplication',
  ],
  kms: [
    'Decrypt',
    'Encrypt',
    'Sign',
    'GetPublicKey',
    'DescribeKey',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'GenerateDataKeyPair',
    'GenerateDataKeyPairWithoutPlaintext',
  ],
  'rds-data': [
    'ExecuteStatement',
    'BatchExecuteStatement',
    'BeginTransaction',
    'CommitTransaction',
    'RollbackTransaction',
  ],
  secretsmanager: [
    'GetSecretValue',
    'PutSecretValue',
    'UpdateSecretVersionStage',
    'DescribeSecret',
    'CreateSecret',
  ],
  ssm: ['GetParameter', 'GetParametersByPath', 'PutParameter', 'DeleteParameters'],
  webpush: ['Push'],
  iam: ['SimulatePrincipalPolicy'],
  cloudwatch: ['DescribeAlarms', 'GetMetricData', 'GetDashboard'],
} as const satisfies Readonly<Record<Fault['service'], readonly string[]>>;

export const FAULT_SERVICES = [
  'ews',
  'sns',
  'kms',
  'rds-data',
  'secretsmanager',
  'ssm',
  'webpush',
  'iam',
  'cloudwatch',
] as const satisfies readonly Fault['service'][];

/** Statuses of push services: RFC 8030 section 7, and what theirs are known to answer. */
const WEB_PUSH_STATUSES = ['400', '401', '403', '404', '410', '413', '429', '500', '502', '503'];

/** A word and what it does; without the latter it is an error of the service's API by that name. */
export type FaultWord = readonly [word: string, meaning?: string];

export function faultWords(service: Fault['service']): readonly FaultWord[] {
  if (service === 'ews') return EXCHANGE_FAULTS;
  if (service === 'webpush') return WEB_PUSH_STATUSES.map((status) => [status]);
  return awsWords(service).map((word) => [word]);
}

function awsWords(service: AwsFaultService): readonly string[] {
  const own = service === 'iam' || service === 'cloudwatch' ? [] : errorsOf(service);
  return [...new Set([...own, ...errorNames(service)])];
}

/** Throws ControlError 400 with the vocabulary where a fault would never come about as it was meant. */
export function checkFault({ service, action, error }: Fault): void {
  const actions: readonly string[] = FAULT_ACTIONS[service];
  if (action !== undefined && !actions.includes(action)) {
    throw new ControlError(400, `${action} is no action of ${service}. Use one of: ${actions.join(', ')}.`);
  }
  if (error !== undefined && error !== '' && !isWord(service, error)) {
    const words = faultWords(service).map(([word]) => word);
    throw new ControlError(400, `${error} is no error of ${service}. Use one of: ${words.join(', ')}.`);
  }
}

function isWord(service: Fault['service'], error: string): boolean {
  if (service === 'ews') return isExchangeWord(error);
  if (service === 'webpush') return /^[45]\d\d$/.test(error);
  // SNS sends its errors without the suffix that the SDK gives them.
  const bare = (name: string): string => name.replace(/(?<=.)Exception$/, '');
  return awsWords(service).some((word) => bare(word) === bare(error));
}

function isExchangeWord(word: string): boolean {
  try {
    readMisbehaviour(word);
    return true;
  } catch {
    return false;
  }
}
