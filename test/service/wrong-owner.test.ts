import { afterEach, describe, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { defaultModes } from '../../local/exchange/modes.ts';
import { inboxAnswer, subscribeAnswer } from '../support/ews-answers.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { at, type Notification, useWorld } from '../support/world.ts';

/** Exchange's known defect: an answer shows the mailbox of somebody else. */
const world = useWorld();

afterEach(() => void Object.assign(world().world.exchange.modes, defaultModes()));

const subjectOf = (push: Notification | undefined) => at(push?.payload, 'aps', 'alert', 'body');
const NEUTRAL = /new message/i;
const VICTIM = {
  subject: 'Marked victim subject',
  name: 'Marked Victim Sender',
  address: 'marked@victim.example',
};
const MARKS = [VICTIM.subject, VICTIM.name, VICTIM.address];

/** A registered victim with a mail in the Inbox that nobody else may see. */
async function victim() {
  const the = world();
  const { phone, registrationId } = await the.registerPhone({}, the.newMailbox('victim'));
  const itemId = await the.deliverMail(phone.email, VICTIM);
  await the.waitForNotifications(phone, 1);
  return { phone, registrationId, itemId };
}

/** The mailbox row that a registration belongs to. */
async function mailboxOf(registrationId: string) {
  const { rows } = world();
  const device = (await rows('devices')).find((row) => row.id === registrationId);
  const mailbox = (await rows('mailboxes')).find((row) => row.id === device?.mailbox_id);
  if (mailbox === undefined) throw new Error('the registration has no mailbox');
  return mailbox;
}

describe('an answer for somebody else', () => {
  test('never comes over a connection that somebody used before, since none outlives its request', async () => {
    const { registerPhone, waitForNotifications, world: running } = world();
    running.exchange.modes.wrongOwner = { kind: 'reused-connection' };
    const phones = [];
    for (const _user of [1, 2, 3]) phones.push((await registerPhone()).phone);
    for (const round of [1, 2, 3])
      for (const { email } of phones)
        running.exchange.mailboxes.deliver(email, { subject: `${round} of ${email}` });
    for (const phone of phones) {
      const shown = (await waitForNotifications(phone, 3)).map(subjectOf);
      expect(shown.toSorted()).toEqual([1, 2, 3].map((round) => `${round} of ${phone.email}`));
    }
  });

  test('is announced neutrally, alarms, and shows nothing of whom it is about', async () => {
    const the = world();
    const { phone: theirs, itemId } = await victim();
    const { phone } = await the.registerPhone();
    the.world.exchange.modes.wrongOwner = { kind: 'always', victim: theirs.email };
    const asked = await the.deliverMail(phone.email, { subject: 'Own subject' });
    const [push] = await the.waitForNotifications(phone, 1);
    expect(subjectOf(push)).toMatch(NEUTRAL);
    expect(at(push?.payload, 'ens', 'item')).toBe(asked);
    for (const mark of [...MARKS, itemId]) expect(JSON.stringify(push)).not.toContain(mark);
    expect(the.notifications(theirs)).toHaveLength(1);
    expect(JSON.stringify(the.world.logs.all())).toContain('OwnerMismatch');

    the.world.exchange.modes.wrongOwner = { kind: 'off' };
    await the.deliverMail(phone.email, { subject: 'Own again' });
    expect(subjectOf((await the.waitForNotifications(phone, 2)).at(-1))).toBe('Own again');
    expect(the.world.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
  });

  test('shows nobody the unread count of another’s Inbox', async () => {
    const the = world();
    const { phone: theirs } = await victim();
    for (const subject of ['two', 'three']) await the.deliverMail(theirs.email, { ...VICTIM, subject });
    const { phone, registrationId } = await the.registerPhone();
    Object.assign(the.world.exchange.modes, {
      unreadCountInEvents: false,
      wrongOwner: { kind: 'always', victim: theirs.email },
    });
    const itemId = await the.deliverMail(phone.email);
    the.world.exchange.mailboxes.delete(phone.email, itemId);
    await the.world.exchange.idle();
    const pushes = await the.waitForNotifications(phone, 1);
    expect(pushes.map(({ payload }) => at(payload, 'aps', 'badge'))).toEqual([undefined]);
    expect((await mailboxOf(registrationId)).unread).toBe(0);
  });

  test('at registration joins nobody to the other’s mailbox, nor later shows them its mail', async () => {
    const the = world();
    const { phone: theirs, registrationId: theirId } = await victim();
    the.world.exchange.modes.wrongOwner = { kind: 'always', victim: theirs.email };
    const { phone, registrationId } = await the.registerPhone();
    const [mine, other] = [await mailboxOf(registrationId), await mailboxOf(theirId)];
    // The Inbox was the victim's, yet the address is not.
    expect(mine.inbox_sha256).toEqual(other.inbox_sha256);
    expect(mine.id).not.toBe(other.id);

    // The defect stays: what it shows lies in the very Inbox that was registered.
    await the.deliverMail(phone.email, { subject: 'Own subject' });
    await the.deliverMail(theirs.email, VICTIM);
    expect((await the.waitForNotifications(phone, 1)).map(subjectOf)).toEqual([
      expect.stringMatching(NEUTRAL),
    ]);
    expect((await the.waitForNotifications(theirs, 2)).map(subjectOf)).toEqual([
      VICTIM.subject,
      VICTIM.subject,
    ]);
    for (const mark of MARKS) expect(JSON.stringify(the.notifications(phone))).not.toContain(mark);

    // Leaving ends the own subscription alone.
    expect((await the.client.call('DELETE', `/register/${registrationId}`)).status).toBe(204);
    the.world.exchange.modes.wrongOwner = { kind: 'off' };
    await the.deliverMail(theirs.email, { subject: 'Still here' });
    expect(subjectOf((await the.waitForNotifications(theirs, 3)).at(-1))).toBe('Still here');
  });
});

describe('a hostile server', () => {
  test('that knows the victim’s address and Inbox id joins nobody to the victim’s mailbox', async () => {
    const the = world();
    const { phone: theirs, registrationId: theirId } = await victim();
    const running = the.world.exchange;
    const inboxId = running.mailboxes.folder(running.mailboxes.get(theirs.email), 'inbox').id;
    const hostile = await startScriptedServer(({ body }) =>
      body === ''
        ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
        : { body: body.includes('Subscribe') ? subscribeAnswer('s', 'w1') : inboxAnswer(inboxId, 9) },
    );
    try {
      const ewsUrl = `${hostile.origin}/EWS/Exchange.asmx`;
      const attacker = newPhone({ email: theirs.email, password: 'anything', ewsUrl });
      const answer = await the.client.register(attacker);
      expect(answer.status).toBe(201);
      const id = String(at(answer.body, 'registrationId'));
      const [mine, other] = [await mailboxOf(id), await mailboxOf(theirId)];
      expect([mine.inbox_sha256, mine.address_hmac]).toEqual([other.inbox_sha256, other.address_hmac]);
      expect(mine.id).not.toBe(other.id);
      await the.deliverMail(theirs.email, { subject: 'For the victim alone' });
      expect(subjectOf((await the.waitForNotifications(theirs, 2)).at(-1))).toBe('For the victim alone');
      expect(the.notifications(attacker)).toEqual([]);

      // What the hostile server pushes reaches the attacker's phone at most.
      const url = /<t:URL>([^<]+)</.exec(hostile.seen.map(({ body }) => body).join(''))?.[1] ?? '';
      const pushed = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'text/xml' },
        body: newMailFor(inboxId),
      });
      expect(await pushed.text()).toContain('>OK<');
      expect(await the.waitForNotifications(attacker, 1)).toHaveLength(1);
      expect(the.notifications(theirs)).toHaveLength(2);
    } finally {
      await hostile.close();
    }
  });

  test('a user who claims another’s address on the same server stays in the own mailbox', async () => {
    const the = world();
    const { phone: theirs, registrationId: theirId } = await victim();
    const mailbox = the.newMailbox('claimant');
    const { auth } = newPhone(mailbox);
    const { phone, registrationId } = await the.registerPhone({ email: theirs.email, auth }, mailbox);
    expect((await mailboxOf(registrationId)).id).not.toBe((await mailboxOf(theirId)).id);
    await the.deliverMail(theirs.email, VICTIM);
    expect(await the.waitForNotifications(theirs, 2)).toHaveLength(2);
    expect(the.notifications(phone)).toEqual([]);
  });
});

function newMailFor(inboxId: string): string {
  const at = new Date(world().world.clock.now()).toISOString();
  return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body><m:SendNotification><m:ResponseMessages><m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Notification><t:SubscriptionId>s</t:SubscriptionId><t:PreviousWatermark>w1</t:PreviousWatermark><t:NewMailEvent><t:Watermark>w2</t:Watermark><t:TimeStamp>${at}</t:TimeStamp><t:ItemId Id="AAMkforged="/><t:ParentFolderId Id="${inboxId}"/></t:NewMailEvent></m:Notification></m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></s:Body></s:Envelope>`;
}
