import { beforeEach, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { at, useWorld } from '../support/world.ts';

/** Finding the server (DESIGN section 3) through the whole service, in a world with names of its own. */
const world = useWorld();

beforeEach(() => {
  world().world.exchange.modes.externalUrl = 'name';
});

/** A mailbox of a mail domain of its own, and a phone that knows nothing but its address and password. */
function newcomer(domain: string, name = 'ann') {
  const mailbox = { email: `${name}@${domain}.example.com`, password: 'correct horse' };
  world().world.exchange.mailboxes.create(mailbox);
  return newPhone(mailbox);
}

test('a phone that brings its address alone is told the EWS URL, and its mail is announced', async () => {
  const { client, deliverMail, waitForNotifications } = world();
  const phone = newcomer('plain');
  const answer = await client.register(phone);
  expect([answer.status, at(answer.body, 'ewsUrl')]).toEqual([
    201,
    'https://mail.plain.example.com/EWS/Exchange.asmx',
  ]);
  await deliverMail(phone.email, { subject: 'Found you' });
  const [push] = await waitForNotifications(phone, 1);
  expect(at(push?.payload, 'aps', 'alert', 'body')).toBe('Found you');
});
