import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRevocationList } from '#adapters/ssm/revocation-list.ts';
import { REVOCATION_KINDS, type Revocation } from '#domain/ports/revocations.ts';
import { startTestAws, type TestAws } from '../../support/aws.ts';
import { testUuid } from '../../support/memory/clock.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 28, 12);

let world: TestAws;
beforeAll(async () => {
  world = await startTestAws({ database: false });
});
afterAll(() => world.close());

/** A list of a stage of its own. */
function openList(stage: string) {
  const list = createRevocationList({ client: new SSMClient(world.client()), path: `/ens/${stage}/revoked` });
  const add = (revocations: readonly Revocation[], marker: string, now = NOW) =>
    list.add(revocations, marker, { now, before: now - 15 * DAY_MS });
  const names = () => Object.keys(world.aws.parameters()).filter((name) => name.startsWith(`/ens/${stage}/`));
  return { ...list, add, names };
}

const some = (count: number, from = 0): readonly Revocation[] =>
  Array.from({ length: count }, (_, n) => ({
    kind: REVOCATION_KINDS[n % 3] ?? 'device',
    id: testUuid(from + n),
  }));

test('a list that was never written has no marker and no entries', async () => {
  const list = openList('empty');
  expect([await list.marker(), await list.all()]).toEqual([undefined, []]);
});

test('entries of one day share parameters, which stay within the standard tier', async () => {
  const list = openList('filled');
  await list.add(some(100), 'first');
  await list.add(some(100, 100), 'second');
  await list.add(some(3_000, 200), 'third');
  expect(await list.marker()).toBe('third');
  const all = await list.all();
  expect(all).toHaveLength(3_200);
  expect(new Set(all.map(({ id }) => id)).size).toBe(3_200);
  expect(all.slice(0, 3)).toEqual(some(3));
  // 178 entries in a parameter, and the marker.
  expect(list.names()).toHaveLength(Math.ceil(3_200 / 178) + 1);
});

test('days beyond the last backup are dropped, and no other', async () => {
  const list = openList('aging');
  await list.add(some(1), 'old', NOW - 16 * DAY_MS);
  await list.add(some(1, 1), 'kept', NOW - 15 * DAY_MS);
  await list.add(some(1, 2), 'new');
  expect((await list.all()).map(({ id }) => id)).toEqual([testUuid(1), testUuid(2)]);
});

test('an outage of Parameter Store is told as such', async () => {
  world.faults.add({ service: 'ssm', error: 'InternalServerError', times: 1 });
  await expect(openList('away').marker()).rejects.toMatchObject({
    dependency: 'parameters',
    code: 'InternalServerError',
    transient: true,
  });
});
