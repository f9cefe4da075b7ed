import { SNSClient } from '@aws-sdk/client-sns';
import { expect, test } from '@jest/globals';
import { clientSettings, lean } from '#adapters/aws-clients.ts';

const client = () => new SNSClient({ ...clientSettings(1_000), region: 'eu-central-1' });

test('a lean client neither copies requests for a logger nor describes its runtime', () => {
  const steps = (each: SNSClient) =>
    each.middlewareStack.identify().filter((step) => /logger|getUserAgent/.test(step));
  expect(steps(client())).toHaveLength(2);
  expect(steps(lean(client()))).toEqual([]);
});
