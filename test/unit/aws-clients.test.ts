import { SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from '@jest/globals';
import { clientSettings, withoutLogger } from '#adapters/aws-clients.ts';

const client = () => new SNSClient({ ...clientSettings(1_000), region: 'eu-central-1' });

test('a client without logger has no step left that copies requests for one', () => {
  const steps = (each: SNSClient) =>
    each.middlewareStack.identify().filter((step) => step.includes('logger'));
  expect(steps(client())).toHaveLength(1);
  expect(steps(withoutLogger(client()))).toEqual([]);
});
