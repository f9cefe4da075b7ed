import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from '@jest/globals';
import { answerChallenge, negotiateMessage } from '#adapters/ews/sign-in/ntlm-messages.ts';
import type { ExchangeAuth } from '#domain/model/credentials.ts';
import { inboxAnswer } from '../../support/ews-answers.ts';
import { localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import { FOREIGN, foreignTest, useForeignServers } from '../../support/foreign-servers.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

type NtlmAuth = Extract<ExchangeAuth, { readonly type: 'ntlm' }>;

const OK = { ok: true, value: { folderId: 'AAMkInbox=', unreadCount: 3 } };
const servers = useForeignServers();
const serve = useScriptedServers();
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) {
    end();
  }
});

/** Accounts by the domain and name that the server knows, and the spelling that a phone brings. */
const ACCOUNTS: readonly (readonly [string, string, string, NtlmAuth])[] = [
  ['EXAMPLE', 'ann', 'secret', ntlm('EXAMPLE\\ann', 'secret')],
  ['EXAMPLE', 'müller', 'secret', ntlm('EXAMPLE\\müller', 'secret')],
  ['KÖLN', 'n5', 'secret', ntlm('n5', 'secret', 'KÖLN')],
  ['KÖLN', 'юзер', 'pässwörd', ntlm('юзер', 'pässwörd', 'KÖLN')],
];

function ntlm(username: string, password: string, domain = ''): NtlmAuth {
  return { type: 'ntlm', username, password, domain };
}

/** What samba's NTLM acceptor says of our messages: AF and the account, or NA and a status. */
async function askSamba(account: { domain: string; name: string; password: string }, auth: NtlmAuth) {
  const samba = spawn(
    'ntlm_auth',
    [
      '--helper-protocol=squid-2.5-ntlmssp',
      `--domain=${account.domain}`,
      `--username=${account.name}`,
      `--password=${account.password}`,
    ],
    { stdio: ['pipe', 'pipe', 'ignore'], env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' } },
  );
  endings.push(() => samba.kill());
  const lines = createInterface({ input: samba.stdout })[Symbol.asyncIterator]();
  const say = async (line: string): Promise<string> => {
    samba.stdin.write(`${line}\n`);
    return String((await lines.next()).value);
  };
  const challenge = (await say(`YR ${negotiateMessage().toString('base64')}`)).replace(/^TT /, '');
  const reply = await answerChallenge(Buffer.from(challenge, 'base64'), auth, Date.now());
  if (!reply.ok) {
    throw new Error(reply.obstacle);
  }
  return say(`KK ${reply.message.toString('base64')}`);
}

for (const [domain, name, password, auth] of ACCOUNTS) {
  foreignTest(FOREIGN.samba, `samba accepts the NTLM proof of ${domain}\\${name}`, async () => {
    expect(await askSamba({ domain, name, password }, auth)).toBe(`AF ${domain}\\${name}`);
  });
}

foreignTest(FOREIGN.samba, 'samba accepts names whose upper case JavaScript would expand', async () => {
  const account = { domain: 'EXAMPLE', name: 'straße', password: 'secret' };
  expect(await askSamba(account, ntlm('EXAMPLE\\straße', 'secret'))).toBe('AF EXAMPLE\\straße');
});

foreignTest(FOREIGN.samba, 'samba refuses a wrong password of a name outside ASCII', async () => {
  const account = { domain: 'EXAMPLE', name: 'müller', password: 'secret' };
  expect(await askSamba(account, ntlm('EXAMPLE\\müller', 'Secret'))).toBe('NA NT_STATUS_LOGON_FAILURE');
});

/** Apache signs users in with mod_auth_gssapi and gss-ntlmssp, in front of an EWS that answers anybody. */
async function serveApache() {
  const ews = await serve(() => ({ body: inboxAnswer('AAMkInbox=', 3) }));
  const users = ACCOUNTS.map(([domain, name, password]) => `${domain}:${name}:${password}\n`).join('');
  const { port } = await servers.apache({
    // mod_wsgi is here for its Python alone, which gives Apache the locale that gss-ntlmssp compares names in.
    modules: ['auth_gssapi', 'wsgi'],
    files: { users },
    environment: { NTLM_USER_FILE: '{folder}/users' },
    directives: `
      ProxyPass /EWS ${ews.origin}/EWS
      <Location /EWS>
        AuthType GSSAPI
        AuthName EWS
        GssapiAllowedMech ntlmssp
        GssapiConnectionBound On
        Require valid-user
      </Location>`,
  });
  return { port, ews };
}

for (const [domain, name, , auth] of ACCOUNTS) {
  foreignTest(FOREIGN.apacheNtlm, `Apache signs ${domain}\\${name} in by NTLM, once per socket`, async () => {
    const { port, ews } = await serveApache();
    const mailbox = openMailbox(localExchange(), `http://127.0.0.1:${port}`, auth);
    expect(await mailbox.inbox()).toEqual(OK);
    expect(await mailbox.inbox()).toEqual(OK);
    mailbox.close();
    expect(ews.seen).toHaveLength(2);
  });
}

foreignTest(FOREIGN.apacheNtlm, 'Apache refuses a wrong password, and it is told as a refusal', async () => {
  const { port, ews } = await serveApache();
  const mailbox = openMailbox(localExchange(), `http://127.0.0.1:${port}`, ntlm('EXAMPLE\\müller', 'x'));
  expect(await mailbox.inbox()).toEqual({
    ok: false,
    failure: { kind: 'unauthorized', offered: ['negotiate', 'ntlm'], sent: 'ntlm' },
  });
  mailbox.close();
  expect(ews.seen).toHaveLength(0);
});

/** A server that offers Negotiate alone, made of one that offers both: NTLM is renamed in both directions. */
async function withoutNtlm(port: number): Promise<number> {
  const rename = (from: string, to: string) => (chunk: Buffer) =>
    Buffer.from(chunk.toString('latin1').replaceAll(from, to), 'latin1');
  const toServer = rename('authorization: NTLM ', 'x-authorized:  NTLM ');
  const toClient = rename('WWW-Authenticate: NTLM', 'XXX-Authenticate: NTLM');
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    client.on('data', (chunk: Buffer) => upstream.write(toServer(chunk)));
    upstream.on('data', (chunk: Buffer) => client.write(toClient(chunk)));
    client.on('close', () => upstream.destroy()).on('error', () => upstream.destroy());
    upstream.on('close', () => client.destroy()).on('error', () => client.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  endings.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

foreignTest(
  FOREIGN.apacheNtlm,
  'Apache takes NTLM messages under Negotiate where it offers that alone',
  async () => {
    const { port, ews } = await serveApache();
    const negotiating = await withoutNtlm(port);
    const origin = `http://127.0.0.1:${negotiating}`;
    const mailbox = openMailbox(localExchange(), origin, ntlm('EXAMPLE\\müller', 'secret'));
    expect(await mailbox.inbox()).toEqual(OK);
    expect(await mailbox.inbox()).toEqual(OK);
    mailbox.close();
    expect(ews.seen).toHaveLength(2);
    const wrong = openMailbox(localExchange(), origin, ntlm('EXAMPLE\\müller', 'x'));
    expect(await wrong.inbox()).toMatchObject({ ok: false, failure: { kind: 'unauthorized', sent: 'ntlm' } });
    wrong.close();
  },
);

test('a server that takes Kerberos only under Negotiate is told as that, with no proof sent', async () => {
  const { origin, seen } = await serve(() => ({ status: 401, headers: { 'www-authenticate': 'Negotiate' } }));
  const mailbox = openMailbox(localExchange(), origin, ntlm('EXAMPLE\\ann', 'secret'));
  expect(await mailbox.inbox()).toEqual({
    ok: false,
    failure: { kind: 'sign-in-impossible', code: 'NtlmKerberosOnly' },
  });
  mailbox.close();
  expect(seen.map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual(['NTLM', 'Negotiate']);
});
