import { afterEach, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { defaultModes } from '../../local/exchange/modes.ts';
import { at, type Notification, useWorld } from '../support/world.ts';

/** What a phone is told where the server answers, but not as the mailbox: through the whole service. */
const world = useWorld();

afterEach(() => void Object.assign(world().world.exchange.modes, defaultModes()));

const textOf = (push: Notification | undefined) => String(at(push?.payload, 'aps', 'alert', 'body'));

test('an account without a mailbox is refused with what to do, and nothing is stored', async () => {
  const the = world();
  const { email, password } = the.newMailbox('account');
  the.world.exchange.mailboxes.remove(email);
  the.world.exchange.mailboxes.create({ email, password, hasMailbox: false });
  const { status, body } = await the.client.register(newPhone({ email, password }));
  expect([status, at(body, 'code')]).toEqual([422, 'EWS_NOT_FOUND']);
  expect(at(body, 'detail')).toMatch(/no mailbox on that server.*ErrorMissingEmailAddress/);
  expect(await the.rows('devices')).toEqual([]);
});

test('a sign-in page in front of Exchange is refused with both hosts, and not with the user', async () => {
  const the = world();
  the.world.exchange.modes.probeFault = '302:https://adfs.example.com/adfs/ls/?login_hint=marked';
  const phone = newPhone(the.newMailbox('redirected'));
  const { status, body } = await the.client.register(phone);
  expect([status, at(body, 'code')]).toEqual([422, 'EWS_NOT_FOUND']);
  expect(at(body, 'detail')).toMatch(/127\.0\.0\.1:\d+ answered 302 and names the host adfs\.example\.com/);
  expect(JSON.stringify(body)).not.toContain('marked');
});

test.each(['301', '302', '307', '308'])(
  'a mailbox behind a %s is found again by autodiscover',
  async (status) => {
    const the = world();
    const { phone } = await the.registerPhone();
    const redirect = `${status}:https://new.example.com/EWS/Exchange.asmx`;
    the.world.faults.add({ service: 'ews', action: 'GetItem', error: redirect, times: 1 });
    await the.deliverMail(phone.email, { subject: 'behind a redirect' });
    expect((await the.waitForNotifications(phone, 1)).map(textOf)).toEqual(['behind a redirect']);
    expect(
      the.world.exchange.subscriptions(phone.email).filter(({ state }) => state === 'active'),
    ).toHaveLength(2);
  },
);
