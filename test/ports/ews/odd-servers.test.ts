import { describe, expect, test } from '@jest/globals';
import { errorMessage, faultAnswer, inboxAnswer } from '../../support/ews-answers.ts';
import { BASIC, localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();

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
  test('costs no more than the deadline, and after time-outs of three mailboxes nothing for a minute', async () => {
    const { origin, seen } = await serve(() => ({ silent: true }));
    let nowMs = 1_000_000;
    const exchange = localExchange({ now: () => nowMs, callTimeoutMs: 150 });
    await exchange.warm();
    const open = (servesMailbox: string) =>
      exchange.open({
        servesMailbox,
        ewsUrl: `${origin}/EWS/Exchange.asmx`,
        credentials: { email: 'ann@example.com', auth: { type: 'basic', username: 'a', password: 'b' } },
        deadlineMs: nowMs + 150,
      });
    const timeout = { ok: false, failure: { kind: 'timeout' } };
    for (let round = 0; round < 4; round += 1) {
      const mailbox = open(`mailbox ${round}`);
      expect(await mailbox.inbox()).toEqual(timeout);
      mailbox.close();
    }
    expect(seen).toHaveLength(3);
    nowMs += 60_001;
    const mailbox = open('mailbox 0');
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
  });
});
