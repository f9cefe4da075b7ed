import { Agent } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readMisbehaviour } from '../../../local/exchange/faults/vocabulary.ts';
import {
  basic,
  type ExchangeBench,
  elements,
  GET_INBOX,
  getItems,
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

const next = (error: string, action?: string) =>
  bench.faults.add({ service: 'ews', action, error, times: 1 });

test.each([
  ['401', 401],
  ['403', 403],
  ['404', 404],
  ['456', 456],
  ['500:html', 500],
  ['500:empty', 500],
  ['503', 503],
])('answers HTTP %s once when told so, then the truth', async (error, status) => {
  next(error);
  const answer = await bench.ews(GET_INBOX, { headers });
  expect(answer.status).toBe(status);
  expect(answer.body === '').toBe(error.endsWith('empty') || error === '456');
  expect((await bench.ews(GET_INBOX, { headers })).status).toBe(200);
  expect(bench.exchange.failedLogons(ANN)).toBe(0);
  expect(bench.calls.all().map(({ outcome }) => outcome)).toEqual([error, 'ok']);
});

test('redirects when told so', async () => {
  next('302:https://elsewhere.example/');
  const answer = await bench.ews(GET_INBOX, { headers });
  expect([answer.status, answer.headers.location]).toEqual([302, 'https://elsewhere.example/']);
});

test('leaves the unauthenticated probe alone', async () => {
  next('503');
  expect((await bench.ews('', {})).status).toBe(401);
  expect((await bench.ews(GET_INBOX, { headers })).status).toBe(503);
});

test.each([
  ['ErrorServerBusy', 500, 'Fault', 'ResponseCode'],
  ['ErrorServerBusy:message', 200, 'GetFolderResponseMessage', 'ResponseCode'],
  ['ErrorServerBusy:old', 500, 'Fault', 'ErrorCode'],
  ['ErrorServerBusy:padded', 500, 'Fault', 'ResponseCode'],
  ['ErrorMailboxMoveInProgress', 200, 'GetFolderResponseMessage', 'ResponseCode'],
  ['ErrorPasswordExpired', 500, 'Fault', 'ResponseCode'],
])('puts %s into its dress', async (error, status, holder, place) => {
  next(`${error};backoff=1234`);
  const answer = await bench.ews(GET_INBOX, { headers });
  expect(answer.status).toBe(status);
  expect(elements(answer.body, holder)).toHaveLength(1);
  expect(textOf(answer.body, place)?.trim()).toBe(error.split(':')[0]);
  expect(elements(answer.body, 'Value')[0]).toMatchObject({
    attributes: { Name: 'BackOffMilliseconds' },
    text: '1234',
  });
});

test('hides a code inside ErrorInternalServerError', async () => {
  next('ErrorServerBusy:hidden');
  const { body } = await bench.ews(GET_INBOX, { headers });
  expect(textOf(body, 'ResponseCode')).toBe('ErrorInternalServerError');
  expect(elements(body, 'Value')[0]).toMatchObject({
    attributes: { Name: 'InnerErrorResponseCode' },
    text: 'ErrorServerBusy',
  });
});

test('answers an error for each id that was asked for', async () => {
  next('ErrorMailboxStoreUnavailable', 'GetItem');
  const { body } = await bench.ews(getItems(['a', 'b']), { headers });
  expect(elements(body, 'GetItemResponseMessage')).toHaveLength(2);
});

test('speaks of faults in other languages', async () => {
  bench.exchange.modes.language = 'ko';
  next('ErrorServerBusy');
  const { body } = await bench.ews(GET_INBOX, { headers });
  expect(elements(body, 'faultstring')[0]?.attributes.lang).toBe('ko-KR');
  expect(elements(body, 'faultstring')[0]?.text).toMatch(/[\uac00-\ud7a3]/);
});

test('cuts, doubles, hides and compresses bodies', async () => {
  for (const cut of ['truncated', 'reset']) {
    next(cut);
    await expect(bench.ews(GET_INBOX, { headers })).rejects.toThrow();
  }
  next('half-xml');
  const half = await bench.ews(GET_INBOX, { headers });
  expect(() => elements(half.body, 'Envelope')).toThrow();
  next('doctype');
  expect((await bench.ews(GET_INBOX, { headers })).body).toContain('<!DOCTYPE');
  next('oversized');
  expect((await bench.ews(GET_INBOX, { headers })).body.length).toBeGreaterThan(16_000_000);
  next('html');
  expect((await bench.ews(GET_INBOX, { headers })).headers['content-type']).toBe('text/html');
  next('gzip');
  const compressed = await bench.ews(GET_INBOX, { headers });
  expect(compressed.headers['content-encoding']).toBe('gzip');
});

test('creates the subscription although the answer to Subscribe is lost', async () => {
  next('truncated', 'Subscribe');
  await expect(bench.ews(subscribeRequest(bench.callbackUrl), { headers })).rejects.toThrow();
  expect(bench.exchange.subscriptions(ANN)).toHaveLength(1);
});

test('keeps failing one mailbox until told otherwise, and no other', async () => {
  bench.exchange.mailboxes.create({ email: 'eve@example.com', password: 'right' });
  bench.exchange.failMailbox(ANN, 'ErrorAccountDisabled');
  for (let time = 0; time < 2; time += 1) {
    expect(textOf((await bench.ews(GET_INBOX, { headers })).body, 'ResponseCode')).toBe(
      'ErrorAccountDisabled',
    );
  }
  expect((await bench.ews(GET_INBOX, { headers: basic('eve@example.com', 'right') })).status).toBe(200);
  bench.exchange.failMailbox(ANN, undefined);
  expect((await bench.ews(GET_INBOX, { headers })).status).toBe(200);
});

test.each(['ErrorServerBusy:sideways', 'Busy', '99', ''])('knows no fault called "%s"', (word) => {
  expect(() => readMisbehaviour(word)).toThrow('vocabulary');
});

test('shows another mailbox on every request in the wrong-owner mode', async () => {
  bench.exchange.mailboxes.create({ email: 'eve@example.com', password: 'right' });
  bench.exchange.mailboxes.deliver('eve@example.com', { subject: 'for Eve only' });
  const own = bench.exchange.mailboxes.deliver(ANN, { subject: 'for Ann' }).itemId;
  bench.exchange.modes.wrongOwner = { kind: 'always', victim: 'eve@example.com' };
  const { body } = await bench.ews(getItems([own]), { headers });
  expect(textOf(body, 'Subject')).toBe('for Eve only');
  const parent = elements(body, 'ParentFolderId')[0]?.attributes.Id;
  const folder = await bench.ews(GET_INBOX, { headers });
  expect(elements(folder.body, 'FolderId')[0]?.attributes.Id).toBe(parent);
});

test('shows the mailbox of whoever used the connection first when the defect is bound to connections', async () => {
  bench.exchange.mailboxes.create({ email: 'eve@example.com', password: 'right' });
  bench.exchange.mailboxes.deliver('eve@example.com', { subject: 'for Eve only' });
  const own = bench.exchange.mailboxes.deliver(ANN, { subject: 'for Ann' }).itemId;
  bench.exchange.modes.wrongOwner = { kind: 'reused-connection' };
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await bench.ews(GET_INBOX, { headers: basic('eve@example.com', 'right'), agent });
  const reused = await bench.ews(getItems([own]), { headers, agent });
  const fresh = await bench.ews(getItems([own]), { headers });
  agent.destroy();
  expect([textOf(reused.body, 'Subject'), textOf(fresh.body, 'Subject')]).toEqual([
    'for Eve only',
    'for Ann',
  ]);
});

test('fails the probe alone when told so', async () => {
  bench.exchange.modes.probeFault = '503';
  expect((await bench.ews('', {})).status).toBe(503);
  expect((await bench.ews(GET_INBOX, { headers })).status).toBe(200);
});

test('says which fault it does not know', async () => {
  next('ErrorServerBusy:sideways');
  const answer = await bench.ews(GET_INBOX, { headers });
  expect([answer.status, answer.body]).toEqual([
    500,
    expect.stringMatching(/ErrorServerBusy:sideways\. Use one of: .*half-xml/),
  ]);
});
