import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { describe, expect, test } from '@jest/globals';
import type { Phone } from '../../local/client/client.ts';
import { newPhone } from '../../local/client/new-phone.ts';
import type { Json } from '../../local/template/json.ts';
import { at, type TestWorld, useWorld } from '../support/world.ts';

const world = useWorld();

/** A registration that would succeed, but for what a case changes. */
function valid(): Phone {
  return newPhone(world().newMailbox('refused'));
}

interface Case {
  readonly title: string;
  readonly code: string;
  readonly status: number;
  /** What the detail has to tell, beyond not being empty. */
  readonly detail: RegExp;
  readonly attempt: (
    the: TestWorld,
    phone: Phone,
  ) => Promise<{ status: number; headers: Headers; body: Json }>;
}

const CASES: readonly Case[] = [
  {
    title: 'without an API token',
    code: 'API_TOKEN_INVALID',
    status: 401,
    detail: /token/i,
    attempt: ({ client }) => client.call('POST', '/getpublickey', {}, { ApiToken: '' }),
  },
  {
    title: 'with an unknown API token',
    code: 'API_TOKEN_INVALID',
    status: 401,
    detail: /token/i,
    attempt: ({ client }) => client.call('POST', '/register', {}, { ApiToken: 'made-up' }),
  },
  {
    title: 'with a body that is no JSON',
    code: 'REQUEST_INVALID',
    status: 400,
    detail: /JSON/,
    attempt: ({ client }) => client.call('POST', '/register', '{"device":'),
  },
  {
    title: 'with a device without token, naming the field',
    code: 'REQUEST_INVALID',
    status: 400,
    detail: /device\.token/,
    attempt: async ({ client }, phone) =>
      client.call('POST', '/register', {
        device: { id: phone.deviceId, platform: 'apns' },
        mailbox: {},
        credentials: await client.seal({ email: phone.email, auth: phone.auth }, phone),
      }),
  },
  {
    title: 'with credentials that are no JWE',
    code: 'CREDENTIALS_UNREADABLE',
    status: 422,
    detail: /JWE/,
    attempt: ({ client }, phone) => client.call('POST', '/register', bodyOf(phone, 'password')),
  },
  {
    title: 'with a JWE of something else than credentials, naming the field',
    code: 'CREDENTIALS_UNREADABLE',
    status: 422,
    detail: /email/,
    attempt: async ({ client }, phone) =>
      client.call('POST', '/register', bodyOf(phone, await client.seal({ auth: phone.auth }, phone))),
  },
  {
    title: 'with credentials for a key that is not ours any more',
    code: 'KEY_RETIRED',
    status: 409,
    detail: /getpublickey/,
    attempt: async ({ client }, phone) => {
      const [, ...rest] = (await client.seal({ email: phone.email, auth: phone.auth }, phone)).split('.');
      const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: '00000000-0000-4000-8000-000000000000' };
      const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
      return client.call('POST', '/register', bodyOf(phone, [encoded, ...rest].join('.')));
    },
  },
  {
    title: 'with credentials of more than 16 KB',
    code: 'CREDENTIALS_TOO_LARGE',
    status: 413,
    detail: /16/,
    attempt: async ({ client }, phone) =>
      client.call(
        'POST',
        '/register',
        bodyOf(
          phone,
          await client.seal({ email: phone.email, auth: phone.auth, padding: 'x'.repeat(17_000) }, phone),
        ),
      ),
  },
  {
    title: 'with a token that cannot be one of Apple',
    code: 'DEVICE_TOKEN_INVALID',
    status: 422,
    detail: /token/,
    attempt: ({ client }, phone) => client.register({ ...phone, token: 'a'.repeat(500) }),
  },
  ...[
    'https://mail.example.org/EWS/Exchange.asmx',
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
  ].map(
    (ewsUrl): Case => ({
      title: `for ${ewsUrl}, which is not allowed`,
      code: 'EWS_URL_REFUSED',
      status: 422,
      detail: /https|allowedExchangeHosts/,
      attempt: ({ client }, phone) => client.register({ ...phone, ewsUrl }),
    }),
  ),
  {
    title: 'with a wrong password, listing what the server offers',
    code: 'EWS_UNAUTHORIZED',
    status: 422,
    detail: /./,
    attempt: ({ client }, phone) =>
      client.register({ ...phone, auth: { type: 'basic', username: phone.email, password: 'wrong' } }),
  },
  {
    title: 'where EWS is blocked',
    code: 'EWS_FORBIDDEN',
    status: 422,
    detail: /EWS/,
    attempt: ({ client, world: { faults } }, phone) => {
      faults.add({ service: 'ews', action: 'GetFolder', error: '403', times: 1 });
      return client.register(phone);
    },
  },
  {
    title: 'for another path of an allowed host',
    code: 'EWS_URL_REFUSED',
    status: 422,
    detail: /furtherExchangePaths/,
    attempt: ({ client }, phone) =>
      client.register({ ...phone, ewsUrl: `${phone.ewsUrl}`.replace('Exchange.asmx', 'Nothing.asmx') }),
  },
  {
    title: 'for an EWS URL with a query',
    code: 'EWS_URL_REFUSED',
    status: 422,
    detail: /query/,
    attempt: ({ client }, phone) => client.register({ ...phone, ewsUrl: `${phone.ewsUrl}?a=b` }),
  },
  {
    title: 'where there is no EWS at the URL',
    code: 'EWS_NOT_FOUND',
    status: 422,
    detail: /Exchange\.asmx/,
    attempt: ({ client, world: { faults } }, phone) => {
      faults.add({ service: 'ews', action: 'GetFolder', error: '404', times: 1 });
      return client.register(phone);
    },
  },
  {
    title: 'where nobody listens',
    code: 'EWS_UNREACHABLE',
    status: 502,
    detail: /./,
    attempt: ({ client }, phone) =>
      client.register({ ...phone, ewsUrl: 'http://127.0.0.1:1/EWS/Exchange.asmx' }),
  },
  {
    title: 'where the certificate is of nobody we trust, naming the fault',
    code: 'EWS_TLS_FAILED',
    status: 422,
    detail: /certificate/i,
    async attempt({ client }, phone) {
      const pem = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url));
      const server = createServer({ cert: pem('server'), key: pem('server.key') });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      try {
        return await client.register({ ...phone, ewsUrl: `https://127.0.0.1:${port}/EWS/Exchange.asmx` });
      } finally {
        server.close();
      }
    },
  },
  {
    title: 'while Exchange is busy, with the time to wait',
    code: 'EWS_BUSY',
    status: 503,
    detail: /./,
    attempt: ({ client, world: { faults } }, phone) => {
      faults.add({ service: 'ews', action: 'GetFolder', error: 'ErrorServerBusy', times: 20 });
      return client.register(phone);
    },
  },
  {
    title: 'where the mailbox has all the subscriptions it may have',
    code: 'SUBSCRIPTION_LIMIT',
    status: 422,
    detail: /./,
    attempt: ({ client, world: { faults } }, phone) => {
      faults.add({ service: 'ews', action: 'Subscribe', error: 'ErrorExceededSubscriptionCount', times: 1 });
      return client.register(phone);
    },
  },
  {
    title: 'where the mailbox is not the primary one of whoever signs in',
    code: 'EWS_FORBIDDEN',
    status: 422,
    detail: /primary mailbox/,
    attempt: ({ client, world: { faults } }, phone) => {
      const error = 'ErrorSubscriptionDelegateAccessNotSupported';
      faults.add({ service: 'ews', action: 'Subscribe', error, times: 1 });
      return client.register(phone);
    },
  },
  {
    title: 'where Exchange takes the user for another one',
    code: 'EWS_FORBIDDEN',
    status: 422,
    detail: /another user than(?!.*403)/,
    attempt: ({ client, world: { faults } }, phone) => {
      faults.add({ service: 'ews', action: 'Subscribe', error: 'ErrorSubscriptionAccessDenied', times: 1 });
      return client.register(phone);
    },
  },
  {
    title: 'where Exchange does not accept our callback URL, saying what it has to be like',
    code: 'EWS_UNREACHABLE',
    status: 502,
    detail: /callback URL.*https.*2083 characters/,
    attempt: ({ client, world: { faults } }, phone) => {
      faults.add({ service: 'ews', action: 'Subscribe', error: 'ErrorInvalidPushSubscriptionUrl', times: 1 });
      return client.register(phone);
    },
  },
  {
    title: 'while the database is away, with the time to wait',
    code: 'TEMPORARILY_UNAVAILABLE',
    status: 503,
    detail: /./,
    attempt: async ({ client, world: { faults } }, phone) => {
      const credentials = await client.seal({ email: phone.email, auth: phone.auth }, phone);
      faults.add({ service: 'rds-data', error: 'DatabaseUnavailableException', times: 50 });
      return client.call('POST', '/register', bodyOf(phone, credentials));
    },
  },
];

describe('a registration is refused', () => {
  test.each(CASES)('$title', async ({ code, status, detail, attempt }) => {
    const the = world();
    const answer = await attempt(the, valid());
    the.world.faults.clear();
    expect([answer.status, at(answer.body, 'code')]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(at(answer.body, 'detail')).toEqual(expect.stringMatching(detail));
    expect(at(answer.body, 'status')).toBe(status);
    if (status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    // The service works on.
    expect((await the.client.call('POST', '/getpublickey', {})).status).toBe(200);
  });

  test('for a user who failed three times in a quarter of an hour, and not longer', async () => {
    const { client, world: running } = world();
    const phone = valid();
    const wrong = { ...phone, auth: { type: 'basic', username: phone.email, password: 'wrong' } };
    for (const _attempt of [1, 2, 3])
      expect(at((await client.register(wrong)).body, 'code')).toBe('EWS_UNAUTHORIZED');
    const failedBefore = running.exchange.failedLogons(phone.email);
    const refused = await client.register(phone);
    expect([refused.status, at(refused.body, 'code')]).toEqual([429, 'TOO_MANY_ATTEMPTS']);
    expect(running.exchange.failedLogons(phone.email)).toBe(failedBefore);
    await running.clock.advance(15 * 60_000);
    expect((await client.register(phone)).status).toBe(201);
  });
});

test('after all refusals a phone registers and is told of its mail', async () => {
  const { registerPhone, deliverMail, waitForNotifications } = world();
  const { phone } = await registerPhone();
  await deliverMail(phone.email);
  expect(await waitForNotifications(phone, 1)).toHaveLength(1);
});

function bodyOf(phone: Phone, credentials: string): Json {
  return {
    device: { id: phone.deviceId, platform: phone.platform, token: phone.token },
    mailbox: { ewsUrl: phone.ewsUrl },
    credentials,
    preferences: phone.preferences,
  };
}
