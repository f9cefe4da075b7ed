/** SNS with one platform application per platform, for tests of the adapters with the real client. */
import { generateKeyPairSync } from 'node:crypto';
import {
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  SetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { SNS_PLATFORMS, type SnsPlatform } from '#domain/model/preferences.ts';
import type { PolicyStatement } from '../../local/aws/iam.ts';
import { ACCOUNT, REGION, startTestAws, type TestAws } from './aws.ts';

const KEYS = { apns: 'APNS', 'apns-sandbox': 'APNS_SANDBOX', fcm: 'GCM' } as const;
let tokens = 0;

export interface TestSns {
  readonly world: TestAws;
  /** A client that may do everything. */
  readonly operator: SNSClient;
  /** A client that may do `actions` on `resources` and nothing else. */
  restricted(actions: readonly string[], resources: readonly string[]): SNSClient;
  newEndpoint(platform: SnsPlatform, token?: string): Promise<string>;
  setEnabled(endpointArn: string, enabled: boolean): Promise<void>;
  /** SNS calls that `work` makes, in order. */
  callsOf(work: () => Promise<unknown>): Promise<string[]>;
}

export function applicationArn(platform: SnsPlatform): string {
  return `arn:aws:sns:${REGION}:${ACCOUNT}:app/${KEYS[platform]}/ens`;
}

/** A token that no other test uses, of a form that every platform accepts. */
export function freshToken(): string {
  tokens += 1;
  return tokens.toString(16).padStart(64, '0');
}

export async function startTestSns(): Promise<TestSns> {
  const world = await startTestAws({ database: false });
  const operator = new SNSClient(world.client());
  for (const platform of SNS_PLATFORMS) {
    const Attributes = platform === 'fcm' ? google() : apple();
    await operator.send(
      new CreatePlatformApplicationCommand({ Name: 'ens', Platform: KEYS[platform], Attributes }),
    );
  }
  return {
    world,
    operator,
    restricted(actions, resources) {
      const statement: PolicyStatement = { Effect: 'Allow', Action: actions, Resource: resources };
      return new SNSClient(world.client([statement]));
    },
    async newEndpoint(platform, token = freshToken()) {
      const made = await operator.send(
        new CreatePlatformEndpointCommand({ PlatformApplicationArn: applicationArn(platform), Token: token }),
      );
      return made.EndpointArn ?? '';
    },
    async setEnabled(EndpointArn, enabled) {
      const Attributes = { Enabled: String(enabled) };
      await operator.send(new SetEndpointAttributesCommand({ EndpointArn, Attributes }));
    },
    async callsOf(work) {
      const before = world.calls.all().length;
      await work();
      return world.calls
        .all()
        .slice(before)
        .map(({ action }) => action);
    },
  };
}

function apple(): Record<string, string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    PlatformPrincipal: 'ABCDE12345',
    PlatformCredential: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    ApplePlatformTeamID: 'TEAM123456',
    ApplePlatformBundleID: 'com.example.mail',
  };
}

function google(): Record<string, string> {
  const account = {
    type: 'service_account',
    project_id: 'p',
    private_key: 'k',
    client_email: 'e@example.com',
  };
  return { PlatformCredential: JSON.stringify(account) };
}
