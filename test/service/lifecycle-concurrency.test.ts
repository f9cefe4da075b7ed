import { afterEach, expect, test } from '@jest/globals';
import {
  endEverything,
  inExchange,
  later,
  MINUTE_MS,
  subscriptionRows,
  texts,
} from '../support/lifecycle.ts';
import { type TestWorld, useWorld } from '../support/world.ts';

const world = useWorld({ withoutSchedules: true });
afterEach(() => endEverything(world()));

const states = async (the: TestWorld, registrationId: string) =>
  (await subscriptionRows(the, registrationId)).map(({ state }) => state).toSorted();

test('phones that register for one mailbox at the same moment end with one subscription that counts', async () => {
  const the = world();
  const mailbox = the.newMailbox();
  const phones = await Promise.all(Array.from({ length: 6 }, () => the.registerPhone({}, mailbox)));
  const [first] = phones;
  expect((await states(the, first?.registrationId ?? '')).filter((state) => state !== 'superseded')).toEqual([
    'active',
  ]);
  await the.deliverMail(mailbox.email);
  await the.deliverMail(mailbox.email, { subject: 'once each' });
  expect(inExchange(the, mailbox.email).filter((state) => state !== 'unsubscribed')).toEqual(['active']);
  for (const phone of phones)
    expect(texts(the, phone).filter((text) => text === 'once each')).toHaveLength(1);
});

/** Kills the register function when it has made its n-th call of this request; resolves with the answer's status. */
async function killedAfter(the: TestWorld, nth: number, work: () => Promise<{ readonly status: number }>) {
  let calls = 0;
  const stop = the.world.events.on((event) => {
    if (event.kind !== 'call' || event.function !== 'register') return;
    calls += 1;
    if (calls === nth) the.world.functions.kill('register');
  });
  const answer = await work();
  stop();
  return { status: answer.status, calls };
}

test('a function killed after any of its calls leaves one subscription that counts, once the phone asked again', async () => {
  const the = world();
  const mailbox = the.newMailbox();
  const first = await the.registerPhone({}, mailbox);
  const second = await the.registerPhone({}, mailbox);
  let survived = 0;
  for (let nth = 2; survived === 0 && nth < 40; nth += 1) {
    const killed = await killedAfter(the, nth, () => the.client.register(first.phone));
    if (killed.calls < nth) survived = nth;
    // A killed function gives back none of the sign-ins that it reserved: they are free again after 15 minutes.
    await later(the, 16 * MINUTE_MS);
    if (killed.status >= 500) expect((await the.client.register(first.phone)).status).toBe(200);
    const current = (await subscriptionRows(the, first.registrationId)).filter(
      ({ state }) => state !== 'superseded' && state !== 'pending',
    );
    expect(current).toMatchObject([{ state: 'active' }]);
  }
  expect(survived).toBeGreaterThan(6);
  await later(the, 11 * MINUTE_MS);
  await the.world.upkeep();
  await the.deliverMail(mailbox.email);
  await the.deliverMail(mailbox.email, { subject: 'once each' });
  expect(inExchange(the, mailbox.email).filter((state) => state !== 'unsubscribed')).toEqual(['active']);
  for (const phone of [first, second])
    expect(texts(the, phone).filter((text) => text === 'once each')).toHaveLength(1);
  const left = await states(the, first.registrationId);
  expect(left.filter((state) => state === 'active' || state === 'pending')).toEqual(['active']);
}, 240_000);

test('unregistering the last device makes what Exchange carries worthless at once', async () => {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  await the.client.call('DELETE', `/register/${registrationId}`);
  for (const table of ['devices', 'mailboxes', 'subscriptions']) expect(await the.rows(table)).toEqual([]);
  const calls = await the.callsDuring(() => the.deliverMail(phone.email));
  expect(calls.map(({ service }) => service)).toEqual(['rds-data']);
  expect(inExchange(the, phone.email)).toEqual(['unsubscribed']);
  await the.world.upkeep();
  expect(await the.rows('endpoints')).toEqual([]);
});
