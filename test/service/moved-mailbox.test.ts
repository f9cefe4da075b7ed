import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { HOUR_MS, kinds, later, MINUTE_MS, status, texts } from '../support/lifecycle.ts';
import { type RegisteredPhone, type TestWorld, useWorld } from '../support/world.ts';

/** A mailbox that moved to a server of another name, and phones that find it there by registering again. */
const world = useWorld({ withoutSchedules: true });

beforeEach(() => {
  world().world.exchange.modes.externalUrl = 'name';
});
afterEach(async () => {
  await world().world.aws.database.query('DELETE FROM devices');
});

/** Upkeep every hour for so long; it marks who fell silent, wakes them, and asks for the app after two hours. */
async function hours(the: TestWorld, count: number): Promise<void> {
  for (let hour = 0; hour < count; hour += 1) {
    await later(the, HOUR_MS);
    await the.world.upkeep();
    // Whoever was found silent is woken by the next run.
    await later(the, MINUTE_MS);
    await the.world.upkeep();
  }
}

/** Phones of one mailbox in a domain of its own, and one of a mailbox that stays where it is. */
async function registered(the: TestWorld, domain: string) {
  const people = ['ann', 'bob'].map((name) => ({ email: `${name}@${domain}`, password: 'correct horse' }));
  for (const person of people) the.world.exchange.mailboxes.create(person);
  const [ann, bob] = people;
  if (ann === undefined || bob === undefined) throw new Error('two people');
  const register = async (mailbox: typeof ann): Promise<RegisteredPhone> => {
    const phone = newPhone(mailbox);
    const answer = await the.client.register(phone);
    return { phone, answer, registrationId: answer.value?.registrationId ?? '' };
  };
  return { phone: await register(ann), tablet: await register(ann), other: await register(bob) };
}

/** The phone registers again, at the server that it is told now. */
async function registerThere(the: TestWorld, { phone }: RegisteredPhone): Promise<RegisteredPhone> {
  const answer = await the.client.register(phone);
  return { phone, answer, registrationId: answer.value?.registrationId ?? '' };
}

test('a phone that registers at the new server is in no mailbox of the old one: nothing wakes it or asks for its app', async () => {
  const the = world();
  const { phone, tablet, other } = await registered(the, 'one.example.com');
  await the.client.call('DELETE', `/register/${tablet.registrationId}`);
  the.world.exchange.moveMailbox(phone.phone.email, 'two');
  const moved = await registerThere(the, phone);
  expect([moved.answer.status, moved.registrationId === phone.registrationId]).toEqual([201, false]);
  expect([await status(the, phone.registrationId), await status(the, moved.registrationId)]).toEqual([
    'REGISTRATION_UNKNOWN',
    'active',
  ]);
  expect((await the.rows('mailboxes')).map(({ ews_host }) => ews_host).toSorted()).toEqual([
    'mail.one.example.com/ews/exchange.asmx',
    'two.one.example.com/ews/exchange.asmx',
  ]);
  expect(await the.rows('subscriptions')).toHaveLength(2);
  await hours(the, 4);
  expect(kinds(the, moved)).toEqual([]);
  expect(await status(the, other.registrationId)).toBe('active');
  await the.deliverMail(phone.phone.email, { subject: 'from the new server' });
  expect(texts(the, moved)).toEqual(['from the new server']);
});

test('another device of the mailbox stays until it is woken, registers as well, and takes the old one with it', async () => {
  const the = world();
  const { phone, tablet } = await registered(the, 'both.example.com');
  the.world.exchange.moveMailbox(phone.phone.email, 'two');
  const moved = await registerThere(the, phone);
  expect(await status(the, tablet.registrationId)).toBe('active');
  await hours(the, 2);
  expect([await status(the, tablet.registrationId), kinds(the, tablet), kinds(the, moved)]).toEqual([
    'lost',
    ['wake'],
    [],
  ]);
  const joined = await registerThere(the, tablet);
  expect(joined.answer.status).toBe(201);
  expect(await the.rows('devices')).toHaveLength(3);
  expect((await the.rows('mailboxes')).map(({ ews_host }) => ews_host).toSorted()).toEqual([
    'mail.both.example.com/ews/exchange.asmx',
    'two.both.example.com/ews/exchange.asmx',
  ]);
  // The subscription that the tablet's superseded reports it once more; one notification replaces the other.
  await the.deliverMail(phone.phone.email, { subject: 'for both' });
  for (const one of [moved, joined]) expect(new Set(texts(the, one))).toEqual(new Set(['for both']));
});

test('a phone that the new server refuses stays where it was, and hears of its mail from there', async () => {
  const the = world();
  const { phone, tablet } = await registered(the, 'full.example.com');
  const { email } = phone.phone;
  the.world.exchange.moveMailbox(email, 'two', { subscriptionsLiveOn: true });
  the.world.exchange.mailboxes.get(email).subscriptionLimit = 0;
  expect((await registerThere(the, phone)).answer.status).toBe(422);
  for (const one of [phone, tablet]) expect(await status(the, one.registrationId)).toBe('active');
  expect(await the.rows('mailboxes')).toHaveLength(2);
  await the.deliverMail(email, { subject: 'still heard' });
  for (const one of [phone, tablet]) expect(new Set(kinds(the, one))).toEqual(new Set(['new-mail']));
});

test('a registration costs as many statements where it leaves another server as where it leaves none', async () => {
  const the = world();
  const { phone, tablet } = await registered(the, 'cost.example.com');
  const statements = async (one: RegisteredPhone) =>
    (await the.callsDuring(() => registerThere(the, one))).filter(({ service }) => service === 'rds-data')
      .length;
  await registerThere(the, tablet);
  const staying = await statements(tablet);
  the.world.exchange.moveMailbox(phone.phone.email, 'two');
  // The first one is told the former URL, which is forgotten and found anew; from then on it is known.
  await registerThere(the, tablet);
  expect(await statements(phone)).toBe(staying);
});
