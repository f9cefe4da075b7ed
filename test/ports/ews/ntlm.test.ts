import { describe, expect, test } from '@jest/globals';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import { inboxAnswer } from '../../support/ews-answers.ts';
import { localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import type { ChallengeForm, ReadMessage } from '../../support/ntlm-server.ts';
import { challengeMessage, readClientMessage } from '../../support/ntlm-server.ts';
import type { ScriptedAnswer, SeenRequest } from '../../support/scripted-server.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();

const INBOX: ScriptedAnswer = { body: inboxAnswer('AAMkInbox=', 3) };
const OK = { ok: true, value: { folderId: 'AAMkInbox=', unreadCount: 3 } };

describe('NTLM', () => {
  const ANN: ExchangeAuth = { type: 'ntlm', username: 'ann', password: 'Password', domain: 'CORP' };

  /** Authenticates sockets as IIS does; `messages` is what the client sent. */
  async function serveNtlm(form: ChallengeForm, closesAfterChallenge = false) {
    const messages: ReadMessage[] = [];
    const authenticated = new Set<number>();
    const offer = (value: string): ScriptedAnswer => ({
      status: 401,
      headers: { 'www-authenticate': ['Negotiate', value] },
      closes: closesAfterChallenge ? true : undefined,
    });
    const server = await serve(({ headers, socket }: SeenRequest) => {
      if (authenticated.has(socket)) {
        return INBOX;
      }
      if (headers.authorization === undefined) {
        return offer('NTLM');
      }
      const message = readClientMessage(headers.authorization, form.oem);
      messages.push(message);
      if (message.type === 1) {
        return offer(`NTLM ${challengeMessage(form)}`);
      }
      if (message.proven === true) {
        authenticated.add(socket);
      }
      return message.proven === true ? INBOX : offer('NTLM');
    });
    return { server, messages, authenticated };
  }

  test.each([true, false])(
    'proves the password in three messages over one socket (OEM names: %s)',
    async (oem) => {
      const { server, messages } = await serveNtlm({ oem, ntlmV2: true });
      const mailbox = openMailbox(localExchange(), server.origin, ANN);
      expect(await mailbox.inbox()).toEqual(OK);
      expect(await mailbox.inbox()).toEqual(OK);
      mailbox.close();
      expect(messages).toEqual([
        { type: 1 },
        { type: 3, user: 'ann', domain: 'CORP', workstation: 'ENS', proven: true },
      ]);
      expect(server.seen.map(({ socket }) => socket)).toEqual([1, 1, 1]);
      expect(server.seen.map(({ body }) => body.includes('GetFolder'))).toEqual([false, true, true]);
      expect(server.seen[2]?.headers.authorization).toBeUndefined();
    },
  );

  test('keeps its handshake together where two requests of one mailbox come at once', async () => {
    const { server, messages } = await serveNtlm({ oem: true, ntlmV2: true });
    const mailbox = openMailbox(localExchange(), server.origin, ANN);
    expect(await Promise.all([mailbox.inbox(), mailbox.inbox()])).toEqual([OK, OK]);
    mailbox.close();
    expect(messages.map(({ type }) => type)).toEqual([1, 3]);
    expect(new Set(server.seen.map(({ socket }) => socket)).size).toBe(1);
  });

  test('never shares an authenticated socket between two mailboxes', async () => {
    const { server } = await serveNtlm({ oem: true, ntlmV2: true });
    const exchange = localExchange();
    const first = openMailbox(exchange, server.origin, ANN);
    const second = openMailbox(exchange, server.origin, ANN);
    await Promise.all([first.inbox(), second.inbox()]);
    first.close();
    second.close();
    const sockets = server.seen.map(({ socket, headers }) => [socket, headers.authorization !== undefined]);
    expect(new Set(sockets.map(([socket]) => socket)).size).toBe(2);
    expect(sockets.every(([, signed]) => signed)).toBe(true);
  });

  test('is done again where the server forgot the socket, and asked once where the password is wrong', async () => {
    const { server, messages, authenticated } = await serveNtlm({ oem: true, ntlmV2: true });
    const mailbox = openMailbox(localExchange(), server.origin, ANN);
    await mailbox.inbox();
    authenticated.clear();
    expect(await mailbox.inbox()).toEqual(OK);
    mailbox.close();
    expect(messages.map(({ type }) => type)).toEqual([1, 3, 1, 3]);
    messages.length = 0;
    authenticated.clear();
    const wrong = openMailbox(localExchange(), server.origin, { ...ANN, password: 'password' });
    const refused = {
      ok: false,
      failure: { kind: 'unauthorized', offered: ['negotiate', 'ntlm'], sent: 'ntlm' },
    };
    expect(await wrong.inbox()).toEqual(refused);
    expect(await wrong.inbox()).toEqual(refused);
    wrong.close();
    expect(messages.map(({ type }) => type)).toEqual([1, 3]);
  });

  test.each<[string, string, string, string]>([
    ['CORP\\ann', '', 'ann', 'CORP'],
    ['CORP\\ann', 'OTHER', 'ann', 'CORP'],
    ['CORP\\ann\\1', '', 'ann\\1', 'CORP'],
    ['ann@example.com', '', 'ann@example.com', ''],
    ['ann', '', 'ann', 'CORP'],
    ['ann', 'OTHER', 'ann', 'OTHER'],
  ])('signs in %j with domain %j as user %j of %j', async (username, domain, user, of) => {
    const { server, messages } = await serveNtlm({ oem: true, ntlmV2: true });
    const mailbox = openMailbox(localExchange(), server.origin, { ...ANN, username, domain });
    expect(await mailbox.inbox()).toEqual(OK);
    mailbox.close();
    expect(messages[1]).toMatchObject({ user, domain: of, proven: true });
  });

  test.each<[string, ChallengeForm, string, boolean]>([
    ['NtlmV1Refused', { oem: true, ntlmV2: false }, 'ann', false],
    ['NtlmV1Refused', { oem: true, ntlmV2: false, targetInfo: true }, 'ann', false],
    ['NtlmV1Refused', { oem: true, ntlmV2: true, targetInfo: false }, 'ann', false],
    ['NtlmNamesNotUnicode', { oem: true, ntlmV2: true }, 'änn', false],
    ['NtlmConnectionNotKept', { oem: true, ntlmV2: true }, 'ann', true],
  ])('sends no proof where that would go wrong: %s', async (code, form, username, closes) => {
    const { server, messages } = await serveNtlm(form, closes);
    const mailbox = openMailbox(localExchange(), server.origin, { ...ANN, username });
    expect(await mailbox.inbox()).toEqual({ ok: false, failure: { kind: 'sign-in-impossible', code } });
    mailbox.close();
    expect(messages.every(({ type }) => type === 1)).toBe(true);
  });

  test('names what the server offers instead', async () => {
    const { origin } = await serve(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="x"' },
    }));
    const mailbox = openMailbox(localExchange(), origin, ANN);
    expect(await mailbox.inbox()).toEqual({
      ok: false,
      failure: { kind: 'unauthorized', offered: ['basic'], sent: 'ntlm' },
    });
    mailbox.close();
  });
});
