import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, expect, test } from '@jest/globals';
import { accessKeyIdOf } from '../../local/functions/environment.ts';
import { LOCAL_REGION } from '../../local/template/physical.ts';
import { OPERATOR_ACCESS_KEY_ID } from '../../local/world/principals.ts';
import { useWorld } from '../support/world.ts';

const EXPLICIT =
  /is not authorized to perform: kms:Decrypt .* with an explicit deny in a resource-based policy$/;

/** The deployed policies, and a mistake: upkeep may decrypt with every key. */
const world = useWorld({
  adjustStatements: (functionId, statements) =>
    functionId === 'upkeep'
      ? [...statements, { Effect: 'Allow', Action: ['kms:*'], Resource: ['*'] }]
      : statements,
});
const clients: KMSClient[] = [];
afterAll(() => {
  for (const client of clients) client.destroy();
});

/** Opens the private key of the only pair, as this caller and under this context. */
async function open(accessKeyId: string, context: (keyPairId: string) => Record<string, string>) {
  const [pair] = await world().rows('key_pairs');
  const client = new KMSClient({
    region: LOCAL_REGION,
    endpoint: world().world.aws.origin,
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  clients.push(client);
  return await client.send(
    new DecryptCommand({
      CiphertextBlob: Buffer.from(String(pair?.wrapped_private_key), 'base64'),
      EncryptionContext: context(String(pair?.id)),
    }),
  );
}

const ours = (keyPairId: string) => ({ app: 'ens', keyPairId });

test.each([
  ['an administrator of the account', OPERATOR_ACCESS_KEY_ID],
  ['another function whose role allows it by mistake', accessKeyIdOf('ens-local-upkeep')],
])('the key policy keeps private keys closed for %s', async (_who, accessKeyId) => {
  await expect(open(accessKeyId, ours)).rejects.toThrow(EXPLICIT);
});

test.each([
  ['no context', () => ({})],
  ['the context of something else', () => ({ app: 'other', keyPairId: 'x' })],
  ['a context without a key pair', () => ({ app: 'ens' })],
])('the key policy refuses the callback function under %s', async (_what, context) => {
  await expect(open(accessKeyIdOf('ens-local-callback'), context)).rejects.toThrow(EXPLICIT);
});

test('the callback function opens a private key under its own context', async () => {
  const { Plaintext } = await open(accessKeyIdOf('ens-local-callback'), ours);
  expect(Plaintext?.byteLength).toBeGreaterThan(1_000);
});
