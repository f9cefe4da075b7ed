import { describe, expect, test } from '@jest/globals';
import { bearerWorld, EARLIER, OK } from '../../support/bearer-world.ts';
import { BASIC } from '../../support/exchange-adapter.ts';
import { type ScriptedAnswer, useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();
const world = bearerWorld(serve);
const BASIC_HEADER = `Basic ${Buffer.from('ann:correct horse').toString('base64')}`;

/** A failure of the token endpoint is told as its own: it says nothing about Exchange, its URL or its host. */
function ofEndpoint(code: string, detail: RegExp) {
  return { kind: 'failed', code: `TokenEndpoint:${code}`, detail: expect.stringMatching(detail) };
}

/** It refuses, but the word may mean our set-up as well as the token. */
function refusedUnclearly(code: string, detail: RegExp) {
  return {
    kind: 'refresh-refused',
    code: `TokenEndpoint:${code}`,
    unclear: true,
    detail: expect.stringMatching(detail),
  };
}

describe('a token endpoint', () => {
  test.each<[string, ScriptedAnswer, object]>([
    [
      'refuses the refresh token',
      { status: 400, body: '{"error":"invalid_grant"}' },
      { kind: 'refresh-refused', code: 'invalid_grant' },
    ],
    [
      'wants the user to come',
      { status: 400, body: '{"error":"interaction_required"}' },
      { kind: 'refresh-refused', code: 'interaction_required' },
    ],
    ['is busy', { status: 503, headers: { 'retry-after': '7' } }, { kind: 'busy', retryAfterMs: 7_000 }],
    ['limits the rate', { status: 429 }, { kind: 'busy' }],
    [
      'does not know the client',
      { status: 400, body: '{"error":"invalid_client"}' },
      refusedUnclearly('invalid_client', /client id, scope/),
    ],
    [
      'does not know the client, by 401',
      { status: 401, body: '{"error":"unauthorized_client"}' },
      refusedUnclearly('unauthorized_client', /client id, scope/),
    ],
    [
      'answers 400 with something else',
      { status: 400, body: '{"error":"<b>ann</b>"}' },
      refusedUnclearly('Http400', /client id, scope/),
    ],
    ['is not at that path', { status: 404 }, refusedUnclearly('Http404', /tokenEndpoint/)],
    ['forbids', { status: 403 }, refusedUnclearly('Http403', /tokenEndpoint/)],
    [
      'redirects',
      { status: 302, headers: { location: 'https://evil.example' } },
      ofEndpoint('Http302', /tokenEndpoint/),
    ],
    ['has a gateway that gives up', { status: 504 }, ofEndpoint('Http504', /tokenEndpoint/)],
    ['fails', { status: 500 }, ofEndpoint('Http500', /tokenEndpoint/)],
    ['answers 200 with no token', { body: '{}' }, ofEndpoint('AnswerNotUnderstood', /RFC 6749/)],
    ['answers 200 with no JSON', { body: 'no json' }, ofEndpoint('AnswerNotUnderstood', /RFC 6749/)],
    ['cuts the connection', { resets: true }, ofEndpoint('unreachable', /firewall/)],
    ['says nothing', { silent: true }, ofEndpoint('timeout', /firewall/)],
    ['says too much', { body: 'x'.repeat(70_000) }, ofEndpoint('AnswerTooLarge', /tokenEndpoint/)],
  ])('that %s is taken for what it is, and no token is sent to Exchange', async (_what, answer, failure) => {
    // Only who is to wait for silence waits briefly: the others may find the machine busy.
    const callTimeoutMs = answer.silent === true ? 150 : 5_000;
    const { open, auth, exchange } = await world([], [answer, answer, answer], callTimeoutMs);
    const mailbox = open(auth('old', EARLIER, 'r1'));
    const result = await mailbox.inbox();
    mailbox.close();
    expect(result).toEqual({ ok: false, failure: expect.objectContaining(failure) });
    expect(JSON.stringify(result)).not.toContain('ann');
    expect(exchange.seen).toHaveLength(0);
  });

  test('that nobody can speak TLS with is named with its fault', async () => {
    const { open, auth, tokens } = await world([]);
    const plain = auth('old', EARLIER, 'r1');
    if (plain.type !== 'bearer' || plain.refresh === undefined) throw new Error('no refresh token');
    const tokenEndpoint = `https://127.0.0.1:${tokens.port}/token`;
    const mailbox = open({ ...plain, refresh: { ...plain.refresh, tokenEndpoint } });
    expect(await mailbox.inbox()).toMatchObject({
      ok: false,
      failure: ofEndpoint('tls', /TLS.*extraCaFile/),
    });
    mailbox.close();
  });

  test('that keeps one user waiting puts Exchange to rest for nobody', async () => {
    const { open, auth, tokens } = await world([BASIC_HEADER], Array(4).fill({ silent: true }), 60);
    for (let round = 0; round < 4; round += 1) {
      const waiting = open(auth('old', EARLIER, 'r1'));
      expect(await waiting.inbox()).toMatchObject({ failure: { code: 'TokenEndpoint:timeout' } });
      waiting.close();
    }
    expect(tokens.seen).toHaveLength(4);
    const other = open(BASIC);
    expect(await other.inbox()).toEqual(OK);
    other.close();
  });

  test.each(['a\r\nX-Other: 1', 'a b', 'tök', '\u0000', '\ud800'])(
    'whose token no header can hold has given none: %j',
    async (token) => {
      const { open, auth, exchange } = await world([], [{ body: JSON.stringify({ access_token: token }) }]);
      const mailbox = open(auth('old', EARLIER, 'r1'));
      expect(await mailbox.inbox()).toEqual({
        ok: false,
        failure: ofEndpoint('AnswerNotUnderstood', /access_token/),
      });
      mailbox.close();
      expect(exchange.seen).toEqual([]);
    },
  );

  test('that is not allowed is never asked', async () => {
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

test('an Exchange that keeps time-outs coming is left alone, although a token was refused in between', async () => {
  const silent = await serve(() => ({ silent: true }));
  const { adapter, auth } = await world([], [{ status: 404 }], 500);
  let mailboxes = 0;
  const ask = async (as: typeof BASIC) => {
    mailboxes += 1;
    const mailbox = adapter.open({
      ewsUrl: `${silent.origin}/EWS/Exchange.asmx`,
      credentials: { email: 'ann@example.com', auth: as },
      deadlineMs: Date.UTC(2026, 10, 22) + 10_000,
      servesMailbox: `mailbox ${mailboxes}`,
    });
    const result = await mailbox.inbox();
    mailbox.close();
    return result;
  };
  await ask(BASIC);
  await ask(BASIC);
  expect(await ask(auth('old', EARLIER, 'r1'))).toMatchObject({ failure: { code: 'TokenEndpoint:Http404' } });
  await ask(BASIC);
  const before = silent.seen.length;
  expect(await ask(BASIC)).toMatchObject({ failure: { kind: 'timeout' } });
  expect([before, silent.seen.length]).toEqual([3, 3]);
});
