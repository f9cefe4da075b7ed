import { expect, test } from '@jest/globals';
import { sendNotification } from '../support/send-notification.ts';
import { at, type Notification, useWorld } from '../support/world.ts';

/** What Exchange says of one item is about that item, through the whole service. */
const world = useWorld();

const textOf = (push: Notification | undefined) => String(at(push?.payload, 'aps', 'alert', 'body'));
const NEUTRAL = /new message/i;

/** A registered phone whose mails are reported by hand, so that one request holds several. */
async function reportedByHand() {
  const the = world();
  const { phone, registrationId } = await the.registerPhone();
  const { exchange } = the.world;
  const { mailboxes } = exchange;
  const folder = mailboxes.folder(mailboxes.get(phone.email), 'inbox').id;
  const [subscription] = exchange.subscriptions(phone.email);
  exchange.holdCallbacks(phone.email);
  return {
    ...the,
    phone,
    registrationId,
    deliver: (subject: string) => mailboxes.deliver(phone.email, { subject }).itemId,
    fail: (item: string, code: string) => mailboxes.failItem(phone.email, item, code),
    /** The calls to Exchange that follow, by name. */
    async report(...items: readonly string[]) {
      const events = items.map((item) => ({ type: 'NewMailEvent', item, folder }));
      const headers = { 'Content-Type': 'text/xml; charset=utf-8' };
      const body = sendNotification([{ events }]);
      const calls = await the.callsDuring(async () => {
        const answer = await fetch(subscription?.url ?? '', { method: 'POST', headers, body });
        expect(await answer.text()).toContain('>OK<');
      });
      return calls.filter(({ service }) => service === 'ews').map(({ action }) => action);
    },
  };
}

test.each([
  ['ErrorNonExistentMailbox', 2],
  ['ErrorAccountDisabled', 2],
  ['ErrorPasswordExpired', 2],
  ['ErrorAccessDenied', 2],
  ['ErrorConnectionFailedTransientError', 3],
])('two mails are named and the third is neutral where GetItem says %s of it', async (code, questions) => {
  const the = await reportedByHand();
  const [one, two, three] = [the.deliver('one'), the.deliver('two'), the.deliver('three')];
  the.fail(two, code);
  const asked = await the.report(one, two, three);
  expect(asked.filter((action) => action === 'GetItem')).toHaveLength(questions);
  const texts = (await the.waitForNotifications(the.phone, 3)).map(textOf);
  expect(texts.toSorted()).toEqual([expect.stringMatching(NEUTRAL), 'one', 'three']);
  const { body } = await the.client.call('GET', `/register/${the.registrationId}`);
  expect(at(body, 'status')).toBe('active');
});

test.each(['ErrorAccessDenied', 'ErrorNonExistentMailbox'])(
  'a mailbox is asked again at once after GetItem said %s of its only new mail',
  async (code) => {
    const the = await reportedByHand();
    const only = the.deliver('closed');
    the.fail(only, code);
    expect(await the.report(only)).toEqual(expect.arrayContaining(['GetItem', 'GetFolder']));
    await the.report(the.deliver('open'));
    const texts = (await the.waitForNotifications(the.phone, 2)).map(textOf);
    expect(texts).toEqual([expect.stringMatching(NEUTRAL), 'open']);
  },
);
