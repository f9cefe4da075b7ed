import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import { inboxAnswer } from '../../support/ews-answers.ts';
import { BASIC, localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import { FOREIGN, foreignTest, useForeignServers } from '../../support/foreign-servers.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';
import { certificateAuth, INBOX_OK, pem, TRUSTING } from '../../support/tls-exchange.ts';

const servers = useForeignServers();
const serve = useScriptedServers();
const listening: Server[] = [];
afterEach(() => {
  for (const server of listening.splice(0)) server.close();
});

const OLD_CIPHERS = 'DEFAULT@SECLEVEL=0';
const CLIENT = certificateAuth('client');

async function inbox(port: number, auth: ExchangeAuth = BASIC, host = 'mail.example.com') {
  const mailbox = openMailbox(localExchange(TRUSTING), `https://${host}:${port}`, auth);
  const answer = await mailbox.inbox();
  mailbox.close();
  return answer;
}

const tlsFault = (fault: string) => ({ ok: false, failure: { kind: 'tls', fault } });
const certificateRefused = (sent: string) => ({
  ok: false,
  failure: { kind: 'unauthorized', offered: ['certificate'], sent },
});

const ews = () => serve(() => ({ body: inboxAnswer('AAMkInbox=', 3) }));
/** What the configurations below name. */
const files = (certificate = 'server') => ({
  'cert.pem': pem(certificate),
  'key.pem': pem(`${certificate}.key`),
  'ca.pem': pem('ca'),
  'dh.pem': pem('weak-dh'),
});

async function nginx(directives: string, certificate?: string) {
  const { origin, seen } = await ews();
  const { port } = await servers.nginx({
    files: files(certificate),
    directives: `
      ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
      location / { proxy_pass ${origin}; }
      ${directives}`,
  });
  return { port, seen };
}

async function apache(directives: string) {
  const { origin, seen } = await ews();
  const { port } = await servers.apache({
    modules: ['ssl'],
    files: files(),
    directives: `
      SSLEngine on
      SSLCertificateFile {folder}/cert.pem
      SSLCertificateKeyFile {folder}/key.pem
      SSLCACertificateFile {folder}/ca.pem
      ProxyPass / ${origin}/
      ${directives}`,
  });
  return { port, seen };
}

foreignTest(FOREIGN.nginx, 'nginx with a good certificate is reached', async () => {
  const { port } = await nginx('');
  expect(await inbox(port)).toEqual(INBOX_OK);
});

for (const [certificate, fault] of [
  ['expired', 'certificate-time'],
  ['not-yet', 'certificate-time'],
  ['weak-key', 'certificate-key'],
  ['weak-signature', 'certificate-signature'],
  ['long-chain', 'certificate-chain'],
  ['incomplete', 'certificate-chain'],
] as const) {
  foreignTest(FOREIGN.nginx, `nginx with the certificate ${certificate} is told as ${fault}`, async () => {
    const { port, seen } = await nginx(`ssl_ciphers ${OLD_CIPHERS};`, certificate);
    expect(await inbox(port)).toMatchObject(tlsFault(fault));
    expect(seen).toHaveLength(0);
  });
}

foreignTest(FOREIGN.nginx, 'nginx under another name is told as certificate-name', async () => {
  const { port } = await nginx('');
  expect(await inbox(port, BASIC, 'other.example.com')).toMatchObject(tlsFault('certificate-name'));
});

for (const [what, fault, directives] of [
  ['TLS 1.0 alone', 'protocol', `ssl_protocols TLSv1; ssl_ciphers ${OLD_CIPHERS};`],
  ['a cipher that nobody else has', 'unclear', 'ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-CCM8;'],
  ['no such host name', 'server-name', 'ssl_reject_handshake on;'],
] as const) {
  foreignTest(FOREIGN.nginx, `nginx with ${what} is told as ${fault}`, async () => {
    const { port } = await nginx(directives);
    expect(await inbox(port)).toMatchObject(tlsFault(fault));
  });
}

foreignTest(FOREIGN.nginx, 'nginx with Diffie-Hellman of 1024 bits is told as key-exchange', async () => {
  const { port } = await nginx(
    'ssl_protocols TLSv1.2; ssl_ciphers DHE-RSA-AES128-GCM-SHA256@SECLEVEL=0; ssl_dhparam {folder}/dh.pem;',
    'weak-key',
  );
  expect(await inbox(port)).toMatchObject(tlsFault('key-exchange'));
});

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  const demanding = `ssl_protocols ${version}; ssl_client_certificate {folder}/ca.pem; ssl_verify_client on;`;

  foreignTest(FOREIGN.nginx, `nginx takes our client certificate over ${version}`, async () => {
    const { port } = await nginx(demanding);
    expect(await inbox(port, CLIENT)).toEqual(INBOX_OK);
  });

  for (const refused of ['client-expired', 'client-unknown']) {
    foreignTest(
      FOREIGN.nginx,
      `nginx refuses ${refused} over ${version}, and it is told as that`,
      async () => {
        const { port, seen } = await nginx(demanding);
        expect(await inbox(port, certificateAuth(refused))).toEqual(certificateRefused('certificate'));
        const withBasic = { ...certificateAuth(refused), username: 'ann', password: 'pw' };
        expect(await inbox(port, withBasic)).toEqual(certificateRefused('certificate'));
        expect(seen).toHaveLength(0);
      },
    );
  }

  foreignTest(
    FOREIGN.nginx,
    `nginx names the certificate to whoever shows none over ${version}`,
    async () => {
      const { port } = await nginx(demanding);
      expect(await inbox(port)).toEqual(certificateRefused('basic'));
      const ewsUrl = `https://mail.example.com:${port}/EWS/Exchange.asmx`;
      const probed = await localExchange(TRUSTING).probe({ ewsUrl, deadlineMs: Date.now() + 5_000 });
      expect(probed).toEqual({ ok: true, value: { offered: ['certificate'] } });
    },
  );
}

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  const demanding = `SSLProtocol ${version}\nSSLVerifyClient require`;

  foreignTest(
    FOREIGN.apache,
    `Apache takes our client certificate in the handshake of ${version}`,
    async () => {
      const { port } = await apache(demanding);
      expect(await inbox(port, CLIENT)).toEqual(INBOX_OK);
    },
  );

  for (const refused of ['client-expired', 'client-unknown']) {
    foreignTest(FOREIGN.apache, `Apache refuses ${refused} in the handshake of ${version}`, async () => {
      const { port, seen } = await apache(demanding);
      expect(await inbox(port, certificateAuth(refused))).toEqual(certificateRefused('certificate'));
      expect(seen).toHaveLength(0);
    });
  }
}

const PER_PATH = '<Location /EWS>\nSSLVerifyClient require\n</Location>';

foreignTest(FOREIGN.apache, 'Apache that asks per path is signed in to over TLS 1.2', async () => {
  const { port, seen } = await apache(`SSLProtocol +TLSv1.2 +TLSv1.3\n${PER_PATH}`);
  expect(await inbox(port, CLIENT)).toEqual(INBOX_OK);
  expect(await inbox(port, { ...CLIENT, username: 'ann', password: 'pw' })).toEqual(INBOX_OK);
  expect(seen).toHaveLength(2);
});

foreignTest(
  FOREIGN.apache,
  'Apache that asks per path over TLS 1.3 alone is told what to change',
  async () => {
    const { port, seen } = await apache(`SSLProtocol TLSv1.3\n${PER_PATH}`);
    expect(await inbox(port, CLIENT)).toMatchObject(tlsFault('client-certificate-late'));
    expect(seen).toHaveLength(0);
  },
);

async function listen(answer: Buffer, when: 'connected' | 'asked'): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (when === 'connected') socket.write(answer);
    else socket.once('data', () => socket.write(answer));
  });
  listening.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('a mail server on that port is told as no TLS', async () => {
  const port = await listen(Buffer.from('220 mail.example.com ESMTP\r\n'), 'connected');
  expect(await inbox(port)).toMatchObject(tlsFault('not-tls'));
});

test('a server without secure renegotiation is told as that', async () => {
  // A ServerHello of TLS 1.2 without any extension.
  const hello = [
    Buffer.from('160303002a020000260303', 'hex'),
    randomBytes(32),
    Buffer.from('00c02f00', 'hex'),
  ];
  const port = await listen(Buffer.concat(hello), 'asked');
  expect(await inbox(port)).toMatchObject(tlsFault('renegotiation'));
});
