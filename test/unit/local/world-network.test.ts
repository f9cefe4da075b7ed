import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { BlockList } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type LocalDns, startLocalDns } from '../../../local/exchange/dns.ts';
import { createPool, type FunctionPool } from '../../../local/functions/pool.ts';
import type { Json } from '../../../local/template/json.ts';
import { EXCHANGE_ADDRESS } from '../../../local/world/network.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/functions/network', import.meta.url));
const SRV = { priority: 1, weight: 2, port: 443 };

let server: Server;
let port: number;
let dns: LocalDns;
let inside: FunctionPool;
let outside: FunctionPool;
beforeAll(async () => {
  server = createServer((request, response) => response.end(`${request.headers.host}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  dns = await startLocalDns();
  dns.setA('mail.example.com', [EXCHANGE_ADDRESS]);
  dns.setA('nowhere.example.com', []);
  dns.setA('foreign.example.com', ['192.0.2.7']);
  dns.setSrv('_autodiscover._tcp.example.com', [{ ...SRV, target: 'mail.example.com' }]);
  const network = { dns: dns.address, routes: { [`${EXCHANGE_ADDRESS}:80`]: port } };
  [inside, outside] = [start(network), start()];
});
afterAll(async () => {
  dns.close();
  server.close();
  await Promise.all([inside.close(), outside.close()]);
});

function start(network?: Parameters<typeof createPool>[0]['network']): FunctionPool {
  return createPool({
    functionId: 'network',
    functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:network',
    timeoutMs: 10_000,
    environment: () => ({ LAMBDA_TASK_ROOT: FOLDER, _HANDLER: 'index.handler' }),
    clockOffsetMs: () => 0,
    onLine: () => undefined,
    network,
  });
}

async function attempt(pool: FunctionPool, ...tries: readonly (readonly [string, Json])[]): Promise<Json> {
  const outcome = await pool.invoke(tries.map(([what, value]) => [what, value]));
  if (!outcome.ok) throw new Error(outcome.failure.errorMessage);
  return outcome.payload;
}

test('a function finds the names of the world, and is led to its ports by name and by address', async () => {
  const found = await attempt(
    inside,
    ['lookup', 'mail.example.com'],
    ['lookupWithCallback', 'mail.example.com'],
    ['resolveSrv', '_autodiscover._tcp.example.com'],
    ['get', 'http://mail.example.com/'],
    ['fetch', 'http://mail.example.com/'],
    ['connect', { host: EXCHANGE_ADDRESS, port: 80 }],
    ['connect', { host: 'localhost', port }],
  );
  expect(found).toEqual([
    [{ address: EXCHANGE_ADDRESS, family: 4 }],
    EXCHANGE_ADDRESS,
    [{ ...SRV, name: 'mail.example.com', type: 'SRV' }],
    'mail.example.com',
    'mail.example.com',
    `127.0.0.1:${port}`,
    `127.0.0.1:${port}`,
  ]);
});

test('a name that the world does not have, or that leads nowhere, is not found', async () => {
  const names = ['unknown.example.com', 'nowhere.example.com'];
  expect(await attempt(inside, ...names.map((name) => ['lookup', name] as const))).toEqual([
    'ENOTFOUND',
    'ENOTFOUND',
  ]);
});

test.each([
  ['with a world', () => inside],
  ['without one', () => outside],
])('nothing leaves the machine from a process %s', async (_what, pool) => {
  const found = await attempt(
    pool(),
    ['connect', { host: '192.0.2.7', port: 443 }],
    ['connect', { host: '2001:db8::7', port: 443 }],
    ['connect', { host: '::1', port }],
    ['connect', { host: EXCHANGE_ADDRESS, port: 25 }],
    ['fetch', 'https://192.0.2.7/'],
    ['datagram', null],
    ['otherServers', null],
  );
  expect(found).toEqual([
    ...Array.from({ length: 5 }, () => 'ENETUNREACH'),
    'a datagram would leave the world',
    'a question to another name server would leave the world',
  ]);
});

test('a name that resolves to an address outside leads nowhere, and without a world there are no names', async () => {
  expect(await attempt(inside, ['get', 'http://foreign.example.com/'])).toEqual(['ENETUNREACH']);
  expect(await attempt(outside, ['lookup', 'mail.example.com'], ['lookup', 'localhost'])).toEqual([
    'ENOTFOUND',
    [{ address: '127.0.0.1', family: 4 }],
  ]);
});

test('the settings of the local stage open the network that the names lead to, and no private one', () => {
  const settings: { readonly allowedExchangeCidrs: readonly string[] } = JSON.parse(
    readFileSync(new URL('../../../local/settings.json', import.meta.url), 'utf8'),
  );
  const opened = new BlockList();
  for (const cidr of settings.allowedExchangeCidrs) {
    const [network = '', bits] = cidr.split('/');
    opened.addSubnet(network, Number(bits));
  }
  expect(opened.check(EXCHANGE_ADDRESS)).toBe(true);
  for (const address of ['10.0.0.5', '172.16.0.1', '192.168.1.1', '169.254.1.1', '127.0.0.1'])
    expect(opened.check(address)).toBe(false);
});
