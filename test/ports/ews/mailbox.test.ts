import { describe, expect, test } from '@jest/globals';
import { canonicalId } from '#adapters/ews/folder-id.ts';
import {
  errorMessage,
  faultAnswer,
  inboxAnswer,
  itemsAnswer,
  subscribeAnswer,
} from '../../support/ews-answers.ts';
import { fixtureId } from '../../support/ews-fixtures.ts';
import { localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();

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
      ]),
    }));
    const mailbox = openMailbox(localExchange(), origin);
    const result = await mailbox.mails(['one', 'two', 'three', 'four']);
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
            isDraft: false,
            sensitivity: 'normal',
            kind: 'message',
          },
        },
        { kind: 'gone', itemId: 'two' },
        {
          kind: 'mail',
          mail: expect.objectContaining({ itemId: 'three', kind: 'meeting', sender: undefined }),
        },
        { kind: 'mail', mail: expect.objectContaining({ itemId: 'four', kind: 'report' }) },
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
        { kind: 'foreign', itemId: fixtureId('item1') },
        { kind: 'mail', mail: { itemId: plain, subject: 'Mine', parentFolderId: fixtureId('inbox') } },
      ],
    });
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
    [
      302,
      '',
      { kind: 'redirected', detail: expect.stringMatching(/302 and names the host elsewhere\.example$/) },
    ],
    [440, '', { kind: 'web-page', detail: expect.stringContaining('440') }],
    [456, '', { kind: 'forbidden' }],
    [500, '', { kind: 'failed', code: 'Http500' }],
    [500, '<html><body>Server Error</body></html>', { kind: 'failed', code: 'Http500' }],
    [502, 'x', { kind: 'unreachable' }],
    [504, 'x', { kind: 'unreachable' }],
    [408, 'x', { kind: 'unreachable' }],
    [200, '<html><body>Outlook</body></html>', { kind: 'web-page' }],
    [200, '', { kind: 'failed', code: 'AnswerEmpty' }],
    [200, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', { kind: 'failed', code: 'AnswerNotSoap' }],
    [200, faultAnswer('ErrorAccountDisabled'), { kind: 'no-mailbox', code: 'ErrorAccountDisabled' }],
    [500, faultAnswer('ErrorPasswordExpired'), { kind: 'credentials-dead', code: 'ErrorPasswordExpired' }],
    [500, faultAnswer('ErrorSchemaValidation'), { kind: 'failed', code: 'ErrorSchemaValidation' }],
    [200, errorMessage('GetFolder', 'ErrorNonExistentMailbox'), { kind: 'no-mailbox' }],
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
