import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  basic,
  type ExchangeBench,
  elements,
  listenerAnswer,
  startExchangeBench,
  subscribeRequest,
  textOf,
} from '../../support/simulated-exchange.ts';

const ANN = 'ann@example.com';
let bench: ExchangeBench;

beforeEach(async () => {
  bench = await startExchangeBench();
  bench.exchange.mailboxes.create({ email: ANN, password: 'right' });
});
afterEach(() => bench.close());

async function subscribe(
  options: Parameters<typeof subscribeRequest>[1] = {},
): Promise<{ id: string; watermark: string }> {
  const { body } = await bench.ews(subscribeRequest(bench.callbackUrl, options), {
    headers: basic(ANN, 'right'),
  });
  return { id: textOf(body, 'SubscriptionId') ?? '', watermark: textOf(body, 'Watermark') ?? '' };
}

async function deliver(subject = 'hello', more = {}): Promise<string> {
  const { itemId } = bench.exchange.mailboxes.deliver(ANN, {
    from: { address: 'bob@example.org' },
    subject,
    ...more,
  });
  await bench.exchange.idle();
  return itemId;
}

function eventsOf(body: string | undefined): string[] {
  const [notification] = elements(body ?? '', 'Notification');
  return (notification?.children ?? [])
    .filter(({ name }) => name.endsWith('Event'))
    .map((event) => {
      const kind = event.children.some(({ name }) => name === 'FolderId') ? 'folder' : 'item';
      const unread = textOf(event, 'UnreadCount');
      return `${event.name}(${kind}${unread === undefined ? '' : ` ${unread}`})`;
    });
}

const lastBody = () => bench.received.at(-1)?.body ?? '';

test('posts new mail as Exchange does: path and query kept, the captured headers, Content-Length, HTTP/1.1', async () => {
  const { id, watermark } = await subscribe();
  await deliver();
  const [callback] = bench.received;
  expect([callback?.method, callback?.url, callback?.httpVersion]).toEqual([
    'POST',
    '/callback/one?x=1',
    '1.1',
  ]);
  const names = callback?.headers.filter((_, index) => index % 2 === 0);
  expect(names).toEqual(['Accept', 'Content-Type', 'Soapaction', 'Content-Length', 'Host', 'Connection']);
  expect(
    callback?.body.startsWith(
      '<?xml version="1.0" encoding="utf-8"?><soap11:Envelope xmlns:soap11="http://schemas.xmlsoap.org/soap/envelope/"><soap11:Header><t:RequestServerVersion',
    ),
  ).toBe(true);
  expect(callback?.body).not.toContain('\n');
  expect(eventsOf(callback?.body)).toEqual([
    'CreatedEvent(item)',
    'NewMailEvent(item)',
    'ModifiedEvent(folder 1)',
  ]);
  expect(textOf(lastBody(), 'SubscriptionId')).toBe(id);
  expect(textOf(lastBody(), 'PreviousWatermark')).toBe(watermark);
  expect(elements(lastBody(), 'RequestServerVersion')[0]?.attributes.Version).toBe('Exchange2013_SP1');
});

test('sends only the event types that were subscribed', async () => {
  await subscribe({ eventTypes: ['NewMailEvent'] });
  const id = await deliver();
  bench.exchange.mailboxes.setRead(ANN, id, true);
  await bench.exchange.idle();
  expect(bench.received.map(({ body }) => eventsOf(body))).toEqual([['NewMailEvent(item)']]);
});

test('reports reading, moving, copying and deleting as Exchange does', async () => {
  await subscribe();
  const { mailboxes } = bench.exchange;
  const first = await deliver();
  mailboxes.setRead(ANN, first, true);
  await bench.exchange.idle();
  expect(eventsOf(lastBody())).toEqual(['ModifiedEvent(item)', 'ModifiedEvent(folder 0)']);
  const moved = mailboxes.move(ANN, first, 'projects');
  await bench.exchange.idle();
  expect(eventsOf(lastBody())).toEqual(['MovedEvent(item)', 'ModifiedEvent(folder 0)']);
  const [event] = elements(lastBody(), 'MovedEvent');
  expect(event?.children.map(({ name }) => name)).toEqual([
    'Watermark',
    'TimeStamp',
    'ItemId',
    'ParentFolderId',
    'OldItemId',
    'OldParentFolderId',
  ]);
  expect(event?.children[2]?.attributes.Id).toBe(moved.itemId);
  expect(event?.children[4]?.attributes.Id).toBe(first);
  const second = await deliver();
  mailboxes.delete(ANN, second);
  await bench.exchange.idle();
  expect(eventsOf(lastBody())).toEqual(['MovedEvent(item)', 'ModifiedEvent(folder 0)']);
  const third = await deliver();
  mailboxes.copy(ANN, third, 'projects');
  await bench.exchange.idle();
  expect(eventsOf(lastBody())).toEqual(['CopiedEvent(item)']);
  mailboxes.delete(ANN, third, 'hard');
  await bench.exchange.idle();
  expect(eventsOf(lastBody())).toEqual(['DeletedEvent(item)', 'ModifiedEvent(folder 0)']);
});

test('chains PreviousWatermark from one notification to the next, heartbeats included', async () => {
  const { watermark } = await subscribe({ statusFrequencyMinutes: 5 });
  await deliver();
  await bench.clock.advance(5 * 60_000);
  await deliver();
  expect(bench.received.map(({ body }) => eventsOf(body).length)).toEqual([3, 1, 3]);
  const marks = bench.received.map(({ body }) => [
    textOf(body, 'PreviousWatermark'),
    elements(body, 'Watermark').at(-1)?.text,
  ]);
  expect(marks.map(([previous]) => previous)).toEqual([watermark, marks[0]?.[1], marks[1]?.[1]]);
});

test('sends a heartbeat whenever StatusFrequency passes without events', async () => {
  await subscribe({ statusFrequencyMinutes: 10 });
  await bench.clock.advance(6 * 60_000);
  await deliver();
  await bench.clock.advance(9 * 60_000);
  expect(bench.received).toHaveLength(1);
  await bench.clock.advance(60_000);
  expect(eventsOf(lastBody())).toEqual(['StatusEvent(item)']);
  await bench.clock.advance(30 * 60_000);
  expect(bench.received).toHaveLength(5);
});

test.each([
  ['offsets', 30, [30, 60, 120, 240, 480, 960]],
  ['gaps', 30, [30, 90, 210, 450, 930]],
  ['offsets', 5, [30, 60, 120, 240]],
  ['gaps', 1, [30]],
] as const)(
  'retries the same bytes by the documented table read as %s, StatusFrequency %i, then gives up silently',
  async (reading, frequency, seconds) => {
    bench.exchange.modes.retryReading = reading;
    await subscribe({ statusFrequencyMinutes: frequency });
    bench.listenerAnswers(() => ({ status: 503, body: '' }));
    const attempts: number[] = [];
    bench.exchange.events.on('callback', ({ at }) => attempts.push(at));
    await deliver();
    await bench.clock.advance(90 * 60_000);
    const after = attempts.slice(1).map((at) => Math.round((at - (attempts[0] ?? 0)) / 1_000));
    expect(after).toEqual([...seconds]);
    expect(new Set(bench.received.map(({ body }) => body)).size).toBe(1);
    expect(bench.exchange.subscriptions()).toMatchObject([{ state: 'ended', ended: 'gave-up' }]);
  },
);

test.each([
  ['an error status', { status: 500, body: '' }],
  ['a redirect', { status: 302, body: '' }],
  ['201 with a right body', { ...listenerAnswer('OK'), status: 201 }],
  ['a body that is no XML', { status: 200, body: 'OK' }],
  ['an unknown SubscriptionStatus', listenerAnswer('UNSUBSCRIBE')],
  ['a status without namespace', { status: 200, body: '<SubscriptionStatus>OK</SubscriptionStatus>' }],
])('takes %s for no answer, and does not follow it', async (_, answer) => {
  await subscribe();
  bench.listenerAnswers(() => answer);
  await deliver();
  expect(bench.received).toHaveLength(1);
  expect(bench.exchange.subscriptions()).toMatchObject([{ state: 'retrying' }]);
  bench.listenerAnswers(() => listenerAnswer('OK'));
  await bench.clock.advance(30_000);
  expect(bench.exchange.subscriptions()).toMatchObject([{ state: 'active', queued: 0 }]);
});

test('queues what happens while a notification fails, and sends it afterwards in order', async () => {
  await subscribe({ eventTypes: ['NewMailEvent'] });
  bench.listenerAnswers(() => ({ status: 503, body: '' }));
  const first = await deliver('first');
  const second = await deliver('second');
  const third = await deliver('third');
  bench.listenerAnswers(() => listenerAnswer('OK'));
  await bench.clock.advance(30_000);
  await bench.exchange.idle();
  const ids = bench.received.map(({ body }) =>
    elements(body, 'ItemId').map(({ attributes }) => attributes.Id),
  );
  expect(ids).toEqual([[first], [first], [second, third]]);
});

test('keeps one notification in flight and says MoreEvents when there are too many', async () => {
  bench.exchange.modes.maxEventsPerPost = 2;
  await subscribe({ eventTypes: ['NewMailEvent'] });
  for (let mail = 0; mail < 5; mail += 1) bench.exchange.mailboxes.deliver(ANN, { subject: `mail ${mail}` });
  await bench.exchange.idle();
  expect(bench.received.map(({ body }) => [eventsOf(body).length, textOf(body, 'MoreEvents')])).toEqual([
    [1, 'false'],
    [2, 'true'],
    [2, 'false'],
  ]);
});

test('ends the subscription at once when the listener answers Unsubscribe', async () => {
  await subscribe();
  bench.listenerAnswers(() => listenerAnswer('Unsubscribe'));
  await deliver();
  await deliver();
  await bench.clock.advance(120 * 60_000);
  expect(bench.received).toHaveLength(1);
  expect(bench.exchange.subscriptions()).toMatchObject([{ ended: 'unsubscribed' }]);
});

test('forgets every subscription in a restart and tells nobody', async () => {
  await subscribe();
  bench.exchange.restart();
  await deliver();
  await bench.clock.advance(120 * 60_000);
  expect(bench.received).toHaveLength(0);
});

test('pushes an error with the subscription id only in MessageXml, or with none', async () => {
  bench.exchange.modes.language = 'ko';
  const { id } = await subscribe();
  await bench.exchange.pushError(ANN, 'ErrorMissedNotificationEvents', { withSubscriptionId: false });
  expect(elements(lastBody(), 'MessageXml')).toHaveLength(0);
  await bench.exchange.pushError(ANN, 'ErrorReadEventsFailed');
  expect(elements(lastBody(), 'SendNotificationResponseMessage')[0]?.attributes.ResponseClass).toBe('Error');
  expect(textOf(lastBody(), 'ResponseCode')).toBe('ErrorReadEventsFailed');
  expect(elements(lastBody(), 'Notification')).toHaveLength(0);
  expect(elements(lastBody(), 'Value')[0]).toMatchObject({
    attributes: { Name: 'SubscriptionId' },
    text: id,
  });
  expect(bench.exchange.subscriptions()).toMatchObject([{ ended: 'queue-lost' }]);
});

test('repeats, reorders and loses callbacks on demand', async () => {
  await subscribe({ eventTypes: ['NewMailEvent'] });
  await deliver();
  await bench.exchange.repeatCallback(ANN);
  expect(bench.received[1]?.body).toBe(bench.received[0]?.body);
  bench.exchange.holdCallbacks(ANN);
  const first = await deliver();
  const second = await deliver();
  bench.exchange.releaseCallbacks(ANN, 'reverse');
  await bench.exchange.idle();
  expect(bench.received.slice(2).map(({ body }) => elements(body, 'ItemId')[0]?.attributes.Id)).toEqual([
    second,
    first,
  ]);
  bench.exchange.loseEvents(ANN);
  await deliver();
  expect(bench.received).toHaveLength(4);
  await deliver();
  const seen = elements(bench.received[3]?.body ?? '', 'Watermark')[0]?.text;
  expect(textOf(lastBody(), 'PreviousWatermark')).not.toBe(seen);
});

test.each(['workmail', 'default-namespace'] as const)(
  'says the same in the dialect %s, with a byte order mark',
  async (dialect) => {
    bench.exchange.modes.dialect = dialect;
    bench.exchange.modes.byteOrderMark = true;
    const { id } = await subscribe();
    await deliver();
    expect(bench.received[0]?.body.startsWith('\uFEFF')).toBe(true);
    expect(eventsOf(bench.received[0]?.body)).toEqual([
      'CreatedEvent(item)',
      'NewMailEvent(item)',
      'ModifiedEvent(folder 1)',
    ]);
    expect(textOf(lastBody(), 'SubscriptionId')).toBe(id);
    if (dialect === 'workmail') expect([id.length, lastBody().includes('ChangeKey')]).toEqual([30, false]);
    else expect(lastBody()).not.toMatch(/<\w+:/);
  },
);

test('may send the first heartbeat before the answer to Subscribe', async () => {
  bench.exchange.modes.firstStatus = 'before-answer';
  await subscribe();
  expect(bench.received).toHaveLength(1);
});
