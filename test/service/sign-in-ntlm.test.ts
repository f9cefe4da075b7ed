import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { defaultModes } from '../../local/exchange/modes.ts';
import type { Json } from '../../local/template/json.ts';
import { at, codeOf, type Notification, useWorld } from '../support/world.ts';

const world = useWorld();

beforeEach(() => void Object.assign(world().world.exchange.modes, defaultModes()));
afterEach(() => world().world.faults.clear());

const subjectOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'alert', 'body');

function ntlm(mailbox: { email: string; password: string }, password = mailbox.password): Json {
  const username = mailbox.email.split('@')[0] ?? '';
  return { type: 'ntlm', username, password, domain: 'EXAMPLE' };
}

/** A mailbox whose owner is known as EXAMPLE\name. */
function windowsMailbox() {
  const { newMailbox, world: running } = world();
  const mailbox = newMailbox('windows');
  running.exchange.mailboxes.get(mailbox.email).username = mailbox.email.split('@')[0] ?? '';
  return mailbox;
}

describe('NTLM', () => {
  test('registers, subscribes and reads mail where nothing else is offered', async () => {
    const { registerPhone, deliverMail, waitForNotifications, callsDuring, world: running } = world();
    running.exchange.modes.offers = ['NTLM', 'Negotiate'];
    const mailbox = windowsMailbox();
    const { phone, answer } = await registerPhone({ auth: ntlm(mailbox) }, mailbox);
    expect(answer.status).toBe(201);
    const calls = await callsDuring(() => deliverMail(phone.email, { subject: 'Three messages' }));
    const asked = calls.filter(({ service }) => service === 'ews').map(({ action }) => action);
    expect(asked).toEqual(['negotiate', 'GetItem']);
    expect(subjectOf((await waitForNotifications(phone, 1))[0])).toBe('Three messages');
  });

  test('gives nobody what another user of the same function instance reads, though IIS ties users to connections', async () => {
    const { registerPhone, waitForNotifications, world: running } = world();
    Object.assign(running.exchange.modes, { offers: ['NTLM'], wrongOwner: { kind: 'reused-connection' } });
    const phones = [];
    for (const mailbox of [windowsMailbox(), windowsMailbox(), windowsMailbox()])
      phones.push((await registerPhone({ auth: ntlm(mailbox) }, mailbox)).phone);
    for (const round of [1, 2])
      for (const { email } of phones)
        running.exchange.mailboxes.deliver(email, { subject: `${round} for ${email}` });
    for (const phone of phones) {
      const pushes = await waitForNotifications(phone, 2);
      const shown = pushes.map(subjectOf).toSorted();
      expect(shown).toEqual([`1 for ${phone.email}`, `2 for ${phone.email}`]);
    }
  });

  test.each([
    ['EXAMPLE\\müller', 'müller', ''],
    ['straße', 'straße', 'EXAMPLE'],
    ['юзер', 'юзер', 'EXAMPLE'],
  ])('registers and announces mail for %s, whose name is outside ASCII', async (username, name, domain) => {
    const { registerPhone, deliverMail, waitForNotifications, world: running, newMailbox } = world();
    running.exchange.modes.offers = ['NTLM'];
    const mailbox = newMailbox('windows');
    running.exchange.mailboxes.get(mailbox.email).username = name;
    const auth: Json = { type: 'ntlm', username, password: mailbox.password, domain };
    const { phone, answer } = await registerPhone({ auth }, mailbox);
    expect(answer.status).toBe(201);
    await deliverMail(phone.email, { subject: 'Outside ASCII' });
    expect(subjectOf((await waitForNotifications(phone, 1))[0])).toBe('Outside ASCII');
  });

  test('registers and announces mail where only Negotiate is offered, as IIS allows it', async () => {
    const { registerPhone, deliverMail, waitForNotifications, world: running } = world();
    running.exchange.modes.offers = ['Negotiate'];
    const mailbox = windowsMailbox();
    const { phone, answer } = await registerPhone({ auth: ntlm(mailbox) }, mailbox);
    expect(answer.status).toBe(201);
    await deliverMail(phone.email, { subject: 'Negotiated' });
    expect(subjectOf((await waitForNotifications(phone, 1))[0])).toBe('Negotiated');
    expect(running.exchange.failedLogons(mailbox.email)).toBe(0);
  });

  test('spends one failed sign-in on a wrong password', async () => {
    const { client, world: running } = world();
    const mailbox = windowsMailbox();
    const answer = await client.register({ ...newPhone(mailbox), auth: ntlm(mailbox, 'wrong') });
    expect(codeOf(answer)).toBe('EWS_UNAUTHORIZED');
    expect(running.exchange.failedLogons(mailbox.email)).toBe(1);
  });
});

describe('NTLM where Extended Protection is required', () => {
  test('is refused, saying what to change, and costs one failed sign-in', async () => {
    const { client, world: running } = world();
    Object.assign(running.exchange.modes, { offers: ['NTLM', 'Negotiate'], extendedProtection: true });
    const mailbox = windowsMailbox();
    const answer = await client.register({ ...newPhone(mailbox), auth: ntlm(mailbox) });
    expect([answer.status, codeOf(answer), at(answer.body, 'sent')]).toEqual([
      422,
      'EWS_UNAUTHORIZED',
      'ntlm',
    ]);
    expect(at(answer.body, 'offered')).toEqual(['ntlm', 'negotiate']);
    expect(at(answer.body, 'detail')).toMatch(/Extended Protection.*Basic/);
    expect(running.exchange.failedLogons(mailbox.email)).toBe(1);
    expect(running.exchange.subscriptions(mailbox.email)).toEqual([]);
  });

  test.each([
    ['it is set to Allow', { offers: ['NTLM', 'Negotiate'], extendedProtection: false }, 'ntlm'],
    ['Basic is used instead', { offers: ['NTLM', 'Basic'], extendedProtection: true }, 'basic'],
  ] as const)('the same user registers and reads mail where %s', async (_how, modes, scheme) => {
    const { registerPhone, deliverMail, waitForNotifications, world: running } = world();
    Object.assign(running.exchange.modes, modes);
    const mailbox = windowsMailbox();
    const auth = scheme === 'ntlm' ? ntlm(mailbox) : newPhone(mailbox).auth;
    const { phone } = await registerPhone({ auth }, mailbox);
    await deliverMail(phone.email, { subject: scheme });
    expect((await waitForNotifications(phone, 1)).map(subjectOf)).toEqual([scheme]);
  });
});
