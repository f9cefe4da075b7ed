import { request } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { InvokeOutcome } from '../../../local/functions/function-process.ts';
import { createGateway } from '../../../local/gateway/gateway.ts';
import { createRouter } from '../../../local/gateway/routing.ts';
import { createThrottle } from '../../../local/gateway/throttle.ts';
import type { Json } from '../../../local/template/json.ts';
import type { ThrottleSpec } from '../../../local/template/model.ts';
import { type HttpServer, listen } from '../../../local/world/http-server.ts';

const servers: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Seen {
  readonly events: Json[];
  readonly accessLog: string[];
}

async function startGateway(
  answer: (event: Json) => InvokeOutcome | Promise<InvokeOutcome>,
  timeoutMs = 30_000,
  throttle?: ThrottleSpec,
): Promise<Seen & { origin: string }> {
  const seen: Seen = { events: [], accessLog: [] };
  const gateway = createGateway({
    api: {
      id: 'api1',
      routes: [
        {
          key: 'POST /api/ens/callback/{subscriptionId}/{sealed}',
          functionArn: 'callback',
          payloadFormat: '2.0',
        },
        { key: 'GET /api/ens/alive', functionArn: 'alive', payloadFormat: '2.0' },
      ],
      accessLogFormat:
        '{"route":"$context.routeKey","status":$context.status,"error":"$context.integrationErrorMessage"}',
      throttleOf: () => throttle,
    },
    account: '123456789012',
    now: () => Date.UTC(2026, 10, 22, 13, 33, 0),
    timeoutMs,
    accessLog: (line) => seen.accessLog.push(line),
    async invoke(_arn, event, onStart) {
      seen.events.push(event);
      onStart();
      return answer(event);
    },
  });
  const server = await listen(0, (incoming, response) => void gateway(incoming, response));
  servers.push(server);
  return { ...seen, origin: server.origin };
}

const ok = (payload: Json): InvokeOutcome => ({ ok: true, payload });

/** As `fetch`, but it sends the path as it stands. */
function raw(origin: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const { port } = new URL(origin);
  const sent = request({ port, host: '127.0.0.1', method: 'POST', path, headers }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

describe('the event of a request', () => {
  test('has the form of payload format 2.0', async () => {
    const { origin, events } = await startGateway(() => ok({ statusCode: 200 }));
    await fetch(`${origin}/api/ens/callback/id.1/AB%43?a=1&a=2&b=%20`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml; charset=utf-8', 'X-Two': 'first', Cookie: 'k=v; l=w' },
      body: '<ü/>',
    });
    expect(events).toMatchObject([
      {
        version: '2.0',
        routeKey: 'POST /api/ens/callback/{subscriptionId}/{sealed}',
        rawPath: '/api/ens/callback/id.1/ABC',
        rawQueryString: 'a=1&a=2&b=%20',
        cookies: ['k=v', 'l=w'],
        headers: {
          'x-two': 'first',
          'content-type': 'text/xml; charset=utf-8',
          'x-forwarded-proto': 'https',
        },
        queryStringParameters: { a: '1,2', b: ' ' },
        pathParameters: { subscriptionId: 'id.1', sealed: 'ABC' },
        requestContext: {
          accountId: '123456789012',
          apiId: 'api1',
          http: { method: 'POST', path: '/api/ens/callback/id.1/ABC', sourceIp: '127.0.0.1' },
          routeKey: 'POST /api/ens/callback/{subscriptionId}/{sealed}',
          stage: '$default',
          time: '22/Nov/2026:13:33:00 +0000',
          timeEpoch: Date.UTC(2026, 10, 22, 13, 33, 0),
        },
        body: '<ü/>',
        isBase64Encoded: false,
      },
    ]);
  });

  test.each([
    ['text/plain', false],
    ['application/json; charset=utf-8', false],
    ['application/xml', false],
    ['application/octet-stream', true],
    ['application/x-www-form-urlencoded', true],
    ['application/soap+xml', true],
  ])('with content type %s is base64: %s', async (type, base64) => {
    const { origin, events } = await startGateway(() => ok({ statusCode: 200 }));
    await fetch(`${origin}/api/ens/callback/a/b`, {
      method: 'POST',
      headers: { 'Content-Type': type },
      body: 'x',
    });
    expect(events).toMatchObject([{ isBase64Encoded: base64, body: base64 ? 'eA==' : 'x' }]);
  });

  test('is cut at a decoded question mark, as HTTP API does', async () => {
    const { origin, events } = await startGateway(() => ok({ statusCode: 200 }));
    expect(await raw(origin, '/api/ens/callback/a/b%3Fc')).toBe(200);
    expect(events).toMatchObject([{ rawPath: '/api/ens/callback/a/b', pathParameters: { sealed: 'b' } }]);
  });
});

describe('the answer to a request', () => {
  test.each<[string, InvokeOutcome, number, string, string | null]>([
    [
      'carries status, headers and body',
      ok({ statusCode: 201, headers: { 'X-A': '1' }, body: 'hi' }),
      201,
      'hi',
      null,
    ],
    ['decodes base64', ok({ statusCode: 200, body: 'aGk=', isBase64Encoded: true }), 200, 'hi', null],
    ['without a status is JSON', ok({ any: 'thing' }), 200, '{"any":"thing"}', 'application/json'],
    [
      'with a malformed status is 500',
      ok({ statusCode: 'x' }),
      500,
      '{"message":"Internal Server Error"}',
      null,
    ],
    [
      'of a function that throws is 500',
      { ok: false, failure: { errorType: 'TypeError', errorMessage: 'secret' } },
      500,
      '{"message":"Internal Server Error"}',
      'application/json',
    ],
  ])('%s', async (_title, outcome, status, body, type) => {
    const { origin } = await startGateway(() => outcome);
    const response = await fetch(`${origin}/api/ens/alive`);
    expect([response.status, await response.text()]).toEqual([status, body]);
    if (type !== null) expect(response.headers.get('content-type')).toBe(type);
  });

  test('is 503 when the function takes longer than the gateway waits', async () => {
    const { origin, accessLog } = await startGateway(() => new Promise(() => {}), 20);
    const response = await fetch(`${origin}/api/ens/alive`);
    expect([response.status, await response.text()]).toEqual([503, '{"message":"Service Unavailable"}']);
    expect(accessLog).toEqual([
      '{"route":"GET /api/ens/alive","status":503,"error":"Endpoint request timed out"}',
    ]);
  });

  test('is 404 without a route, and the access log keeps the path to itself', async () => {
    const { origin, accessLog, events } = await startGateway(() => ok({}));
    const response = await fetch(`${origin}/api/ens/marked-path`);
    expect([response.status, await response.text()]).toEqual([404, '{"message":"Not Found"}']);
    expect((await fetch(`${origin}/api/ens/alive`, { method: 'POST' })).status).toBe(404);
    expect(events).toEqual([]);
    expect(accessLog.join()).not.toContain('marked-path');
  });

  test('is 429 beyond the burst that the stage admits', async () => {
    const { origin } = await startGateway(() => ok({ statusCode: 200 }), 30_000, {
      burst: 2,
      ratePerSecond: 0,
    });
    const statuses: number[] = [];
    for (const _request of [1, 2, 3]) statuses.push((await fetch(`${origin}/api/ens/alive`)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  test('is 413 above 10 MB, 431 above 10,240 bytes of headers, 400 for a broken path', async () => {
    const { origin, events } = await startGateway(() => ok({ statusCode: 200 }));
    const url = `${origin}/api/ens/callback/a/b`;
    const large = await fetch(url, { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect(large.status).toBe(413);
    expect(await raw(origin, '/api/ens/callback/a/b', { 'X-Large': 'x'.repeat(10_240) })).toBe(431);
    expect(await raw(origin, '/api/ens/callback/a/%E0%A4%A')).toBe(400);
    expect(events).toEqual([]);
  });
});

test('the most specific route answers: whole path, own method, greedy, default', () => {
  const route = createRouter(
    ['$default', 'ANY /a/{proxy+}', 'GET /a/{id}', 'ANY /a/{id}', 'GET /a/b'].map((key) => ({
      key,
      functionArn: key,
      payloadFormat: '2.0',
    })),
  );
  const keyOf = (method: string, path: string) => route(method, path)?.route.key;
  expect(keyOf('GET', '/a/b')).toBe('GET /a/b');
  expect(keyOf('GET', '/a/c')).toBe('GET /a/{id}');
  expect(keyOf('PUT', '/a/c')).toBe('ANY /a/{id}');
  expect(keyOf('PUT', '/a/c/d')).toBe('ANY /a/{proxy+}');
  expect(route('PUT', '/a/c/d')?.pathParameters).toEqual({ proxy: 'c/d' });
  expect(keyOf('PUT', '/')).toBe('$default');
});

test('a throttled route admits again what its rate refills', () => {
  let nowMs = 0;
  const admit = createThrottle(
    () => ({ burst: 2, ratePerSecond: 10 }),
    () => nowMs,
  );
  expect([admit('a'), admit('a'), admit('a'), admit('b')]).toEqual([
    'admitted',
    'admitted',
    'throttled',
    'admitted',
  ]);
  nowMs = 100;
  expect([admit('a'), admit('a')]).toEqual(['admitted', 'throttled']);
});
