import { expect, test } from '@jest/globals';
import { device } from '../../support/callback-world.ts';
import { upkeepWorld } from '../../support/upkeep-world.ts';

test('a phone that went for a 21st is told visibly, once', async () => {
  const { run, state, push } = upkeepWorld();
  state.departed = [device(1)];
  await run();
  await run();
  expect(push.pushes()).toEqual([{ type: 'open-app' }]);
});

test('a phone that could not be told is told by the next run', async () => {
  const { run, state, push } = upkeepWorld();
  state.departed = [device(1), device(2)];
  push.outcomes.set(device(1).endpointArn, [{ kind: 'later', code: 'Throttled' }]);
  await run();
  expect(state.departed.map(({ registrationId }) => registrationId)).toEqual([device(1).registrationId]);
  await run();
  expect([push.pushes().length, state.departed]).toEqual([2, []]);
});

test('the endpoint of a phone is forgotten only after the phone was told', async () => {
  const { run, state } = upkeepWorld();
  state.departed = [device(1)];
  await run();
  expect(state.called.indexOf('departuresTold')).toBeLessThan(
    state.called.indexOf('endpointsDisabledBefore'),
  );
  expect(state.called).toContain('departuresTold');
});
