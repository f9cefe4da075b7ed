import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { AutodiscoverReply } from '../../../local/exchange/autodiscover/script.ts';
import { startLocalDns } from '../../../local/exchange/dns.ts';
import {
  basic,
  type ExchangeBench,
  elements,
  startExchangeBench,
  textOf,
} from '../../support/simulated-exchange.ts';

const ANN = 'ann@example.com';
const headers = basic(ANN, 'right');
let bench: ExchangeBench;

beforeEach(async () => {
  bench = await startExchangeBench();
  bench.exchange.mailboxes.create({ email: ANN, password: 'right' });
});
afterEach(() => bench.close());

function pox(address: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request><EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>`;
}

function soap(address: string): string {
  return `<soap:Envelope xmlns:a="http://schemas.microsoft.com/exchange/2010/Autodiscover" xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><a:GetUserSettingsRequestMessage><a:Request><a:Users><a:User><a:Mailbox>${address}</a:Mailbox></a:User></a:Users><a:RequestedSettings><a:Setting>ExternalEwsUrl</a:Setting></a:RequestedSettings></a:Request></a:GetUserSettingsRequestMessage></soap:Body></soap:Envelope>`;
}

const askPox = (address = ANN, more = headers) =>
  bench.send('/autodiscover/autodiscover.xml', { body: pox(address), headers: more });
const askSoap = (address = ANN, more = headers) =>
  bench.send('/autodiscover/autodiscover.svc', { body: soap(address), headers: more });

test('gives the EWS URL in POX, EXPR and EXCH direct, another one nested in WEB', async () => {
  const { body } = await askPox();
  const [account] = elements(body, 'Account');
  const direct = account?.children.filter(({ name }) => name === 'Protocol') ?? [];
  expect(direct.map((protocol) => textOf(protocol, 'Type'))).toEqual(['EXCH', 'EXPR', 'WEB']);
  expect(textOf(direct[1] ?? '', 'EwsUrl')).toBe(`${bench.origin}/EWS/Exchange.asmx`);
  expect(textOf(direct[2] ?? '', 'EwsUrl')).toBe('https://inside.example.com/EWS/Exchange.asmx');
});

test('gives the EWS URL in SOAP, of the site that the mailbox moved to', async () => {
  bench.exchange.moveMailbox(ANN, 'two');
  const { body } = await askSoap();
  const setting = elements(body, 'UserSetting').find((one) => textOf(one, 'Name') === 'ExternalEwsUrl');
  expect(setting && textOf(setting, 'Value')).toBe(`${bench.origin}/site/two/EWS/Exchange.asmx`);
});

test('wants a sign-in first', async () => {
  expect((await askPox(ANN, {})).status).toBe(401);
  expect((await askSoap(ANN, basic(ANN, 'wrong'))).status).toBe(401);
});

test('says 500 of an unknown address and 600 of a request that is none', async () => {
  expect(textOf((await askPox('nobody@example.com')).body, 'ErrorCode')).toBe('500');
  const broken = await bench.send('/autodiscover/autodiscover.xml', { body: '<a/>', headers });
  expect(textOf(broken.body, 'ErrorCode')).toBe('600');
  expect(elements((await askSoap('nobody@example.com')).body, 'ErrorCode').at(-1)?.text).toBe('InvalidUser');
});

test.each<[AutodiscoverReply, string, string | undefined, string, string | undefined]>([
  [
    { kind: 'redirect-address', address: 'ann@other.example' },
    'RedirectAddr',
    'ann@other.example',
    'RedirectTarget',
    'ann@other.example',
  ],
  [
    { kind: 'redirect-url', url: 'https://other.example/x' },
    'RedirectUrl',
    'https://other.example/x',
    'RedirectTarget',
    'https://other.example/x',
  ],
  [
    { kind: 'settings', ewsUrl: 'https://e.example/EWS' },
    'EwsUrl',
    'https://e.example/EWS',
    'Value',
    'https://e.example/EWS',
  ],
])('answers for a domain as scripted: %j', async (reply, poxName, poxText, soapName, soapText) => {
  bench.exchange.autodiscover.forDomain('example.com', { pox: reply, soap: reply });
  expect(textOf((await askPox()).body, poxName)).toBe(poxText);
  expect(textOf((await askSoap()).body, soapName)).toBe(soapText);
});

test('redirects by HTTP before any sign-in, by the name of the host', async () => {
  bench.exchange.autodiscover.forHost('autodiscover.example.com', {
    get: { kind: 'http-redirect', url: 'https://real.example/autodiscover/autodiscover.xml' },
  });
  const answer = await bench.send('/autodiscover/autodiscover.xml', {
    method: 'GET',
    headers: { host: 'autodiscover.example.com' },
  });
  expect([answer.status, answer.headers.location]).toEqual([
    302,
    'https://real.example/autodiscover/autodiscover.xml',
  ]);
});

test.each<[AutodiscoverReply, number]>([
  [{ kind: 'status', status: 404 }, 404],
  [{ kind: 'status', status: 401 }, 401],
  [{ kind: 'page' }, 200],
])('plays a host that has no autodiscover: %j', async (reply, status) => {
  bench.exchange.autodiscover.forHost('127.0.0.1', { pox: reply });
  expect((await askPox()).status).toBe(status);
});

test('answers SRV and A questions for scripted names', async () => {
  const dns = await startLocalDns();
  const resolver = new Resolver();
  resolver.setServers([dns.address]);
  dns.setSrv('_autodiscover._tcp.example.com', [
    { priority: 0, weight: 5, port: 443, target: 'mail.example.com' },
  ]);
  dns.setA('mail.example.com', ['192.0.2.7']);
  expect(await resolver.resolveSrv('_autodiscover._tcp.example.com')).toMatchObject([
    { priority: 0, weight: 5, port: 443, name: 'mail.example.com' },
  ]);
  expect(await resolver.resolve4('mail.example.com')).toEqual(['192.0.2.7']);
  await expect(resolver.resolve4('unknown.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(dns.questions).toContain('SRV _autodiscover._tcp.example.com');
  dns.close();
});
