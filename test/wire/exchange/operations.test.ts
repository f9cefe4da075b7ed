import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  basic,
  type ExchangeBench,
  elements,
  GET_INBOX,
  getItems,
  soapRequest,
  startExchangeBench,
  subscribeRequest,
  textOf,
} from '../../support/simulated-exchange.ts';

const ANN = 'ann@example.com';
const headers = basic(ANN, 'right');
let bench: ExchangeBench;

beforeEach(async () => {
  bench = await startExchangeBench();
  bench.exchange.mailboxes.create({ email: ANN, password: 'right' });
});
afterEach(() => bench.close());

function deliver(subject: string, more = {}): string {
  return bench.exchange.mailboxes.deliver(ANN, {
    from: { name: 'Bob', address: 'bob@example.org' },
    subject,
    ...more,
  }).itemId;
}

test('answers GetFolder for the Inbox with its id and unread count', async () => {
  deliver('one');
  const answer = await bench.ews(GET_INBOX, { headers });
  expect(answer.status).toBe(200);
  const [folder] = elements(answer.body, 'FolderId');
  expect(folder?.attributes.Id).toMatch(/^AAMk/);
  expect(textOf(answer.body, 'UnreadCount')).toBe('1');
  expect(bench.calls.all().map(({ service, action, outcome }) => [service, action, outcome])).toEqual([
    ['ews', 'GetFolder', 'ok'],
  ]);
});

test('answers GetItem with one message for each id, in the order of the request, errors in between', async () => {
  const first = deliver('first');
  const gone = deliver('gone');
  bench.exchange.mailboxes.delete(ANN, gone, 'hard');
  const second = deliver('second', { kind: 'appointment' });
  const { body } = await bench.ews(getItems([second, gone, first]), { headers });
  expect(elements(body, 'ResponseCode').map(({ text }) => text)).toEqual([
    'NoError',
    'ErrorItemNotFound',
    'NoError',
  ]);
  expect(elements(body, 'Subject').map(({ text }) => text)).toEqual(['second', 'first']);
  expect(elements(body, 'CalendarItem')[0]?.children.map(({ name }) => name)).toEqual([
    'ItemId',
    'ParentFolderId',
    'ItemClass',
    'Subject',
    'Sensitivity',
    'DateTimeReceived',
    'ConversationId',
  ]);
  expect(elements(body, 'Message')[0]?.children.map(({ name }) => name)).toEqual([
    'ItemId',
    'ParentFolderId',
    'ItemClass',
    'Subject',
    'Sensitivity',
    'DateTimeReceived',
    'ConversationId',
    'Sender',
    'From',
    'IsRead',
  ]);
});

test('gives only what was asked for', async () => {
  const { body } = await bench.ews(getItems([deliver('plain')], ['item:Subject']), { headers });
  expect(elements(body, 'Message')[0]?.children.map(({ name }) => name)).toEqual(['ItemId', 'Subject']);
});

test('writes characters that XML forbids as references, as Exchange does', async () => {
  const { body } = await bench.ews(getItems([deliver('bad\u001fsubject\u0000')]), { headers });
  expect(body).toContain('<t:Subject>bad&#x1F;subject&#x0;</t:Subject>');
});

test('gives a new subscription and a watermark for each Subscribe', async () => {
  const answers = [
    await bench.ews(subscribeRequest(bench.callbackUrl), { headers }),
    await bench.ews(subscribeRequest(bench.callbackUrl), { headers }),
  ];
  const ids = answers.map(({ body }) => textOf(body, 'SubscriptionId'));
  expect(new Set(ids).size).toBe(2);
  expect(
    Buffer.from(ids[0] ?? '', 'base64')
      .subarray(2, 20)
      .toString(),
  ).toBe('exch01.example.com');
  expect(textOf(answers[0]?.body ?? '', 'Watermark')).toMatch(/^AQAAA.{34}=$/);
});

test.each([
  ['an empty URL', '', 'ErrorInvalidPushSubscriptionUrl'],
  ['a URL of 2083 characters', `https://e.example/${'a'.repeat(2065)}`, 'ErrorInvalidPushSubscriptionUrl'],
  ['a URL of another protocol', 'ftp://e.example/', 'ErrorInvalidPushSubscriptionUrl'],
  ['a URL of 2082 characters', `https://e.example/${'a'.repeat(2064)}`, 'NoError'],
])('judges %s', async (_, url, code) => {
  const { status, body } = await bench.ews(subscribeRequest(url), { headers });
  expect([status, textOf(body, 'ResponseCode')]).toEqual([200, code]);
});

test.each([
  ['a URL element in mixed case', subscribeRequest('https://e.example/').replaceAll('t:URL', 't:Url')],
  [
    'children in the wrong order',
    subscribeRequest('https://e.example/').replace(
      /(<t:StatusFrequency>.*?<\/t:StatusFrequency>)(<t:URL>.*?<\/t:URL>)/,
      '$2$1',
    ),
  ],
  ['children in the wrong namespace', subscribeRequest('https://e.example/').replaceAll('t:URL', 'm:URL')],
  ['a StatusFrequency of 0', subscribeRequest('https://e.example/', { statusFrequencyMinutes: 0 })],
  ['a StatusFrequency of 1441', subscribeRequest('https://e.example/', { statusFrequencyMinutes: 1441 })],
  ['an unknown event type', subscribeRequest('https://e.example/', { eventTypes: ['NewMail'] })],
  ['an unknown operation', soapRequest('<m:Dance/>')],
  ['an unknown folder name', GET_INBOX.replace('"inbox"', '"inbox1"')],
  ['a DOCTYPE', GET_INBOX.replace('?>', '?><!DOCTYPE a>')],
  ['half a request', GET_INBOX.slice(0, 300)],
])('refuses %s with a schema fault', async (_, body) => {
  const answer = await bench.ews(body, { headers });
  expect(answer.status).toBe(500);
  expect(elements(answer.body, 'Fault')).toHaveLength(1);
  expect(textOf(answer.body, 'ResponseCode')).toBe('ErrorSchemaValidation');
});

test('refuses a server version that it does not know', async () => {
  const { body } = await bench.ews(subscribeRequest(bench.callbackUrl, { version: 'Exchange1999' }), {
    headers,
  });
  expect(textOf(body, 'ResponseCode')).toBe('ErrorInvalidServerVersion');
});

test('says that a push subscription cannot be ended by Unsubscribe', async () => {
  const subscribed = await bench.ews(subscribeRequest(bench.callbackUrl), { headers });
  const id = textOf(subscribed.body, 'SubscriptionId');
  const { body } = await bench.ews(
    soapRequest(`<m:Unsubscribe><m:SubscriptionId>${id}</m:SubscriptionId></m:Unsubscribe>`),
    { headers },
  );
  expect(textOf(body, 'ResponseCode')).toBe('ErrorInvalidPullSubscriptionId');
});

test('refuses more subscriptions than the mailbox may have', async () => {
  bench.exchange.mailboxes.create({ email: 'few@example.com', password: 'right', subscriptionLimit: 1 });
  const few = basic('few@example.com', 'right');
  await bench.ews(subscribeRequest(bench.callbackUrl), { headers: few });
  const { body } = await bench.ews(subscribeRequest(bench.callbackUrl), { headers: few });
  expect(textOf(body, 'ResponseCode')).toBe('ErrorExceededSubscriptionCount');
});

test('offers its schemes to whoever comes without credentials, and counts wrong passwords', async () => {
  const probe = await bench.ews('', {});
  expect(probe.status).toBe(401);
  expect(probe.headers['www-authenticate']).toBe(
    'Basic realm="mail.example.com", NTLM, Negotiate, Bearer client_id="00000002-0000-0ff1-ce00-000000000000"',
  );
  expect(bench.calls.all()[0]).toMatchObject({ action: 'probe', outcome: '401' });
  expect(bench.exchange.failedLogons(ANN)).toBe(0);
  expect((await bench.ews(GET_INBOX, { headers: basic(ANN, 'wrong') })).status).toBe(401);
  expect(bench.exchange.failedLogons(ANN)).toBe(1);
});

test('locks an account out after the configured number of failed logons', async () => {
  bench.exchange.modes.lockOutAfter = 2;
  for (const password of ['wrong', 'worse']) await bench.ews(GET_INBOX, { headers: basic(ANN, password) });
  expect((await bench.ews(GET_INBOX, { headers })).status).toBe(401);
  bench.exchange.unlock(ANN);
  expect((await bench.ews(GET_INBOX, { headers })).status).toBe(200);
});

test('knows folders and items by either spelling of their ids', async () => {
  bench.exchange.modes.compressedIds = { events: true, answers: true };
  const id = deliver('compressed');
  const { body } = await bench.ews(getItems([id]), { headers });
  const compressed = elements(body, 'ItemId')[0]?.attributes.Id ?? '';
  expect(compressed).toMatch(/^AQMk/);
  const again = await bench.ews(getItems([compressed]), { headers });
  expect(textOf(again.body, 'Subject')).toBe('compressed');
});

test('names the mailbox at another site only there after a move', async () => {
  bench.exchange.moveMailbox(ANN, 'two');
  const old = await bench.ews(GET_INBOX, { headers });
  expect(textOf(old.body, 'ResponseCode')).toBe('ErrorProxyRequestNotAllowed');
  expect(bench.exchange.ewsUrl(ANN)).toBe(`${bench.origin}/site/two/EWS/Exchange.asmx`);
  const now = await bench.send('/site/two/EWS/Exchange.asmx', { body: GET_INBOX, headers });
  expect(now.status).toBe(200);
});
