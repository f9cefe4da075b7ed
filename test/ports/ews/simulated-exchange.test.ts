import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import type { ExchangeFailure, ExchangeMailbox } from '#domain/ports/exchange.ts';
import { localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import type { ExchangeBench } from '../../support/simulated-exchange.ts';
import { startExchangeBench } from '../../support/simulated-exchange.ts';

const EMAIL = 'ann@example.com';
const BASIC: ExchangeAuth = { type: 'basic', username: EMAIL, password: 'pässwörd' };

let bench: ExchangeBench;
const opened: ExchangeMailbox[] = [];
beforeEach(async () => {
  bench = await startExchangeBench();
  bench.exchange.mailboxes.create({ email: EMAIL, password: 'pässwörd', username: 'ann' });
});
afterEach(async () => {
  for (const mailbox of opened.splice(0)) {
    mailbox.close();
  }
  await bench.close();
});

function open(auth: ExchangeAuth = BASIC, exchange = localExchange(), timeoutMs = 10_000): ExchangeMailbox {
  const mailbox = openMailbox(exchange, bench.origin, auth, timeoutMs);
  opened.push(mailbox);
  return mailbox;
}

function deliver(subject: string, kind?: 'meeting' | 'report-item' | 'post' | 'report'): string {
  const from = { name: 'Bob & Söhne', address: 'bob@example.com' };
  return bench.exchange.mailboxes.deliver(EMAIL, { from, subject, ...(kind === undefined ? {} : { kind }) })
    .itemId;
}

describe('the EWS adapter against the simulated Exchange', () => {
  test.each(['exchange', 'workmail'] as const)(
    'reads and subscribes an Inbox and fetches its mails (%s)',
    async (dialect) => {
      bench.exchange.modes.dialect = dialect;
      const first = deliver('Grüße \u0007 <&> 😀');
      const second = deliver('Later');
      const mailbox = open();
      const inbox = await mailbox.inbox();
      expect(inbox).toMatchObject({ ok: true, value: { unreadCount: 2 } });
      expect(
        await mailbox.subscribe({
          callbackUrl: bench.callbackUrl,
          statusFrequencyMinutes: 30,
          events: 'mail-and-badge',
        }),
      ).toMatchObject({ ok: true, value: { watermark: expect.stringMatching(/\S/) } });
      const mails = await mailbox.mails([second, 'AAMkNoSuchItem=', first]);
      expect(mails).toMatchObject({
        ok: true,
        value: [
          { kind: 'mail', mail: { itemId: second, subject: 'Later' } },
          { itemId: 'AAMkNoSuchItem=' },
          {
            kind: 'mail',
            mail: {
              itemId: first,
              subject: 'Grüße  <&> 😀',
              sender: { name: 'Bob & Söhne', address: 'bob@example.com' },
              parentFolderId: inbox.ok ? inbox.value.folderId : '',
              isRead: false,
              kind: 'message',
            },
          },
        ],
      });
      expect(bench.exchange.subscriptions(EMAIL)).toHaveLength(1);
    },
  );

  test('finds mails gone that were deleted, and shows what has no sender', async () => {
    const gone = deliver('Gone');
    bench.exchange.mailboxes.delete(EMAIL, gone, 'hard');
    const ids = [gone, deliver('Plan', 'meeting'), deliver('Note', 'post'), deliver('Failed', 'report-item')];
    const result = await open().mails(ids);
    expect(result.ok && result.value.map((lookup) => lookup.kind)).toEqual(['gone', 'mail', 'mail', 'mail']);
    expect(result).toMatchObject({
      value: [
        {},
        { mail: { kind: 'meeting', subject: 'Plan' } },
        { mail: { kind: 'other', sender: { address: 'bob@example.com' } } },
        { mail: { kind: 'report', subject: 'Failed' } },
      ],
    });
  });

  test('signs in with NTLM on a connection of its own', async () => {
    bench.exchange.modes.offers = ['NTLM', 'Negotiate'];
    const auth: ExchangeAuth = { type: 'ntlm', username: 'ann', password: 'pässwörd', domain: '' };
    expect(await open(auth).inbox()).toMatchObject({ ok: true });
    expect(await open({ ...auth, password: 'wrong' }).inbox()).toMatchObject({
      ok: false,
      failure: { kind: 'unauthorized', offered: ['ntlm', 'negotiate'], sent: 'ntlm' },
    });
    expect(bench.exchange.failedLogons(EMAIL)).toBe(1);
    expect(await open().inbox()).toMatchObject({
      ok: false,
      failure: { kind: 'unauthorized', sent: 'basic' },
    });
  });

  test('signs in with tokens, refreshes them, and brings each rotation to light', async () => {
    const issued = bench.exchange.issueTokens(EMAIL, { lifetimeSeconds: 600, clientId: 'app' });
    const auth = {
      type: 'bearer',
      accessToken: issued.accessToken,
      expiresAt: new Date(issued.expiresAt).toISOString(),
      refresh: {
        tokenEndpoint: bench.exchange.tokenEndpoint(),
        clientId: 'app',
        refreshToken: issued.refreshToken ?? '',
        scope: 'EWS',
      },
    } as const;
    let nowMs = bench.clock.now();
    const exchange = localExchange({ now: () => nowMs });
    const openAt = (mailboxAuth: ExchangeAuth): ExchangeMailbox => {
      const mailbox = exchange.open({
        ewsUrl: `${bench.origin}/EWS/Exchange.asmx`,
        credentials: { email: EMAIL, auth: mailboxAuth },
        deadlineMs: nowMs + 10_000,
      });
      opened.push(mailbox);
      return mailbox;
    };
    expect(await openAt(auth).inbox()).toMatchObject({ ok: true });
    nowMs += 600_000;
    const later = openAt(auth);
    expect(await later.inbox()).toMatchObject({ ok: true });
    const rotated = later.rotatedCredentials();
    expect(rotated?.auth).toMatchObject({ type: 'bearer', refresh: { refreshToken: expect.any(String) } });
    bench.exchange.revokeTokens(EMAIL);
    expect(await openAt(rotated?.auth ?? auth).inbox()).toEqual({
      ok: false,
      failure: { kind: 'refresh-refused', code: 'invalid_grant' },
    });
  });

  test.each<[string, Partial<ExchangeFailure>]>([
    ['401', { kind: 'unauthorized' }],
    ['403', { kind: 'forbidden' }],
    ['404', { kind: 'not-found' }],
    ['456', { kind: 'forbidden' }],
    ['500:html', { kind: 'failed', code: 'Http500' }],
    ['500:empty', { kind: 'failed', code: 'Http500' }],
    ['503', { kind: 'busy' }],
    ['302', { kind: 'redirected' }],
    ['html', { kind: 'web-page' }],
    ['reset', { kind: 'unreachable' }],
    ['hang', { kind: 'timeout' }],
    ['truncated', { kind: 'unreachable' }],
    ['half-xml', { kind: 'failed', code: 'AnswerNotSoap' }],
    ['oversized', { kind: 'failed', code: 'AnswerTooLarge' }],
    ['doctype', { kind: 'failed', code: 'AnswerNotSoap' }],
    ...['message', 'fault', 'padded', 'old', 'hidden', 'hidden-fault'].flatMap(
      (dress): [string, Partial<ExchangeFailure>][] => [
        [`ErrorServerBusy:${dress};backoff=90000`, { kind: 'busy', retryAfterMs: 90_000 }],
        [`ErrorPasswordExpired:${dress}`, { kind: 'credentials-dead', code: 'ErrorPasswordExpired' }],
      ],
    ),
    ['ErrorAccountDisabled', { kind: 'no-mailbox' }],
    ['ErrorNonExistentMailbox', { kind: 'no-mailbox' }],
    ['ErrorProxyRequestNotAllowed', { kind: 'moved' }],
    ['ErrorMailboxMoveInProgress', { kind: 'busy' }],
    ['ErrorAccessDenied', { kind: 'forbidden' }],
  ])('takes %s for what it is', async (word, failure) => {
    bench.exchange.modes.language = 'ko';
    bench.exchange.failMailbox(EMAIL, word);
    const mailbox = open(BASIC, localExchange(), word === 'hang' ? 150 : 10_000);
    expect(await mailbox.inbox()).toMatchObject({ ok: false, failure });
  });

  test('reads compressed answers, odd spellings and byte order marks', async () => {
    Object.assign(bench.exchange.modes, { gzip: true, byteOrderMark: true, withoutChangeKeys: true });
    const id = deliver('Hello');
    expect(await open().inbox()).toMatchObject({ ok: true, value: { unreadCount: 1 } });
    expect(await open().mails([id])).toMatchObject({
      ok: true,
      value: [{ kind: 'mail', mail: { subject: 'Hello' } }],
    });
  });

  test('gives no other user what the server shows a reused connection', async () => {
    bench.exchange.modes.wrongOwner = { kind: 'reused-connection' };
    bench.exchange.mailboxes.create({ email: 'eve@example.com', password: 'pw' });
    const secret = deliver('Secret');
    const exchange = localExchange();
    await open(BASIC, exchange).mails([secret]);
    const eve = openMailbox(exchange, bench.origin, {
      type: 'basic',
      username: 'eve@example.com',
      password: 'pw',
    });
    opened.push(eve);
    expect(await eve.inbox()).toMatchObject({ ok: true, value: { unreadCount: 0 } });
  });

  test('reports a moved mailbox and the subscription limit', async () => {
    bench.exchange.mailboxes.get(EMAIL).subscriptionLimit = 0;
    const request = { callbackUrl: bench.callbackUrl, statusFrequencyMinutes: 30, events: 'mail' } as const;
    expect(await open().subscribe(request)).toEqual({ ok: false, failure: { kind: 'subscription-limit' } });
    bench.exchange.moveMailbox(EMAIL, 'north');
    expect(await open().inbox()).toEqual({ ok: false, failure: { kind: 'moved' } });
  });

  test('probes without a user', async () => {
    const exchange = localExchange();
    const ewsUrl = `${bench.origin}/EWS/Exchange.asmx`;
    expect(await exchange.probe({ ewsUrl, deadlineMs: Date.now() + 5_000 })).toEqual({
      ok: true,
      value: { offered: ['basic', 'ntlm', 'negotiate', 'bearer'] },
    });
  });
});
