import { Agent } from 'node:http';
import { Agent as HttpsAgent, request } from 'node:https';
import ntlmClient from '@ewsjs/ntlm-client';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAuthority } from '../../../local/exchange/tls/certificates.ts';
import {
  basic,
  type ExchangeBench,
  GET_INBOX,
  startExchangeBench,
} from '../../support/simulated-exchange.ts';

const ANN = 'ann@example.com';
let bench: ExchangeBench;

beforeEach(async () => {
  bench = await startExchangeBench();
  bench.exchange.mailboxes.create({ email: ANN, password: 'right', username: 'ann', domain: 'EXAMPLE' });
  bench.exchange.mailboxes.create({ email: 'eve@example.com', password: 'other', username: 'eve' });
});
afterEach(() => bench.close());

async function negotiate(agent: Agent, username: string, password: string, answerOn = agent) {
  const first = ntlmClient.createType1Message('', 'EXAMPLE');
  const challenge = await bench.ews('', { headers: { authorization: first }, agent });
  const header = String(challenge.headers['www-authenticate']);
  const third = ntlmClient.createType3Message(
    ntlmClient.decodeType2Message(header),
    username,
    password,
    '',
    'EXAMPLE',
  );
  const headers = { authorization: third };
  return { challenge, headers, answer: await bench.ews(GET_INBOX, { headers, agent: answerOn }) };
}

function oneSocket(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}

test('signs in by NTLMv2 on one connection', async () => {
  const agent = oneSocket();
  const { challenge, answer } = await negotiate(agent, 'ann', 'right');
  expect([challenge.status, answer.status]).toEqual([401, 200]);
  expect(bench.calls.all().map(({ action }) => action)).toEqual(['negotiate', 'GetFolder']);
  agent.destroy();
});

test('refuses a wrong password, and counts it', async () => {
  const agent = oneSocket();
  const { answer } = await negotiate(agent, 'ann', 'wrong');
  expect(answer.status).toBe(401);
  expect(bench.exchange.failedLogons(ANN)).toBe(1);
  agent.destroy();
});

test('refuses an answer that comes over another connection than its challenge', async () => {
  const [one, two] = [oneSocket(), oneSocket()];
  const { answer } = await negotiate(one, 'ann', 'right', two);
  expect(answer.status).toBe(401);
  one.destroy();
  two.destroy();
});

test('takes whatever follows on an NTLM connection for the same user, as IIS does', async () => {
  const agent = oneSocket();
  await negotiate(agent, 'ann', 'right');
  expect((await bench.ews(GET_INBOX, { agent })).status).toBe(200);
  expect((await bench.ews(GET_INBOX, {})).status).toBe(401);
  agent.destroy();
});

test('refuses the same answer a second time', async () => {
  const agent = oneSocket();
  const { headers } = await negotiate(agent, 'ann', 'right');
  expect((await bench.ews(GET_INBOX, { headers, agent })).status).toBe(401);
  agent.destroy();
});

test('refuses NTLM without channel binding where Extended Protection is required', async () => {
  bench.exchange.modes.extendedProtection = true;
  const agent = oneSocket();
  expect((await negotiate(agent, 'ann', 'right')).answer.status).toBe(401);
  agent.destroy();
});

test('offers and accepts only the schemes it is told to', async () => {
  bench.exchange.modes.offers = ['NTLM'];
  const answer = await bench.ews(GET_INBOX, { headers: basic(ANN, 'right') });
  expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'NTLM']);
  expect(bench.exchange.failedLogons(ANN)).toBe(0);
});

test.each([ANN, 'ANN', 'EXAMPLE\\ann'])('knows the user as %s', async (name) => {
  expect((await bench.ews(GET_INBOX, { headers: basic(name, 'right') })).status).toBe(200);
});

test('accepts a token until it expires, and says so afterwards', async () => {
  const { accessToken } = bench.exchange.issueTokens(ANN, { lifetimeSeconds: 60 });
  const headers = { authorization: `Bearer ${accessToken}` };
  expect((await bench.ews(GET_INBOX, { headers })).status).toBe(200);
  await bench.clock.advance(60_000);
  const late = await bench.ews(GET_INBOX, { headers });
  expect(late.status).toBe(401);
  expect(late.headers['www-authenticate']).toContain('error="invalid_token"');
});

async function refresh(refreshToken: string | undefined, clientId = 'app') {
  const form = {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: refreshToken ?? '',
    scope: 'EWS.AccessAsUser.All',
  };
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const answer = await bench.send('/oauth/token', { body: new URLSearchParams(form).toString(), headers });
  return { status: answer.status, json: JSON.parse(answer.body) };
}

test('gives a new access token for a refresh token, once', async () => {
  const { refreshToken } = bench.exchange.issueTokens(ANN, { clientId: 'app' });
  const first = await refresh(refreshToken);
  expect(first).toMatchObject({
    status: 200,
    json: { token_type: 'Bearer', expires_in: 3600, refresh_token: expect.any(String) },
  });
  expect(
    (await bench.ews(GET_INBOX, { headers: { authorization: `Bearer ${first.json.access_token}` } })).status,
  ).toBe(200);
  expect(await refresh(refreshToken)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  expect((await refresh(first.json.refresh_token)).status).toBe(200);
});

test.each([
  ['keep', 200],
  ['none', 200],
] as const)('lets an old refresh token live in the mode "%s"', async (mode, status) => {
  bench.exchange.modes.refreshRotation = mode;
  const { refreshToken } = bench.exchange.issueTokens(ANN);
  const first = await refresh(refreshToken);
  expect('refresh_token' in first.json).toBe(mode === 'keep');
  expect((await refresh(refreshToken)).status).toBe(status);
});

test('refuses a refresh token of another client, and a revoked one', async () => {
  const { refreshToken } = bench.exchange.issueTokens(ANN, { clientId: 'app' });
  expect((await refresh(refreshToken, 'thief')).json.error).toBe('invalid_grant');
  bench.exchange.revokeTokens(ANN);
  expect((await refresh(refreshToken)).json.error).toBe('invalid_grant');
});

test('signs in by a client certificate over TLS, alone or with a password', async () => {
  const authority = createAuthority();
  const server = authority.issue({
    commonName: 'mail.example.com',
    hosts: ['mail.example.com', '127.0.0.1'],
  });
  const ann = authority.issue({ commonName: 'Ann', rsaBits: 2048 });
  const stranger = authority.issue({ commonName: 'Stranger' });
  const { port } = await bench.exchange.listenTls({ ...server, clientAuthority: authority.certificate });
  const call = (identity: typeof ann | undefined, headers = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const agent = new HttpsAgent({
      ca: authority.certificate,
      cert: identity?.certificate,
      key: identity?.privateKey,
    });
    const outgoing = request(`https://127.0.0.1:${port}/EWS/Exchange.asmx`, {
      method: 'POST',
      headers,
      agent,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.end(GET_INBOX);
    return promise;
  };
  bench.exchange.modes.offers = ['Basic', 'Certificate'];
  bench.exchange.mailboxes.get(ANN).certificateSha256 = ann.sha256;
  expect(await call(ann)).toBe(200);
  expect(await call(stranger)).toBe(401);
  expect(await call(undefined)).toBe(401);
  bench.exchange.mailboxes.get(ANN).certificateRequired = true;
  expect(await call(stranger, basic(ANN, 'right'))).toBe(403);
  expect(await call(ann, basic(ANN, 'right'))).toBe(200);
});
