import { describe, expect, test } from '@jest/globals';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import { inboxAnswer } from '../../support/ews-answers.ts';
import { localExchange } from '../../support/exchange-adapter.ts';
import type { ScriptedAnswer } from '../../support/scripted-server.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();

const INBOX: ScriptedAnswer = { body: inboxAnswer('AAMkInbox=', 3) };
const OK = { ok: true, value: { folderId: 'AAMkInbox=', unreadCount: 3 } };

describe('a bearer token', () => {
  const START_MS = Date.UTC(2026, 10, 22);
  const LATER = new Date(START_MS + 3_600_000).toISOString();
  const EARLIER = new Date(START_MS - 1).toISOString();

  /** An Exchange that takes these tokens, beside a token endpoint with these answers. */
  async function world(valid: string[], tokenAnswers: ScriptedAnswer[] = []) {
    const exchange = await serve(({ headers }) =>
      valid.some((token) => headers.authorization === `Bearer ${token}`)
        ? INBOX
        : { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token", Basic realm="x"' } },
    );
    const tokens = await serve((_request, index) => tokenAnswers[index] ?? { status: 500 });
    const clock = { nowMs: START_MS };
    const adapter = localExchange({ now: () => clock.nowMs });
    const auth = (accessToken: string, expiresAt: string, refreshToken?: string): ExchangeAuth => ({
      type: 'bearer',
      accessToken,
      expiresAt,
      refresh:
        refreshToken === undefined
          ? undefined
          : {
              tokenEndpoint: `${tokens.origin}/token`,
              clientId: 'app',
              refreshToken,
              scope: 'EWS offline_access',
            },
    });
    const open = (with_: ExchangeAuth) =>
      adapter.open({
        ewsUrl: `${exchange.origin}/EWS/Exchange.asmx`,
        credentials: { email: 'ann@example.com', auth: with_ },
        deadlineMs: clock.nowMs + 10_000,
      });
    return { exchange, tokens, clock, auth, open };
  }

  const granted = (token: string, refresh?: string): ScriptedAnswer => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      token_type: 'Bearer',
      access_token: token,
      expires_in: 3600,
      refresh_token: refresh,
    }),
  });

  test('is sent as it is, and a 401 is final without a refresh token', async () => {
    const { open, auth, exchange } = await world(['good']);
    const good = open(auth('good', LATER));
    expect(await good.inbox()).toEqual(OK);
    expect(good.rotatedCredentials()).toBeUndefined();
    const bad = open(auth('bad', LATER));
    expect(await bad.inbox()).toEqual({
      ok: false,
      failure: { kind: 'unauthorized', offered: ['bearer', 'basic'], sent: 'bearer' },
    });
    expect(await bad.inbox()).toMatchObject({ ok: false });
    expect(exchange.seen).toHaveLength(2);
    good.close();
    bad.close();
  });

  test('that has ended is refreshed inside the request, once for all requests of this instance', async () => {
    const { open, auth, exchange, tokens, clock } = await world(
      ['fresh'],
      [granted('fresh'), granted('fresh')],
    );
    for (let round = 0; round < 2; round += 1) {
      const mailbox = open(auth('old', EARLIER, 'r1'));
      expect(await mailbox.inbox()).toEqual(OK);
      expect(mailbox.rotatedCredentials()).toBeUndefined();
      mailbox.close();
    }
    expect(exchange.seen).toHaveLength(2);
    expect(tokens.seen).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(tokens.seen[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'app',
      refresh_token: 'r1',
      scope: 'EWS offline_access',
    });
    clock.nowMs += 3_600_000;
    const mailbox = open(auth('old', EARLIER, 'r1'));
    expect(await mailbox.inbox()).toEqual(OK);
    mailbox.close();
    expect(tokens.seen).toHaveLength(2);
  });

  test('is refreshed once where two requests of one mailbox need it at once', async () => {
    const { open, auth, tokens } = await world(
      ['fresh'],
      [granted('fresh', 'r2'), { status: 400, body: '{"error":"invalid_grant"}' }],
    );
    const mailbox = open(auth('old', EARLIER, 'r1'));
    expect(await Promise.all([mailbox.inbox(), mailbox.inbox()])).toEqual([OK, OK]);
    mailbox.close();
    expect(tokens.seen).toHaveLength(1);
  });

  test('of one refresh token is never used for another', async () => {
    const { open, auth, tokens } = await world(['a', 'b'], [granted('a'), granted('b')]);
    for (const refresh of ['r1', 'r2']) {
      const mailbox = open(auth('old', EARLIER, refresh));
      await mailbox.inbox();
      mailbox.close();
    }
    expect(tokens.seen).toHaveLength(2);
  });

  test('that the server refuses is refreshed once, and not again where the new one is refused too', async () => {
    const { open, auth, exchange, tokens } = await world(['fresh'], [granted('fresh'), granted('bad')]);
    const mailbox = open(auth('revoked', LATER, 'r1'));
    expect(await mailbox.inbox()).toEqual(OK);
    mailbox.close();
    const hopeless = open(auth('revoked', LATER, 'r2'));
    expect(await hopeless.inbox()).toMatchObject({
      ok: false,
      failure: { kind: 'unauthorized', sent: 'bearer' },
    });
    expect(await hopeless.inbox()).toMatchObject({ ok: false, failure: { kind: 'unauthorized' } });
    hopeless.close();
    expect(tokens.seen).toHaveLength(2);
    expect(exchange.seen).toHaveLength(4);
  });

  test('that turned out to be revoked is not remembered any longer', async () => {
    const valid = ['fresh'];
    const { open, auth, exchange } = await world(valid, [
      granted('fresh'),
      { status: 503 },
      { status: 503 },
      { status: 503 },
    ]);
    const answers = [];
    for (let round = 0; round < 3; round += 1) {
      const mailbox = open(auth('old', EARLIER, 'r1'));
      answers.push(await mailbox.inbox());
      mailbox.close();
      valid.length = 0;
    }
    expect(answers).toMatchObject([OK, { failure: { kind: 'busy' } }, { ok: false }]);
    expect(exchange.seen.filter(({ headers }) => headers.authorization === 'Bearer fresh')).toHaveLength(2);
  });

  test('brings the rotated refresh token to light, in later requests of this instance too', async () => {
    const { open, auth, tokens } = await world(['fresh'], [granted('fresh', 'r2')]);
    for (let round = 0; round < 2; round += 1) {
      const mailbox = open(auth('old', EARLIER, 'r1'));
      expect(await mailbox.inbox()).toEqual(OK);
      expect(mailbox.rotatedCredentials()).toMatchObject({
        email: 'ann@example.com',
        auth: { type: 'bearer', accessToken: 'old', refresh: { refreshToken: 'r2', clientId: 'app' } },
      });
      mailbox.close();
    }
    const sealedAgain = open(auth('old', EARLIER, 'r2'));
    expect(await sealedAgain.inbox()).toEqual(OK);
    expect(sealedAgain.rotatedCredentials()).toBeUndefined();
    sealedAgain.close();
    expect(tokens.seen).toHaveLength(1);
  });

  test.each<[ScriptedAnswer, object]>([
    [
      { status: 400, body: '{"error":"invalid_grant"}' },
      { kind: 'refresh-refused', code: 'invalid_grant' },
    ],
    [
      { status: 400, body: '{"error":"invalid_client"}' },
      { kind: 'failed', code: 'TokenEndpoint:invalid_client' },
    ],
    [
      { status: 400, body: '{"error":"<b>ann</b>"}' },
      { kind: 'failed', code: 'TokenEndpoint:Http400' },
    ],
    [{ status: 503 }, { kind: 'busy' }],
    [
      { status: 302, headers: { location: 'https://evil.example' } },
      { kind: 'failed', code: 'Http302' },
    ],
    [{ body: '{}' }, { kind: 'failed', code: 'TokenAnswerNotUnderstood' }],
    [{ body: 'no json' }, { kind: 'failed', code: 'TokenAnswerNotUnderstood' }],
  ])('that cannot be refreshed is never sent (%#)', async (answer, failure) => {
    const { open, auth, exchange } = await world([], [answer, answer, answer]);
    const mailbox = open(auth('old', EARLIER, 'r1'));
    expect(await mailbox.inbox()).toMatchObject({ ok: false, failure });
    mailbox.close();
    expect(exchange.seen).toHaveLength(0);
  });

  test('is refreshed at no token endpoint that is not allowed', async () => {
    const { open } = await world([]);
    const mailbox = open({
      type: 'bearer',
      accessToken: 'old',
      expiresAt: EARLIER,
      refresh: { tokenEndpoint: 'https://evil.example/t', clientId: 'a', refreshToken: 'b', scope: 'c' },
    });
    expect(await mailbox.inbox()).toMatchObject({
      ok: false,
      failure: { kind: 'refused-address', detail: expect.stringContaining('allowedTokenHosts') },
    });
    mailbox.close();
  });
});
