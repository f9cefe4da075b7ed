import { afterEach, describe, expect } from '@jest/globals';
import type { ItemKind } from '../../../local/exchange/mailbox/types.ts';
import { parseXml } from '../../../local/exchange/soap/xml-tree.ts';
import { askExchangelib, type ExchangelibTask } from '../../support/exchangelib.ts';
import { FOREIGN, foreignTest } from '../../support/foreign-servers.ts';
import { type ExchangeBench, elements, startExchangeBench } from '../../support/simulated-exchange.ts';

const EMAIL = 'ann@example.com';
const PASSWORD = 'correct horse';
const FROM = { name: 'Bob', address: 'bob@example.com' };

let bench: ExchangeBench | undefined;
afterEach(() => bench?.close());

/** The simulated server with ann's mailbox, and exchangelib as her client. */
async function server(modes: Parameters<typeof startExchangeBench>[0] = {}) {
  const started = await startExchangeBench(modes);
  bench = started;
  started.exchange.mailboxes.create({ email: EMAIL, password: PASSWORD });
  return {
    ...started,
    ask: (task: Partial<ExchangelibTask> = {}) =>
      askExchangelib({
        url: `${started.origin}/EWS/Exchange.asmx`,
        email: EMAIL,
        password: PASSWORD,
        auth: 'basic',
        callbackUrl: started.callbackUrl,
        itemIds: [],
        pushes: [],
        ...task,
      }),
  };
}

describe('exchangelib at the simulated Exchange', () => {
  for (const auth of ['basic', 'ntlm'] as const) {
    foreignTest(FOREIGN.exchangelib, `signs in by ${auth}, finds its folders and subscribes`, async () => {
      const { ask, exchange } = await server();
      exchange.mailboxes.deliver(EMAIL, { subject: 'Lunch' });
      const inbox = { class: 'Inbox', name: 'Inbox', total: 1, unread: 1 };
      expect(await ask({ auth })).toMatchObject({
        version: expect.stringContaining('Build=15.1.2507.39, API=Exchange2016'),
        root: { class: 'Root' },
        inbox,
        refreshed: inbox,
        calendar: { class: 'Calendar', name: 'Calendar' },
        contacts: { class: 'Contacts', name: 'Contacts' },
        tasks: { class: 'Tasks', name: 'Tasks' },
        drafts: { class: 'Drafts', name: 'Drafts' },
        subscribed: [true, true],
      });
      expect(exchange.subscriptions(EMAIL)).toMatchObject([{ state: 'active', statusFrequencyMinutes: 1 }]);
    });
  }

  foreignTest(FOREIGN.exchangelib, 'fetches each kind of item with every property it knows', async () => {
    const { ask, exchange } = await server();
    const kinds = [
      'message',
      'meeting',
      'appointment',
      'report',
      'post',
      'task',
    ] as const satisfies ItemKind[];
    const ids = kinds.map(
      (kind) => exchange.mailboxes.deliver(EMAIL, { kind, subject: kind, from: FROM }).itemId,
    );
    const draft = exchange.mailboxes.deliver(EMAIL, { subject: 'draft', isDraft: true, isRead: true }).itemId;
    const found = [
      { class: 'Message', itemClass: 'IPM.Note', subject: 'message', from: FROM.address, isRead: false },
      { class: 'MeetingRequest', itemClass: 'IPM.Schedule.Meeting.Request', from: FROM.address },
      { class: 'CalendarItem', itemClass: 'IPM.Appointment', subject: 'appointment' },
      { class: 'Message', itemClass: 'REPORT.IPM.Note.NDR', subject: 'report' },
      { class: 'PostItem', itemClass: 'IPM.Post', subject: 'post' },
      { class: 'Task', itemClass: 'IPM.Task', subject: 'task' },
      { class: 'Message', subject: 'draft', isDraft: true, isRead: true },
      { error: 'ErrorItemNotFound' },
    ];
    const gone = exchange.mailboxes.deliver(EMAIL, { subject: 'gone' }).itemId;
    exchange.mailboxes.delete(EMAIL, gone, 'hard');
    expect(await ask({ itemIds: [...ids, draft, gone] })).toMatchObject({
      fetched: found,
      'fetched-some-fields': found.map(({ class: name, ...rest }) =>
        'error' in rest ? rest : { class: name },
      ),
    });
  });

  foreignTest(
    FOREIGN.exchangelib,
    'lists its folders, pages through the Inbox and synchronises it',
    async () => {
      const { ask, exchange } = await server();
      for (const subject of ['1', '2', '3']) exchange.mailboxes.deliver(EMAIL, { subject, from: FROM });
      exchange.mailboxes.deliver(EMAIL, { subject: 'elsewhere', folder: 'inbox/projects' });
      const report = await ask();
      expect(report.folders).toEqual(
        expect.arrayContaining(['Inbox Inbox', 'Messages projects', 'SentItems Sent Items']),
      );
      const mail = (subject: string) =>
        expect.objectContaining({ class: 'Message', subject, from: FROM.address });
      expect(report.listed).toEqual(['3', '2', '1'].map(mail));
      expect(report.page).toEqual(['2', '3']);
      expect(report.synced).toEqual({
        changes: [
          ['create', '1'],
          ['create', '2'],
          ['create', '3'],
        ],
        again: 0,
      });
    },
  );

  foreignTest(FOREIGN.exchangelib, 'is told what is wrong with an account that has no mailbox', async () => {
    const { ask, exchange } = await server();
    exchange.mailboxes.create({ email: 'admin@example.com', password: PASSWORD, hasMailbox: false });
    const report = await ask({ email: 'admin@example.com' });
    expect(report.root).toMatchObject({ error: 'ErrorNonExistentMailbox' });
  });

  foreignTest(FOREIGN.exchangelib, 'is refused with a wrong password', async () => {
    const { ask } = await server();
    expect((await ask({ password: 'wrong' })).root).toMatchObject({ error: 'UnauthorizedError' });
  });
});

/** The events in a pushed body, as their elements are named. */
function eventNames(body: string): readonly string[] {
  const notifications = elements(parseXml(body.replace(/^\uFEFF/, '')), 'Notification');
  return notifications.flatMap(({ children }) =>
    children.map(({ name }) => name).filter((name) => name.endsWith('Event')),
  );
}

/** What exchangelib should find in a pushed body. */
function expectedOf(body: string) {
  if (body.includes('ErrorReadEventsFailed'))
    return expect.objectContaining({ error: 'ErrorReadEventsFailed' });
  const events = eventNames(body)
    .toSorted()
    .map((name) =>
      expect.objectContaining({ class: name, watermark: true, timestamp: name !== 'StatusEvent' }),
    );
  return [{ subscription: true, previous: true, more: false, events }];
}

describe('the push parser of exchangelib', () => {
  for (const dialect of ['exchange', 'workmail', 'default-namespace'] as const) {
    foreignTest(
      FOREIGN.exchangelib,
      `reads everything that the notifier sends in the dialect ${dialect}`,
      async () => {
        const { ask, exchange, received } = await server({ dialect });
        await ask();
        const { mailboxes } = exchange;
        const id = mailboxes.deliver(EMAIL, { subject: 'Lunch', from: FROM }).itemId;
        mailboxes.setRead(EMAIL, id, true);
        const copy = mailboxes.copy(EMAIL, id, 'drafts').itemId;
        mailboxes.delete(EMAIL, copy, 'hard');
        mailboxes.delete(EMAIL, mailboxes.move(EMAIL, id, 'inbox/projects').itemId);
        mailboxes.delete(EMAIL, mailboxes.deliver(EMAIL, { subject: 'Later' }).itemId, 'hard');
        await exchange.heartbeat(EMAIL);
        await exchange.idle();
        const events = received.map(({ body }) => body);
        expect(new Set(events.flatMap(eventNames)).size).toBeGreaterThanOrEqual(6);
        await exchange.pushError(EMAIL, 'ErrorReadEventsFailed', { withSubscriptionId: false });
        const pushes = received.map(({ body }) => body);
        const { pushes: read } = await ask({ pushes });
        expect(read).toEqual(pushes.map(expectedOf));
      },
    );
  }
});
