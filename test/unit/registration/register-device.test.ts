import { describe, expect, test } from '@jest/globals';
import { asId, type SubscriptionId } from '#domain/model/ids.ts';
import { refuseForExchange } from '#domain/registration/refuse-exchange.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, testUuid } from '../../support/memory/clock.ts';
import { codeOf, EWS_URL, PASSWORD, registerWorld } from '../../support/register-world.ts';

const FIRST_SUBSCRIPTION = asId<SubscriptionId>(testUuid(1));

describe('a registration', () => {
  test('proves the credentials, seals them for the callback, subscribes and activates', async () => {
    const { register, server, state, crypto, clock } = registerWorld();
    await expect(register()).resolves.toEqual({
      ok: true,
      value: {
        registrationId: testUuid(7001),
        created: true,
        ewsUrl: EWS_URL,
        renewAfter: clock.now() + 7 * DAY_MS,
        expiresAt: clock.now() + 30 * DAY_MS,
      },
    });
    expect(server.asked).toEqual(['probe', 'inbox', 'subscribe']);
    expect(server.subscribed).toEqual([
      {
        callbackUrl: expect.stringMatching(/^https:\/\/ens\.example\.com\/api\/ens\/callback\/.+\/sealed-1$/),
        events: 'mail-and-badge',
      },
    ]);
    expect(crypto.sealed.get('sealed-1')).toMatchObject({
      subscriptionId: FIRST_SUBSCRIPTION,
      ewsUrl: EWS_URL,
    });
    expect(state.activated).toEqual([FIRST_SUBSCRIPTION]);
    expect(server.closed).toBe(1);
  });

  test('stores neither address nor token nor anything of the credentials', async () => {
    const { register, state } = registerWorld();
    await register();
    const stored = JSON.stringify(state.begins);
    for (const secret of ['ann', 'secret', 'ab'.repeat(32)]) expect(stored).not.toContain(secret);
  });

  test('makes no subscription where the mailbox has more durable credentials at work', async () => {
    const { register, server, state } = registerWorld();
    state.begun = { created: true, subscribe: false, wantedEvents: 'mail' };
    await expect(register()).resolves.toMatchObject({ ok: true });
    expect(server.subscribed).toHaveLength(0);
    expect(state.activated).toHaveLength(0);
  });

  test('is renewed ten minutes before a token ends that nobody can refresh', async () => {
    const { register, crypto, clock, server } = registerWorld();
    server.offered = ['bearer'];
    const expiresAt = new Date(clock.now() + HOUR_MS).toISOString();
    crypto.credentials = { email: 'ann@example.com', auth: { type: 'bearer', accessToken: 't', expiresAt } };
    await expect(register()).resolves.toMatchObject({ value: { renewAfter: clock.now() + 50 * MINUTE_MS } });
  });
});

describe('what comes before a password is sent', () => {
  test('a platform without push application is refused', async () => {
    const { register, server } = registerWorld();
    const outcome = await register({ device: { id: 'p', platform: 'fcm', token: 't' } });
    expect(codeOf(outcome)).toBe('PLATFORM_NOT_CONFIGURED');
    expect(server.asked).toEqual([]);
  });

  test('credentials that are not a JWE for a key of ours are unreadable', async () => {
    const { register } = registerWorld();
    expect(codeOf(await register({ credentialsJwe: 'nonsense' }))).toBe('CREDENTIALS_UNREADABLE');
  });

  test('credentials beyond 16 KB are too large', async () => {
    const { register } = registerWorld();
    expect(codeOf(await register({ credentialsJwe: `jwe${'x'.repeat(16_384)}` }))).toBe(
      'CREDENTIALS_TOO_LARGE',
    );
  });

  test.each(['unknown', 'retired', 'past its life'])(
    'a key that is %s is to be fetched anew',
    async (how) => {
      const { register, state, clock } = registerWorld();
      const pair = state.clientKey;
      if (how === 'unknown' || pair === undefined) state.clientKey = undefined;
      else if (how === 'retired') state.clientKey = { ...pair, retiredAt: clock.now() };
      else state.clientKey = { ...pair, createdAt: clock.now() - 30 * DAY_MS };
      expect(codeOf(await register())).toBe('KEY_RETIRED');
    },
  );

  test('a host that is not allowed is refused with the rule', async () => {
    const { register, state, server } = registerWorld();
    state.refusedUrl = EWS_URL;
    await expect(register()).resolves.toMatchObject({
      refusal: { code: 'EWS_URL_REFUSED', detail: expect.stringContaining('allowedExchangeHosts') },
    });
    expect(server.asked).toEqual([]);
  });

  test('a token endpoint that is not allowed is refused before the token ends, and nothing is sent', async () => {
    const { register, state, server, crypto } = registerWorld();
    const tokenEndpoint = 'https://login.example.com/token';
    const refresh = { tokenEndpoint, clientId: 'app', refreshToken: 'r', scope: 's' };
    const auth = { type: 'bearer', accessToken: 'a', expiresAt: '2026-12-01T00:00:00Z', refresh } as const;
    crypto.credentials = { email: 'ann@example.com', auth };
    state.refusedUrl = tokenEndpoint;
    await expect(register()).resolves.toMatchObject({
      refusal: { code: 'EWS_URL_REFUSED', detail: expect.stringContaining('allowedTokenHosts') },
    });
    expect(server.asked).toEqual([]);
  });

  test('a server that does not offer the scheme is told by the schemes it offers, and sees no password', async () => {
    const { register, server } = registerWorld();
    server.offered = ['negotiate', 'ntlm'];
    await expect(register()).resolves.toMatchObject({
      refusal: {
        code: 'EWS_UNAUTHORIZED',
        detail: expect.stringContaining('negotiate, ntlm'),
        extra: { offered: ['negotiate', 'ntlm'], sent: 'basic' },
      },
    });
    expect(server.asked).toEqual(['probe']);
  });

  test.each([
    [{ kind: 'forbidden', detail: '' }, 'EWS_FORBIDDEN'],
    [{ kind: 'tls', fault: 'unclear', detail: '' }, 'EWS_TLS_FAILED'],
  ] as const)(
    'a server that answers %j to whoever shows no certificate is tried with one',
    async (shut, code) => {
      const { register, server, crypto } = registerWorld();
      server.fail('probe', shut);
      crypto.credentials = {
        email: 'ann@example.com',
        auth: { type: 'certificate', certificate: 'pem', privateKey: 'pem' },
      };
      expect(codeOf(await register())).toBe('ok');
      server.fail('probe', shut);
      crypto.credentials = { email: 'ann@example.com', auth: PASSWORD };
      expect(codeOf(await register())).toBe(code);
    },
  );

  test('a server that wants a certificate before it says anything is shown one, with whatever goes behind it', async () => {
    const { register, server, crypto } = registerWorld();
    server.offered = ['certificate'];
    const auth = { type: 'certificate', certificate: 'pem', privateKey: 'pem' } as const;
    crypto.credentials = { email: 'ann@example.com', auth: { ...auth, username: 'ann', password: 'secret' } };
    expect(codeOf(await register())).toBe('ok');
    server.offered = ['certificate', 'ntlm'];
    expect(codeOf(await register())).toBe('EWS_UNAUTHORIZED');
    server.offered = ['certificate'];
    crypto.credentials = { email: 'ann@example.com', auth: PASSWORD };
    expect(codeOf(await register())).toBe('EWS_UNAUTHORIZED');
  });

  test('after three refusals in 15 minutes the fourth stays with us', async () => {
    const { register, server, clock } = registerWorld();
    const refused = { kind: 'unauthorized', offered: ['basic'], sent: 'basic' } as const;
    server.fail('inbox', refused, refused, refused);
    for (let attempt = 1; attempt <= 3; attempt += 1)
      expect(codeOf(await register())).toBe('EWS_UNAUTHORIZED');
    expect(codeOf(await register())).toBe('TOO_MANY_ATTEMPTS');
    expect(server.asked.filter((question) => question === 'inbox')).toHaveLength(3);
    clock.advance(15 * MINUTE_MS + 1);
    expect(codeOf(await register())).toBe('ok');
  });
});

describe('what Exchange answers', () => {
  const detail = 'Exchange answered SoAndSo';
  test.each([
    [
      { kind: 'unauthorized', offered: ['basic'], sent: 'basic' },
      'EWS_UNAUTHORIZED',
      /user name or password/,
    ],
    [
      { kind: 'unauthorized', offered: ['certificate'], sent: 'certificate' },
      'EWS_UNAUTHORIZED',
      /client certificate/,
    ],
    [{ kind: 'credentials-dead', code: 'ErrorPasswordExpired' }, 'EWS_UNAUTHORIZED', /ErrorPasswordExpired/],
    [{ kind: 'no-mailbox', code: 'ErrorMissingEmailAddress' }, 'EWS_NOT_FOUND', /no mailbox.*ErrorMissing/],
    [{ kind: 'refresh-refused', code: 'invalid_grant' }, 'EWS_UNAUTHORIZED', /token endpoint/],
    [{ kind: 'forbidden', detail }, 'EWS_FORBIDDEN', /blocked.*SoAndSo.*EwsEnabled/],
    [{ kind: 'forbidden', detail, why: 'account-locked' }, 'EWS_FORBIDDEN', /locked.*SoAndSo/],
    [{ kind: 'forbidden', detail, why: 'not-the-owner' }, 'EWS_FORBIDDEN', /another user.*SoAndSo/],
    [{ kind: 'forbidden', detail, why: 'not-primary' }, 'EWS_FORBIDDEN', /primary mailbox.*SoAndSo/],
    [{ kind: 'not-found' }, 'EWS_NOT_FOUND', /Exchange\.asmx/],
    [{ kind: 'moved' }, 'EWS_NOT_FOUND', /another server/],
    [
      { kind: 'tls', fault: 'certificate-time', detail: 'CERT_HAS_EXPIRED' },
      'EWS_TLS_FAILED',
      /CERT_HAS_EXPIRED.*Renew/,
    ],
    [{ kind: 'refused-address', detail: 'private address' }, 'EWS_URL_REFUSED', /private address/],
    [{ kind: 'unreachable', detail: 'ECONNREFUSED' }, 'EWS_UNREACHABLE', /ECONNREFUSED/],
    [{ kind: 'timeout' }, 'EWS_UNREACHABLE', /in time/],
    [{ kind: 'busy', retryAfterMs: 4_200 }, 'EWS_BUSY', /throttling/],
    [
      { kind: 'failed', code: 'ErrorInternalServerError' },
      'EWS_UNREACHABLE',
      /ErrorInternalServerError.*later/,
    ],
    [
      { kind: 'failed', code: 'TokenEndpoint:Http404', detail: 'The token endpoint answered 404.' },
      'EWS_UNREACHABLE',
      /^The token endpoint answered 404\.$/,
    ],
    [
      { kind: 'failed', code: 'ErrorInvalidPushSubscriptionUrl', ours: 'callback-url' },
      'EWS_UNREACHABLE',
      /callback URL.*https.*2083 characters.*ENSLinkAddress/,
    ],
    [
      { kind: 'failed', code: 'ErrorSchemaValidation', ours: 'request' },
      'EWS_UNREACHABLE',
      /ErrorSchemaValidation/,
    ],
  ] as const)('%j is refused as %s, and nothing is stored', async (failure, code, told) => {
    const { register, server, state } = registerWorld();
    server.fail('inbox', failure);
    await expect(register()).resolves.toMatchObject({
      ok: false,
      refusal: { code, detail: expect.stringMatching(told) },
    });
    expect(state.begins).toHaveLength(0);
    expect(server.closed).toBe(1);
  });

  test('a 403 is claimed only where Exchange answered one', () => {
    const kinds = [undefined, 'account-locked', 'not-the-owner', 'not-primary'] as const;
    for (const why of kinds)
      expect(refuseForExchange({ kind: 'forbidden', detail, why }).refusal.detail).not.toContain('403');
  });

  test('busy says when to come back', async () => {
    const { register, server } = registerWorld();
    server.fail('inbox', { kind: 'busy', retryAfterMs: 4_200 });
    await expect(register()).resolves.toMatchObject({ refusal: { retryAfterSeconds: 5 } });
  });

  test('a Subscribe that fails takes its row back, and a new device with it', async () => {
    const { register, server, state } = registerWorld();
    server.fail('subscribe', { kind: 'subscription-limit' });
    expect(codeOf(await register())).toBe('SUBSCRIPTION_LIMIT');
    expect(state.abandoned).toEqual([{ subscriptionId: FIRST_SUBSCRIPTION, registrationId: testUuid(7001) }]);
    expect(state.activated).toHaveLength(0);
  });

  test('a Subscribe that fails leaves a device that was registered before', async () => {
    const { register, server, state } = registerWorld();
    state.begun = { created: false, subscribe: true, wantedEvents: 'mail' };
    server.fail('subscribe', { kind: 'timeout' });
    await register();
    expect(state.abandoned).toEqual([{ subscriptionId: FIRST_SUBSCRIPTION, registrationId: undefined }]);
  });
});

describe('push endpoint', () => {
  test('a token that the push service does not accept is refused before anything is stored', async () => {
    const { register, state } = registerWorld();
    state.endpoint = { kind: 'token-invalid', detail: 'not hexadecimal' };
    expect(codeOf(await register())).toBe('DEVICE_TOKEN_INVALID');
    expect(state.begins).toHaveLength(0);
  });

  test.each(['later', 'misconfigured'] as const)('%s is an outage of ours', async (kind) => {
    const { register, state } = registerWorld();
    state.endpoint = { kind, code: 'AuthorizationErrorException' };
    await expect(register()).rejects.toMatchObject({ dependency: 'sns', transient: kind === 'later' });
  });
});

test('without a key pair of ours nothing is sealed and the phone comes back later', async () => {
  const { register, state } = registerWorld();
  state.newestKey = undefined;
  await expect(register()).resolves.toMatchObject({
    refusal: { code: 'TEMPORARILY_UNAVAILABLE', retryAfterSeconds: 60 },
  });
});

test('credentials that fit no URL are refused where splitting is off', async () => {
  const { register, crypto, state } = registerWorld();
  crypto.tooLarge = true;
  expect(codeOf(await register())).toBe('CREDENTIALS_TOO_LARGE');
  expect(state.begins).toHaveLength(0);
});
