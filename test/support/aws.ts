import { type AwsWorld, startAws } from '../../local/aws/emulators.ts';
import type { PolicyStatement } from '../../local/aws/iam.ts';
import { OID } from '../../local/aws/rds-data/parameters.ts';
import { type CallLog, createCallLog } from '../../local/world/calls.ts';
import { createClock, type WorldClock } from '../../local/world/clock.ts';
import { createFaultBoard, type FaultBoard } from '../../local/world/faults.ts';
import { startPostgresEngine } from './postgres/engine.ts';
import { postgresIsInstalled } from './postgres/server.ts';

export const REGION = 'eu-central-1';
export const ACCOUNT = '123456789012';
export const CLUSTER_ARN = `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:ens`;
export const OWNER_SECRET_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:ens-owner-aBcDeF`;
export const LAMBDA_SECRET_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:ens-lambda-aBcDeF`;
export const PEPPER_SECRET_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:ens-pepper-aBcDeF`;
export const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-2222-4333-8444-555555555555`;
export const SIGNING_KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/22222222-3333-4444-8555-666666666666`;
export const OTHER_KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/66666666-7777-4888-8999-000000000000`;
export const DATABASE = 'ens';
/** What the Data API calls have in common: as the owner, or as the Lambdas' own user `ens_lambda`. */
export const AS_OWNER = { resourceArn: CLUSTER_ARN, secretArn: OWNER_SECRET_ARN, database: DATABASE };
export const AS_LAMBDA = { resourceArn: CLUSTER_ARN, secretArn: LAMBDA_SECRET_ARN, database: DATABASE };

export interface TestAws {
  readonly aws: AwsWorld;
  readonly clock: WorldClock;
  readonly calls: CallLog;
  readonly faults: FaultBoard;
  /** What SNS sent to the EventDeliveryFailure topics. */
  readonly deliveryFailures: readonly { readonly topicArn: string; readonly message: string }[];
  /** Configuration for a real SDK client that may do everything, or only what `statements` allow. */
  client(statements?: readonly PolicyStatement[]): ClientConfig;
  close(): Promise<void>;
}

interface ClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

/** NULLs as `text` and, where one is installed, a PostgreSQL server: a project of jest.config.ts asks for it. */
function otherDatabase() {
  if (Reflect.get(globalThis, 'otherDatabase') !== true) return {};
  return { nullOid: OID.text, ...(postgresIsInstalled() ? { startEngine: startPostgresEngine } : {}) };
}

/**
 * The AWS emulators with one cluster, one wrapping key, and the secrets named above. Starting costs up to two
 * seconds (PostgreSQL): once per test file, in beforeAll. `database: false` leaves PostgreSQL out, `'empty'` the
 * database `ens` in it.
 */
export async function startTestAws(options: { readonly database?: false | 'empty' } = {}): Promise<TestAws> {
  const clock = createClock();
  const calls = createCallLog();
  const faults = createFaultBoard();
  const deliveryFailures: { topicArn: string; message: string }[] = [];
  const roles: (readonly PolicyStatement[])[] = [];
  const aws = await startAws({
    clock,
    calls,
    faults,
    region: REGION,
    accountId: ACCOUNT,
    principal(accessKeyId) {
      const roleArn = `arn:aws:iam::${ACCOUNT}:role/${accessKeyId}`;
      if (accessKeyId === 'OPERATOR') return { functionId: 'operator', roleArn, statements: 'operator' };
      const statements = roles[Number(/^ROLE(\d+)$/.exec(accessKeyId)?.[1] ?? -1)];
      return statements === undefined ? undefined : { functionId: 'tested', roleArn, statements };
    },
    clusters:
      options.database === false
        ? []
        : [
            {
              arn: CLUSTER_ARN,
              ownerSecretArn: OWNER_SECRET_ARN,
              ...(options.database === 'empty' ? {} : { databaseName: DATABASE }),
            },
          ],
    secrets: [
      { arn: OWNER_SECRET_ARN, name: 'ens-owner', value: login('ens_owner', 'owner-password') },
      { arn: LAMBDA_SECRET_ARN, name: 'ens-lambda', value: login('ens_lambda', 'lambda-password') },
      {
        arn: PEPPER_SECRET_ARN,
        name: 'ens-pepper',
        generate: { PasswordLength: 43, ExcludePunctuation: true },
      },
    ],
    keys: [{ arn: KEY_ARN }, { arn: OTHER_KEY_ARN }, { arn: SIGNING_KEY_ARN, spec: 'ECC_NIST_P256' }],
    keyPairsAhead: false,
    ...otherDatabase(),
    onDeliveryFailure: (topicArn, message) => void deliveryFailures.push({ topicArn, message }),
  });
  return {
    aws,
    deliveryFailures,
    clock,
    calls,
    faults,
    client(statements) {
      const accessKeyId = statements === undefined ? 'OPERATOR' : `ROLE${roles.push(statements) - 1}`;
      return {
        region: REGION,
        endpoint: aws.origin,
        credentials: { accessKeyId, secretAccessKey: 'not-checked' },
        maxAttempts: 1,
      };
    },
    async close() {
      await aws.close();
      clock.close();
    },
  };
}

function login(username: string, password: string): string {
  return JSON.stringify({ username, password });
}
