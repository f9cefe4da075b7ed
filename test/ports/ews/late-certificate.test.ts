import { expect, test } from '@jest/globals';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import { inboxAnswer } from '../../support/ews-answers.ts';
import { BASIC, localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import { type ScriptedAnswer, type SeenRequest, useScriptedServers } from '../../support/scripted-server.ts';
import { certificateAuth, INBOX_OK, pem, TRUSTING } from '../../support/tls-exchange.ts';

const serve = useScriptedServers();
const CLIENT = certificateAuth('client');
const TLS = {
  cert: pem('server'),
  key: pem('server.key'),
  ca: pem('ca'),
  requestCert: true,
  rejectUnauthorized: false,
};
const INBOX: ScriptedAnswer = { body: inboxAnswer('AAMkInbox=', 3) };

/** IIS and Apache ask per path: over TLS 1.3 that comes too late for Node, over TLS 1.2 they renegotiate. */
function lateOver13(refusal: ScriptedAnswer) {
  return ({ tlsVersion }: SeenRequest): ScriptedAnswer => (tlsVersion === 'TLSv1.3' ? refusal : INBOX);
}

async function inbox(exchange: ReturnType<typeof localExchange>, port: number, auth: ExchangeAuth = CLIENT) {
  const mailbox = openMailbox(exchange, `https://mail.example.com:${port}`, auth);
  const answers = [await mailbox.inbox(), await mailbox.inbox()];
  mailbox.close();
  return answers;
}

test.each<[string, ScriptedAnswer]>([
  ['answers 403', { status: 403 }],
  ['closes the connection', { resets: true }],
])(
  'a server that %s over TLS 1.3 is asked once over TLS 1.2, and from then on first',
  async (_how, refusal) => {
    const { port, seen } = await serve(lateOver13(refusal), TLS);
    const exchange = localExchange(TRUSTING);
    expect(await inbox(exchange, port)).toEqual([INBOX_OK, INBOX_OK]);
    expect(seen.map(({ tlsVersion }) => tlsVersion)).toEqual(['TLSv1.3', 'TLSv1.2', 'TLSv1.2']);
    expect(await inbox(exchange, port)).toEqual([INBOX_OK, INBOX_OK]);
    expect(seen.slice(3).map(({ tlsVersion }) => tlsVersion)).toEqual(['TLSv1.2', 'TLSv1.2']);
  },
);

test('a 403 over both versions is told as one, after one request more', async () => {
  const { port, seen } = await serve(() => ({ status: 403 }), TLS);
  const forbidden = {
    ok: false,
    failure: { kind: 'forbidden', detail: 'the server answered 403', why: 'client-certificate' },
  };
  expect(await inbox(localExchange(TRUSTING), port)).toEqual([forbidden, forbidden]);
  expect(seen.map(({ tlsVersion }) => tlsVersion)).toEqual(['TLSv1.3', 'TLSv1.2', 'TLSv1.2']);
});

test('a server that answers 403 and speaks TLS 1.3 alone is told what it has to change', async () => {
  const { port } = await serve(() => ({ status: 403 }), { ...TLS, minVersion: 'TLSv1.3' });
  const [first] = await inbox(localExchange(TRUSTING), port);
  expect(first).toEqual({
    ok: false,
    failure: {
      kind: 'tls',
      fault: 'client-certificate-late',
      detail: expect.stringContaining('403 over TLS 1.3'),
    },
  });
});

test('without a client certificate a 403 is asked no second time', async () => {
  const { port, seen } = await serve(() => ({ status: 403 }), TLS);
  const mailbox = openMailbox(localExchange(TRUSTING), `https://mail.example.com:${port}`, BASIC);
  expect(await mailbox.inbox()).toMatchObject({ ok: false, failure: { kind: 'forbidden' } });
  mailbox.close();
  expect(seen).toHaveLength(1);
});

test.each([495, 496])('the status %i of nginx is about the client certificate', async (status) => {
  const { port } = await serve(() => ({ status }), TLS);
  const [first] = await inbox(localExchange(TRUSTING), port);
  expect(first).toEqual({
    ok: false,
    failure: { kind: 'unauthorized', offered: ['certificate'], sent: 'certificate' },
  });
});

test('a header line that Node refuses is told as an answer that is no HTTP', async () => {
  const { createServer } = await import('node:net');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.end(
        'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate : Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
      ),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const mailbox = openMailbox(localExchange(), `http://127.0.0.1:${port}`, BASIC);
  expect(await mailbox.inbox()).toEqual({
    ok: false,
    failure: { kind: 'not-http', code: 'HPE_INVALID_HEADER_TOKEN' },
  });
  mailbox.close();
  server.close();
});
