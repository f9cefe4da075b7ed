import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeRequest } from '../../../local/aws/describe-request.ts';
import { FUNCTION_HEADER, REQUEST_HEADER } from '../../../local/world/calls.ts';
import { startTestAws, type TestAws } from '../../support/aws.ts';

let world: TestAws;

beforeAll(async () => {
  world = await startTestAws({ database: false });
});

afterAll(async () => {
  await world.close();
});

/** A DescribeSecret as an SDK would send it, without the SDK. */
function describeSecret(
  headers: Record<string, string> = {},
  body = '{"SecretId":"ens-owner"}',
): Promise<Response> {
  return fetch(world.aws.origin, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.DescribeSecret',
      authorization:
        'AWS4-HMAC-SHA256 Credential=OPERATOR/20260101/eu-central-1/secretsmanager/aws4_request, Signature=0',
      ...headers,
    },
  });
}

it('records every call under the function and the request that made it', async () => {
  await describeSecret({ [FUNCTION_HEADER]: 'callback', [REQUEST_HEADER]: 'r-1' });
  await describeSecret();
  expect(world.calls.all().slice(-2)).toEqual([
    expect.objectContaining({
      function: 'callback',
      requestId: 'r-1',
      service: 'secretsmanager',
      outcome: 'ok',
    }),
    expect.objectContaining({ function: 'operator', requestId: '', action: 'DescribeSecret', outcome: 'ok' }),
  ]);
});

it('tells the time of the world, by which an SDK corrects its clock', async () => {
  await world.clock.advance(86_400_000);
  const told = Date.parse((await describeSecret()).headers.get('date') ?? '');
  expect(Math.abs(told - world.clock.now())).toBeLessThan(5_000);
});

it('lags as ordered, without an error', async () => {
  world.faults.add({ service: 'secretsmanager', times: 1, delayMs: 60 });
  const answer = await describeSecret();
  expect(answer.status).toBe(200);
  expect(world.calls.all().at(-1)?.ms).toBeGreaterThanOrEqual(59);
});

it('refuses what is no JSON and what belongs to no service', async () => {
  const broken = await describeSecret({}, '{');
  expect([broken.status, broken.headers.get('x-amzn-errortype')]).toEqual([400, 'SerializationException']);
  expect((await fetch(world.aws.origin)).status).toBe(404);
});

it('shows SQL on the console without its line breaks and without the password of a role', () => {
  const sql = "ALTER ROLE x\n  WITH password 'it''s secret' LOGIN";
  expect(describeRequest({ service: 'rds-data', action: 'ExecuteStatement', input: () => ({ sql }) })).toBe(
    "ALTER ROLE x WITH PASSWORD '***' LOGIN",
  );
});
