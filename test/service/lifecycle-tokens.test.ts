import { createHash, randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createClient } from '../../local/client/client.ts';
import { later } from '../support/lifecycle.ts';
import { useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true });

async function store(token: string): Promise<string> {
  const id = randomUUID();
  const hash = createHash('sha256').update(token).digest('hex');
  await world().world.aws.database.query(
    `INSERT INTO api_tokens (id, label, token_sha256, created_at) VALUES ($1::uuid, 'test', decode($2::text, 'hex'), $3::bigint)`,
    [id, hash, String(world().world.clock.now())],
  );
  return id;
}

/** Answered by every instance: they remember tokens each for itself. */
async function answers(token: string): Promise<readonly number[]> {
  const client = createClient(world().world.origin, token);
  const all = await Promise.all(Array.from({ length: 8 }, () => client.call('POST', '/getpublickey', {})));
  return [...new Set(all.map(({ status }) => status))];
}

test('several API tokens are valid at a time, and a revoked one alone ends, within a minute', async () => {
  const the = world();
  const id = await store('second-token');
  await later(the, 6_000);
  expect(await answers('second-token')).toEqual([200]);
  await the.world.aws.database.query('UPDATE api_tokens SET revoked_at = $2::bigint WHERE id = $1::uuid', [
    id,
    String(the.world.clock.now()),
  ]);
  await later(the, 60_001);
  expect(await answers('second-token')).toEqual([401]);
  expect((await the.client.call('POST', '/getpublickey', {})).status).toBe(200);
});

test('a token is stored as its hash alone', async () => {
  await store('marked-token-of-this-test');
  await answers('marked-token-of-this-test');
  expect(await world().everythingWritten()).not.toContain('marked-token-of-this-test');
});

test('guessing reads the database once in five seconds at most', async () => {
  const the = world();
  await answers('warm');
  const calls = await the.callsDuring(async () => {
    for (let n = 0; n < 20; n += 1)
      await createClient(the.world.origin, `guess-${n}`).call('POST', '/getpublickey', {});
  });
  expect(calls.filter(({ service }) => service === 'rds-data').length).toBeLessThanOrEqual(4);
});
