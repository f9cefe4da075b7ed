import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { createEwsWorld } from '#adapters/ews/world.ts';
import {
  BENEATH,
  CHALLENGE,
  DOMAIN,
  discoverAmong,
  EWS,
  PLAIN,
  protocol,
  settings,
} from '../../support/autodiscover-places.ts';
import { LOCAL_RULES } from '../../support/exchange-adapter.ts';

const SILENT = () => ({ silent: true }) as const;
const TOLD = settings(protocol('EXPR', EWS));
const SRV_PLACE = 'https://mail.example.net/autodiscover/autodiscover.xml';
const srv = async () => [{ name: 'mail.example.net', port: 443, priority: 0, weight: 0 }];
const atOnce = () => Promise.resolve();

const signedIn = (asked: readonly string[]) => asked.filter((line) => line.endsWith(' *'));

test('a server of an SRV record is found behind three silent places in a callback’s time', async () => {
  const places = { [DOMAIN]: SILENT, [BENEATH]: SILENT, [PLAIN]: SILENT, [SRV_PLACE]: TOLD };
  const { result, asked } = await discoverAmong(places, { srv, pause: atOnce, budgetMs: 3_000 });
  expect(result).toMatchObject({ ok: true, ewsUrl: EWS, toldBy: SRV_PLACE });
  expect(signedIn(asked)).toEqual([`POST ${SRV_PLACE} *`]);
});

test('places that answer at once are signed in to one by one, and the first that tells counts', async () => {
  const other = settings(protocol('EXPR', 'https://other.example.com/EWS/Exchange.asmx'));
  const places = { [DOMAIN]: TOLD, [BENEATH]: other, [SRV_PLACE]: other };
  const { result, asked } = await discoverAmong(places, { srv, pause: atOnce });
  expect(result).toMatchObject({ ok: true });
  expect(signedIn(asked)).toHaveLength(1);
  expect(result.failedSignIns).toBe(0);
});

test('two refused sign-ins are the most, however many places answer at once', async () => {
  const places = { [DOMAIN]: CHALLENGE, [BENEATH]: CHALLENGE, [SRV_PLACE]: CHALLENGE };
  const { result, asked } = await discoverAmong(places, { srv, pause: atOnce });
  expect(result).toMatchObject({ ok: false, failedSignIns: 2 });
  expect(signedIn(asked)).toHaveLength(2);
});

test('what told last time is asked first, and nothing else where it tells again', async () => {
  const { result, asked } = await discoverAmong(
    { [SRV_PLACE]: TOLD, [DOMAIN]: TOLD },
    { srv, toldLast: SRV_PLACE },
  );
  expect(result).toMatchObject({ ok: true, ewsUrl: EWS, toldBy: SRV_PLACE });
  expect(new Set(asked.map((line) => line.replace(/ \*$/, '')))).toEqual(new Set([`POST ${SRV_PLACE}`]));
});

test('the other places are asked where what told last time does not answer any more', async () => {
  const places = { [SRV_PLACE]: SILENT, [DOMAIN]: TOLD };
  const { result } = await discoverAmong(places, { pause: atOnce, toldLast: SRV_PLACE, budgetMs: 3_000 });
  expect(result).toMatchObject({ ok: true, ewsUrl: EWS, toldBy: DOMAIN });
});

test('what told last time is held to the same rules as every other place', async () => {
  const { result, asked } = await discoverAmong(
    { [SRV_PLACE]: TOLD, [DOMAIN]: TOLD },
    { toldLast: SRV_PLACE, allowed: ['*.example.com', 'example.com'] },
  );
  expect(result).toMatchObject({ ok: true, toldBy: DOMAIN });
  expect(asked.some((line) => line.includes('example.net'))).toBe(false);
});

test('every place has its verdict in the order of the places, however they were asked', async () => {
  const { result } = await discoverAmong({}, { pause: atOnce, srv: async () => [] });
  expect(result.verdicts.map(({ place }) => place)).toEqual([
    DOMAIN,
    DOMAIN.replace('.xml', '.svc'),
    BENEATH,
    BENEATH.replace('.xml', '.svc'),
    PLAIN,
    '_autodiscover._tcp.example.com',
  ]);
});

test.each(['http', 'https'])(
  'a connection that is not ready over %s in its own time is a time-out',
  async (scheme) => {
    const server = createServer((socket) => void socket.on('error', () => undefined));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const destination = { url: new URL(`${scheme}://127.0.0.1:${port}/`), loopbackAllowed: true };
    const connection = createEwsWorld({ rules: LOCAL_RULES }).connect(destination, undefined, 1_000, 30);
    const started = performance.now();
    const timeoutMs = scheme === 'https' ? 60_000 : 200;
    const outcome = await connection.send({ method: 'GET', headers: {} }, timeoutMs);
    connection.close();
    server.close();
    expect(outcome).toEqual({ ok: false, failure: { kind: 'timeout' } });
    // Over http the connection is ready at once: there the time of the request counts.
    expect(performance.now() - started >= 195).toBe(scheme === 'http');
  },
);
