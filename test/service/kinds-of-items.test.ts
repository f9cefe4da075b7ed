import { describe, expect, test } from '@jest/globals';
import type { ItemKind } from '../../local/exchange/mailbox/types.ts';
import { at, type Notification, useWorld } from '../support/world.ts';

/** What arrives in an Inbox beside plain mail, through the whole service: which of it rings, and with what. */
const world = useWorld();

const textOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'alert', 'body');
const badgeOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'badge');

async function registered() {
  const the = world();
  const { phone } = await the.registerPhone();
  return { ...the, phone, exchange: the.world.exchange };
}

describe('items', () => {
  test.each([
    ['a meeting', 'meeting', 'Invitation'],
    ['an appointment', 'appointment', 'In the calendar'],
    ['a post', 'post', 'On the board'],
    ['a task', 'task', 'To be done'],
  ] as const)('%s without sender is announced by its subject', async (_name, kind: ItemKind, subject) => {
    const { phone, exchange, waitForNotifications } = await registered();
    exchange.mailboxes.deliver(phone.email, { kind, subject });
    const [push] = await waitForNotifications(phone, 1);
    expect(textOf(push)).toBe(subject);
    expect(exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
  });

  test.each(['report', 'report-item', 'delayed'] as const)(
    'a mail that did not arrive is announced by the report of it, as %s',
    async (kind) => {
      const { phone, exchange, waitForNotifications } = await registered();
      const from = { name: 'Microsoft Outlook', address: 'MicrosoftExchange329e@example.com' };
      exchange.mailboxes.deliver(phone.email, { kind, from, subject: 'Undeliverable: Offer' });
      const [push] = await waitForNotifications(phone, 1);
      expect([at(push?.payload, 'aps', 'alert', 'title'), textOf(push)]).toEqual([
        'Microsoft Outlook',
        'Undeliverable: Offer',
      ]);
    },
  );

  test('a receipt, a delivery report and a draft change the badge and are announced by nothing else', async () => {
    const { phone, exchange, deliverMail, waitForNotifications } = await registered();
    for (const mail of [{ kind: 'read-receipt' }, { kind: 'delivered' }, { isDraft: true }] as const) {
      exchange.mailboxes.deliver(phone.email, { ...mail, subject: 'no news' });
      await exchange.idle();
    }
    await deliverMail(phone.email, { subject: 'a true mail' });
    const pushes = await waitForNotifications(phone, 4);
    expect(pushes.map(textOf)).toEqual([undefined, undefined, undefined, 'a true mail']);
    expect(pushes.map(badgeOf)).toEqual([1, 2, 3, 4]);
  });

  test.each(['Private', 'Confidential', 'Personal'] as const)(
    'a mail marked %s shows its sender and no subject',
    async (sensitivity) => {
      const { phone, exchange, waitForNotifications } = await registered();
      exchange.mailboxes.deliver(phone.email, { subject: 'Hush', from: { name: 'Bob' }, sensitivity });
      const [push] = await waitForNotifications(phone, 1);
      expect(at(push?.payload, 'aps', 'alert', 'title')).toBe('Bob');
      expect(JSON.stringify(push)).not.toContain('Hush');
    },
  );

  test('a mail that was read before Exchange could report it changes the badge and rings nowhere', async () => {
    const { phone, exchange, deliverMail, waitForNotifications } = await registered();
    await deliverMail(phone.email, { subject: 'unread' });
    exchange.mailboxes.deliver(phone.email, { subject: 'read on the desktop', isRead: true });
    await exchange.idle();
    await deliverMail(phone.email, { subject: 'unread too' });
    const pushes = await waitForNotifications(phone, 2);
    expect(pushes.map(textOf)).toEqual(['unread', 'unread too']);
    expect(pushes.map(badgeOf)).toEqual([1, 2]);
  });
});
