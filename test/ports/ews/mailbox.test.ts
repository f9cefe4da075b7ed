import { afterEach, describe, expect, test } from '@jest/globals';
import { canonicalId } from '#adapters/ews/folder-id.ts';
import {
  errorMessage,
  faultAnswer,
  inboxAnswer,
  itemsAnswer,
  subscribeAnswer,
} from '../../support/ews-answers.ts';
import { fixtureId } from '../../support/ews-fixtures.ts';
import { BASIC, localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import type { Script, ScriptedServer } from '../../support/scripted-server.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(script: Script): Promise<ScriptedServer> {
  server = await startScriptedServer(script);
  return server;
}

describe('a mailbox over EWS', () => {
  test('reads the Inbox id and its unread count', async () => {
    const { origin, seen } = await serve(() => ({ body: inboxAnswer('AAMkInbox=', 7) }));
    const mailbox = openMailbox(localExchange(), origin);
    expect(await mailbox.inbox()).toEqual({ ok: true, value: { folderId: 'AAMkInbox=', unreadCount: 7 } });
    mailbox.close();
    expect(seen[0]?.headers).toMatchObject({
      'user-agent': 'MailNotificationService/v2 (ExchangeServicesClient/15.00.0913.015)',
      'x-anchormailbox': 'ann@example.com',
      'content-type': 'text/xml; charset=utf-8',
      authorization: `Basic ${Buffer.from('ann:correct horse').toString('base64')}`,
    });
    expect(seen[0]?.body).toContain('Version="Exchange2010_SP2"');
  });

  test('subscribes the Inbox to new mail alone, or to what changes an unread count too', async () => {
    const { origin, seen } = await serve(() => ({ body: subscribeAnswer('sub', 'wm-1') }));
    const mailbox = openMailbox(localExchange(), origin);
    const request = { callbackUrl: 'https://ens.example.com/cb/a.b-c_d', statusFrequencyMinutes: 30 };
    expect(await mailbox.subscribe({ ...request, events: 'mail' })).toEqual({
      ok: true,
      value: { watermark: 'wm-1' },
    });
    await mailbox.subscribe({ ...request, events: 'mail-and-badge' });
    mailbox.close();
    const [mail = '', badge = ''] = seen.map(({ body }) => body);
    expect(mail.match(/<t:EventType>\w+/g)).toEqual(['<t:EventType>NewMailEvent']);
    expect(badge.match(/\w+(?=<\/t:EventType>)/g)?.sort()).toEqual([
      'DeletedEvent',
      'ModifiedEvent',
      'MovedEvent',
      'NewMailEvent',
    ]);
    expect(mail).toContain('<t:DistinguishedFolderId Id="inbox"');
    expect(mail).toContain('<t:StatusFrequency>30</t:StatusFrequency>');
    expect(mail).toContain('<t:URL>https://ens.example.com/cb/a.b-c_d</t:URL>');
    expect(mail).not.toContain('Watermark');
  });

  test('fetches all mails in one request and answers in its order', async () => {
    const { origin, seen } = await serve(() => ({
      body: itemsAnswer([
        {
          id: 'one',
          parent: 'AAMkInbox=',
          subject: 'Lunch &amp; more &#x1F600;&#x1;',
          from: { name: 'Bob', address: 'bob@example.com' },
        },
        { id: 'two', error: 'ErrorItemNotFound' },
        {
          id: 'three',
          element: 'MeetingRequest',
          itemClass: 'IPM.Schedule.Meeting.Request',
          subject: 'Plan',
        },
        { id: 'four', element: 'ReportItem', itemClass: 'REPORT.IPM.Note.NDR', subject: 'Undeliverable' },
        { id: 'five', error: 'ErrorAccessDenied' },
      ]),
    }));
    const mailbox = openMailbox(localExchange(), origin);
    const result = await mailbox.mails(['one', 'two', 'three', 'four', 'five']);
    mailbox.close();
    expect(seen).toHaveLength(1);
    expect(result).toEqual({
      ok: true,
      value: [
        {
          kind: 'mail',
          mail: {
            itemId: 'one',
            parentFolderId: 'AAMkInbox=',
            conversationId: 'conv-1',
            sender: { name: 'Bob', address: 'bob@example.com' },
            subject: 'Lunch & more 😀',
            isRead: false,
            sensitivity: 'normal',
            kind: 'message',
          },
        },
        { kind: 'gone', itemId: 'two' },
        {
          kind: 'mail',
          mail: expect.objectContaining({ itemId: 'three', kind: 'meeting', sender: undefined }),
        },
        { kind: 'unreadable', itemId: 'four' },
        { kind: 'unreadable', itemId: 'five' },
      ],
    });
  });

  test('takes an answer about another item for somebody else’s, and the other spelling of an id for the same', async () => {
    const { origin } = await serve(() => ({
      body: itemsAnswer([
        { id: fixtureId('item3'), parent: fixtureId('inbox'), subject: 'Eve only' },
        { id: fixtureId('item2Compressed'), parent: fixtureId('inbox'), subject: 'Mine' },
      ]),
    }));
    const mailbox = openMailbox(localExchange(), origin);
    const other = canonicalId(fixtureId('item2Compressed'));
    const plain = Buffer.concat([Buffer.of(0), Buffer.from(other)]).toString('base64');
    const result = await mailbox.mails([fixtureId('item1'), plain]);
    mailbox.close();
    expect(result).toMatchObject({
      value: [
        { kind: 'mail', mail: { itemId: fixtureId('item1') } },
        { kind: 'mail', mail: { itemId: plain, subject: 'Mine', parentFolderId: fixtureId('inbox') } },
      ],
    });
    // Without a folder it is announced neutrally, with the alarm.
    expect(result.ok ? result.value[0] : undefined).not.toHaveProperty('mail.parentFolderId');
    expect(JSON.stringify(result)).not.toContain('Eve only');
  });

  test('uses one connection of its own for all its requests', async () => {
    const { origin, seen } = await serve(() => ({
      body: inboxAnswer('AAMkInbox=', 0),
      headers: { 'set-cookie': 'X-BackEndCookie=secret; path=/' },
    }));
    const exchange = localExchange();
    for (const mailbox of [openMailbox(exchange, origin), openMailbox(exchange, origin)]) {
      await mailbox.inbox();
      await Promise.all([mailbox.inbox(), mailbox.inbox()]);
      mailbox.close();
    }
    expect(seen.map(({ socket }) => socket)).toEqual([1, 1, 1, 2, 2, 2]);
    expect(seen.some(({ headers }) => headers.cookie !== undefined)).toBe(false);
  });

  test('stops after a 401 instead of sending the same password again', async () => {
    const { origin, seen } = await serve(() => ({
      status: 401,
      headers: { 'www-authenticate': ['Negotiate', 'NTLM', 'Basic realm="ex, change"'] },
    }));
    const mailbox = openMailbox(localExchange(), origin);
    const refused = {
      ok: false,
      failure: { kind: 'unauthorized', offered: ['negotiate', 'ntlm', 'basic'], sent: 'basic' },
    };
    expect(await mailbox.inbox()).toEqual(refused);
    expect(await mailbox.mails(['one'])).toEqual(refused);
    mailbox.close();
    expect(seen).toHaveLength(1);
  });

  test.each([
    [403, '', { kind: 'forbidden' }],
    [404, '', { kind: 'not-found' }],
    [302, '', { kind: 'failed', code: 'Http302' }],
    [456, '', { kind: 'forbidden' }],
    [500, '', { kind: 'failed', code: 'Http500' }],
    [500, '<html><body>Server Error</body></html>', { kind: 'failed', code: 'Http500' }],
    [502, 'x', { kind: 'unreachable' }],
    [504, 'x', { kind: 'timeout' }],
    [200, '<html><body>Outlook</body></html>', { kind: 'failed', code: 'AnswerNotSoap' }],
    [200, '', { kind: 'failed', code: 'AnswerNotSoap' }],
    [200, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', { kind: 'failed', code: 'AnswerNotSoap' }],
    [200, faultAnswer('ErrorAccountDisabled'), { kind: 'credentials-dead', code: 'ErrorAccountDisabled' }],
    [500, faultAnswer('ErrorPasswordExpired'), { kind: 'credentials-dead', code: 'ErrorPasswordExpired' }],
    [500, faultAnswer('ErrorSchemaValidation'), { kind: 'failed', code: 'ErrorSchemaValidation' }],
    [200, errorMessage('GetFolder', 'ErrorNonExistentMailbox'), { kind: 'credentials-dead' }],
    [200, errorMessage('GetFolder', 'ErrorProxyRequestNotAllowed'), { kind: 'moved' }],
    [200, errorMessage('GetFolder', 'ErrorAccessDenied'), { kind: 'forbidden' }],
    [200, errorMessage('GetFolder', 'ErrorBrandNew'), { kind: 'failed', code: 'ErrorBrandNew' }],
  ])('answers %i %# with its own failure', async (status, body, failure) => {
    const { origin } = await serve(() => ({
      status,
      body,
      headers: { location: 'https://elsewhere.example' },
    }));
    const mailbox = openMailbox(localExchange(), origin);
    expect(await mailbox.inbox()).toMatchObject({ ok: false, failure });
    mailbox.close();
  });

  test('reports the subscription limit', async () => {
    const { origin } = await serve(() => ({
      body: errorMessage('Subscribe', 'ErrorExceededSubscriptionCount'),
    }));
    const mailbox = openMailbox(localExchange(), origin);
    expect(
      await mailbox.subscribe({ callbackUrl: 'https://e/x', statusFrequencyMinutes: 30, events: 'mail' }),
    ).toEqual({ ok: false, failure: { kind: 'subscription-limit' } });
    mailbox.close();
  });
});

describe('a busy server', () => {
  const backOff = { BackOffMilliseconds: '1500' };
  test.each([
    ['a fault', { status: 500, body: faultAnswer('ErrorServerBusy', backOff) }],
    ['a response message', { body: errorMessage('GetFolder', 'ErrorServerBusy', backOff) }],
    [
      'the depth of an internal error',
      {
        body: errorMessage('GetFolder', 'ErrorInternalServerError', {
          InnerErrorResponseCode: 'ErrorServerBusy',
          ...backOff,
        }),
      },
    ],
  ])('is asked again after the time it names, when it says so in %s', async (_dress, busy) => {
    const { origin, seen } = await serve((_request, index) =>
      index === 0 ? busy : { body: inboxAnswer('AAMkInbox=', 1) },
    );
    const waits: number[] = [];
    const mailbox = openMailbox(localExchange({ wait: async (ms) => void waits.push(ms) }), origin);
    expect(await mailbox.inbox()).toMatchObject({ ok: true });
    mailbox.close();
    expect(waits).toEqual([1500]);
    expect(seen).toHaveLength(2);
  });

  test('is left with "busy" and the time it names after three attempts, or when it asks for too long', async () => {
    const { origin, seen } = await serve((_request, index) =>
      index < 3 ? { status: 503 } : { status: 503, headers: { 'retry-after': '60' } },
    );
    const mailbox = openMailbox(localExchange(), origin);
    expect(await mailbox.inbox()).toEqual({ ok: false, failure: { kind: 'busy', retryAfterMs: undefined } });
    expect(seen).toHaveLength(3);
    expect(await mailbox.inbox()).toEqual({ ok: false, failure: { kind: 'busy', retryAfterMs: 60_000 } });
    expect(seen).toHaveLength(4);
    mailbox.close();
  });
});

describe('a slow or odd server', () => {
  test('costs no more than the deadline, and after three time-outs nothing for a minute', async () => {
    const { origin, seen } = await serve(() => ({ silent: true }));
    let nowMs = 1_000_000;
    const exchange = localExchange({ now: () => nowMs, callTimeoutMs: 150 });
    await exchange.warm();
    const open = () =>
      exchange.open({
        ewsUrl: `${origin}/EWS/Exchange.asmx`,
        credentials: { email: 'ann@example.com', auth: { type: 'basic', username: 'a', password: 'b' } },
        deadlineMs: nowMs + 150,
      });
    const timeout = { ok: false, failure: { kind: 'timeout' } };
    for (let round = 0; round < 4; round += 1) {
      const mailbox = open();
      expect(await mailbox.inbox()).toEqual(timeout);
      mailbox.close();
    }
    expect(seen).toHaveLength(3);
    nowMs += 60_001;
    const mailbox = open();
    expect(await mailbox.inbox()).toEqual(timeout);
    mailbox.close();
    expect(seen).toHaveLength(4);
  });

  test('that cuts the connection is asked again, but never to subscribe again', async () => {
    const { origin, seen } = await serve((_request, index) =>
      index % 2 === 0 ? { resets: true } : { body: inboxAnswer('AAMkInbox=', 2) },
    );
    const mailbox = openMailbox(localExchange(), origin);
    expect(await mailbox.inbox()).toMatchObject({ ok: true });
    expect(
      await mailbox.subscribe({ callbackUrl: 'https://e/x', statusFrequencyMinutes: 30, events: 'mail' }),
    ).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
    mailbox.close();
    expect(seen).toHaveLength(3);
  });

  test('is not blamed for requests that came late', async () => {
    let silent = true;
    const { origin } = await serve(() =>
      silent ? { silent: true } : { body: inboxAnswer('AAMkInbox=', 0) },
    );
    const exchange = localExchange();
    for (let round = 0; round < 5; round += 1) {
      const mailbox = openMailbox(exchange, origin, BASIC, 20);
      expect(await mailbox.inbox()).toEqual({ ok: false, failure: { kind: 'timeout' } });
      mailbox.close();
    }
    silent = false;
    const mailbox = openMailbox(exchange, origin);
    expect(await mailbox.inbox()).toMatchObject({ ok: true });
    mailbox.close();
  });

  test('cannot fill the memory, compressed or not', async () => {
    const { gzipSync } = await import('node:zlib');
    const huge = Buffer.alloc(5 * 1024 * 1024, 32);
    const { origin } = await serve((_request, index) =>
      index === 0 ? { body: huge } : { body: gzipSync(huge), headers: { 'content-encoding': 'gzip' } },
    );
    const mailbox = openMailbox(localExchange(), origin);
    const tooLarge = { ok: false, failure: { kind: 'failed', code: 'AnswerTooLarge' } };
    expect(await mailbox.inbox()).toEqual(tooLarge);
    expect(await mailbox.inbox()).toEqual(tooLarge);
    mailbox.close();
  });

  test('may compress its answers', async () => {
    const { gzipSync } = await import('node:zlib');
    const { origin } = await serve(() => ({
      body: gzipSync(inboxAnswer('AAMkInbox=', 2)),
      headers: { 'content-encoding': 'gzip' },
    }));
    const mailbox = openMailbox(localExchange(), origin);
    expect(await mailbox.inbox()).toMatchObject({ ok: true, value: { unreadCount: 2 } });
    mailbox.close();
  });

  test('that nobody listens on is unreachable', async () => {
    const { origin, close } = await serve(() => ({}));
    await close();
    const mailbox = openMailbox(localExchange(), origin);
    expect(await mailbox.inbox()).toEqual({
      ok: false,
      failure: { kind: 'unreachable', detail: 'the connection failed (ECONNREFUSED)' },
    });
    mailbox.close();
    server = undefined;
  });
});

describe('the probe', () => {
  const probe = (origin: string) =>
    localExchange().probe({ ewsUrl: `${origin}/EWS/Exchange.asmx`, deadlineMs: Date.now() + 5_000 });

  test('names the schemes that the server offers, and sends nothing of a user', async () => {
    const { origin, seen } = await serve(() => ({
      status: 401,
      headers: {
        'www-authenticate': ['Bearer client_id="00", trusted_issuers="a,b", NTLM', 'Basic realm="x"'],
      },
    }));
    expect(await probe(origin)).toEqual({ ok: true, value: { offered: ['bearer', 'ntlm', 'basic'] } });
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(seen[0]?.headers['x-anchormailbox']).toBeUndefined();
  });

  test.each([200, 400, 405, 500])('lets a %i pass: the server asks nobody who they are', async (status) => {
    const { origin } = await serve(() => ({ status }));
    expect(await probe(origin)).toEqual({ ok: true, value: { offered: [] } });
  });

  test.each([
    [403, 'forbidden'],
    [404, 'not-found'],
    [503, 'busy'],
  ])('reports a %i', async (status, kind) => {
    const { origin } = await serve(() => ({ status }));
    expect(await probe(origin)).toMatchObject({ ok: false, failure: { kind } });
  });

  test('refuses a host that is not allowed without asking it', async () => {
    expect(await probe('https://mail.example.com')).toMatchObject({
      ok: false,
      failure: { kind: 'refused-address', detail: expect.stringContaining('allowedExchangeHosts') },
    });
  });
});
