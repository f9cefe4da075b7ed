import { expect, test } from '@jest/globals';
import { createUpkeepStore } from '#adapters/data-api/upkeep.ts';
import { DAY, MINUTE, NOW } from '../../support/registration-requests.ts';
import { useStore } from '../../support/use-store.ts';

/** What naming a push token may do, and what happens to the phone that a 21st pushes out. */
const { store, registrations, register, see } = useStore();
const upkeep = createUpkeepStore(store.database);

const TOKEN = 'token of the phone';

async function disableEndpoint(token = TOKEN): Promise<void> {
  await upkeep.disableEndpoint(`arn:aws:sns:eu-central-1:123456789012:endpoint/APNS/ens/${token}`, NOW);
}

async function reachable(id: Parameters<typeof see>[0]): Promise<readonly boolean[]> {
  return ((await see(id))?.devices ?? []).map(({ endpointEnabled }) => endpointEnabled);
}

test('naming the token of somebody else takes no registration away, enabled or not', async () => {
  const ann = await register({ token: TOKEN });
  await register({ person: 'mallory', phone: 'other', token: TOKEN });
  expect(await reachable(ann.id)).toEqual([true]);
  await disableEndpoint();
  await register({ person: 'mallory', phone: 'third', token: TOKEN, now: NOW + MINUTE });
  expect(await registrations.checkIn(ann.registrationId)).toMatchObject({ subscriptionState: 'active' });
});

test('a phone that changed hands shows nothing of its former owner, who keeps the registration', async () => {
  const ann = await register({ token: TOKEN });
  await disableEndpoint();
  const bob = await register({ person: 'bob', phone: 'reset', token: TOKEN, now: NOW + MINUTE });
  expect([await reachable(ann.id), await reachable(bob.id)]).toEqual([[false], [true]]);
  expect(await registrations.checkIn(ann.registrationId)).toMatchObject({ endpointEnabled: false });
});

test('the former owner who still has the phone is reached again after registering', async () => {
  const ann = await register({ token: TOKEN });
  await disableEndpoint();
  await register({ person: 'bob', phone: 'reset', token: TOKEN, now: NOW + MINUTE });
  const again = await register({ token: TOKEN, now: NOW + 2 * MINUTE });
  expect(again.registrationId).toBe(ann.registrationId);
  expect(await reachable(again.id)).toEqual([true]);
});

test('the other mailboxes of the same installation are reached again with the first that registers', async () => {
  const work = await register({ token: TOKEN });
  const home = await register({ person: 'ann at home', token: TOKEN });
  await disableEndpoint();
  await register({ token: TOKEN, now: NOW + MINUTE });
  expect([await reachable(work.id), await reachable(home.id)]).toEqual([[true], [true]]);
});

test('unread mail of a device that gets nothing does not count on the badge of others', async () => {
  await register({ token: TOKEN, unread: 5 });
  await disableEndpoint();
  const bob = await register({ person: 'bob', phone: 'reset', token: TOKEN, now: NOW + MINUTE });
  expect((await see(bob.id))?.devices.map(({ unreadElsewhere }) => unreadElsewhere)).toEqual([0]);
});

test('the phone that goes as the 21st comes waits to be told, and its endpoint with it', async () => {
  const first = await register({ phone: 'phone 0' });
  for (let n = 1; n <= 20; n += 1) await register({ phone: `phone ${n}`, now: NOW + n });
  const departed = await upkeep.departures(10);
  expect(departed.map(({ registrationId }) => registrationId)).toEqual([first.registrationId]);
  expect(departed[0]).toMatchObject({ endpointEnabled: true, platform: 'apns' });
  const disabled = () =>
    upkeep.endpointsDisabledBefore({ before: NOW + DAY, platforms: ['apns'], limit: 10 });
  expect(await disabled()).toEqual([]);
  await upkeep.departuresTold([first.registrationId]);
  expect(await upkeep.departures(10)).toEqual([]);
  expect(await disabled()).toHaveLength(1);
});

test('an app that was installed anew on the same phone is no departure', async () => {
  await register({ phone: 'before', token: TOKEN });
  await register({ phone: 'after', token: TOKEN, now: NOW + MINUTE });
  expect(await upkeep.departures(10)).toEqual([]);
});
