import { expect, test } from '@jest/globals';
import { DependencyUnavailable } from '#domain/errors.ts';
import type { Revocation } from '#domain/ports/revocations.ts';
import { testUuid } from '../../support/memory/clock.ts';
import { upkeepWorld } from '../../support/upkeep-world.ts';

const token: Revocation = { kind: 'token', id: testUuid(1) };
const device: Revocation = { kind: 'device', id: testUuid(2) };

test('what was revoked is noted outside the database, and both remember the same marker', async () => {
  const { run, state } = upkeepWorld();
  state.revocations.push(token, device);
  await expect(run()).resolves.toEqual([]);
  expect(state.list.entries).toEqual([token, device]);
  expect(state.marker).toBe(state.list.marker);
  expect(state.revocations).toEqual([]);
});

test('a run without anything new writes nothing', async () => {
  const { run, state } = upkeepWorld();
  await run();
  expect(state.list.marker).toBeUndefined();
  expect(state.called).not.toContain('listed');
});

test('a database with an older marker has everything on the list revoked in it again, once', async () => {
  const { run, state, recorded } = upkeepWorld();
  state.revocations.push(token, device);
  await run();
  state.marker = undefined;
  await run();
  await run();
  expect(state.revokedAgain).toEqual([token, device]);
  expect(state.marker).toBe(state.list.marker);
  expect(recorded.lines.filter((line) => line.includes('revoked-again'))).toHaveLength(1);
});

test('a restored database that cannot be brought up to date is tried again by the next run', async () => {
  const { run, state } = upkeepWorld();
  state.revocations.push(token);
  await run();
  state.marker = 'of the backup';
  state.failing = { method: 'revokeAgain', error: new DependencyUnavailable('database', 'Down') };
  await expect(run()).resolves.toEqual(['revoked']);
  expect(state.marker).toBe('of the backup');
  state.failing = undefined;
  await run();
  expect(state.revokedAgain).toEqual([token]);
});
