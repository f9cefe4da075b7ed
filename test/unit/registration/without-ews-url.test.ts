import { describe, expect, test } from '@jest/globals';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import { refuseForExchange } from '#domain/registration/refuse-exchange.ts';
import { DAY_MS, HOUR_MS } from '../../support/memory/clock.ts';
import { codeOf, EWS_URL, registerWorld } from '../../support/register-world.ts';

describe('without an EWS URL', () => {
  const found = { ok: true, ewsUrl: EWS_URL, verdicts: [], failedSignIns: 0 } as const;

  test('it is discovered and kept for the domain', async () => {
    const { register, server, state } = registerWorld();
    server.discovery = found;
    await expect(register({ ewsUrl: undefined })).resolves.toMatchObject({ value: { ewsUrl: EWS_URL } });
    expect(state.cache.get('example.com')?.ewsUrl).toBe(EWS_URL);
    await register({ ewsUrl: undefined });
    expect(server.asked.filter((question) => question === 'discover')).toHaveLength(1);
  });

  test('a cached URL is used for a day', async () => {
    const { register, server, clock } = registerWorld();
    server.discovery = found;
    await register({ ewsUrl: undefined });
    clock.advance(DAY_MS + 1);
    await register({ ewsUrl: undefined });
    expect(server.asked.filter((question) => question === 'discover')).toHaveLength(2);
  });

  test('the place that told the URL last is where the next discovery begins', async () => {
    const { register, server, clock } = registerWorld();
    const toldBy = 'https://mail.example.net/autodiscover/autodiscover.xml';
    server.discovery = { ...found, toldBy };
    await register({ ewsUrl: undefined });
    clock.advance(DAY_MS + 1);
    await register({ ewsUrl: undefined });
    expect(server.toldLast).toEqual([undefined, toldBy]);
  });

  const OLD_URL = 'https://old.example.com/EWS/Exchange.asmx';
  const GONE: readonly ExchangeFailure[] = [
    { kind: 'not-found' },
    { kind: 'moved' },
    { kind: 'unreachable', detail: 'the connection failed (ECONNREFUSED)' },
    { kind: 'timeout' },
    { kind: 'tls', fault: 'certificate-name', detail: 'the certificate is for another host name' },
  ];
  const cases = GONE.flatMap((failure) =>
    (['probe', 'inbox'] as const).map((question) => [failure.kind, question, failure] as const),
  );

  test.each(cases)(
    'a cached URL is forgotten and discovered once more after "%s" at the %s',
    async (_kind, question, failure) => {
      const { register, server, state, clock } = registerWorld();
      state.cache.set('example.com', { ewsUrl: OLD_URL, at: clock.now() });
      server.fail(question, failure);
      server.discovery = found;
      await expect(register({ ewsUrl: undefined })).resolves.toMatchObject({ value: { ewsUrl: EWS_URL } });
      expect(state.cache.get('example.com')?.ewsUrl).toBe(EWS_URL);
      expect(server.asked.filter((asked) => asked === 'discover')).toHaveLength(1);
    },
  );

  test.each(cases)(
    'a URL that was discovered just now is not discovered again after "%s" at the %s',
    async (_kind, question, failure) => {
      const { register, server, state, clock } = registerWorld();
      state.cache.set('example.com', { ewsUrl: OLD_URL, at: clock.now() });
      server.fail(question, failure, failure);
      server.discovery = found;
      const { refusal } = refuseForExchange(failure);
      await expect(register({ ewsUrl: undefined })).resolves.toEqual({ ok: false, refusal });
      expect(server.asked.filter((asked) => asked === 'discover')).toHaveLength(1);
    },
  );

  test('a cached URL whose server used up the time is forgotten, and the answer is that it was silent', async () => {
    const { register, server, state, clock } = registerWorld();
    state.cache.set('example.com', { ewsUrl: OLD_URL, at: clock.now() });
    server.fail('probe', { kind: 'timeout' });
    server.answering = () => clock.advance(HOUR_MS);
    expect(codeOf(await register({ ewsUrl: undefined }))).toBe('EWS_UNREACHABLE');
    expect(state.cache.size).toBe(0);
    expect(server.asked).toEqual(['probe']);
  });

  test.each<[string, 'probe' | 'inbox', ExchangeFailure]>([
    ['has no mailbox', 'inbox', { kind: 'no-mailbox', code: 'None' }],
    ['offers no such sign-in', 'probe', { kind: 'unauthorized', offered: ['bearer'], sent: 'none' }],
  ])(
    'a cached URL whose server %s for this user is discovered once more, as this user',
    async (_what, question, failure) => {
      const { register, server, state, clock } = registerWorld();
      state.cache.set('example.com', { ewsUrl: OLD_URL, at: clock.now() });
      server.fail(question, failure);
      server.discovery = found;
      await expect(register({ ewsUrl: undefined })).resolves.toMatchObject({ value: { ewsUrl: EWS_URL } });
      expect([...state.failures.values()].flat()).toEqual([]);
    },
  );

  test.each<ExchangeFailure>([
    { kind: 'unauthorized', offered: ['basic'], sent: 'basic' },
    { kind: 'credentials-dead', code: 'Expired' },
  ])(
    'a cached URL is kept after %j: the same credentials are not shown to another server',
    async (failure) => {
      const { register, server, state, clock } = registerWorld();
      state.cache.set('example.com', { ewsUrl: OLD_URL, at: clock.now() });
      server.fail('inbox', failure);
      expect(codeOf(await register({ ewsUrl: undefined }))).toBe('EWS_UNAUTHORIZED');
      expect(server.asked).not.toContain('discover');
    },
  );

  test('a cached URL is kept where its server answers, whatever it says of the user', async () => {
    const { register, server, state, clock } = registerWorld();
    state.cache.set('example.com', { ewsUrl: OLD_URL, at: clock.now() });
    server.fail('probe', { kind: 'forbidden', detail: '' }, { kind: 'busy' });
    expect(codeOf(await register({ ewsUrl: undefined }))).toBe('EWS_FORBIDDEN');
    expect(codeOf(await register({ ewsUrl: undefined }))).toBe('EWS_BUSY');
    expect(state.cache.get('example.com')?.ewsUrl).toBe(OLD_URL);
    expect(server.asked).not.toContain('discover');
  });

  test('a discovered URL on a host that is not allowed is refused and not kept', async () => {
    const { register, server, state } = registerWorld();
    server.discovery = found;
    state.refusedUrl = EWS_URL;
    expect(codeOf(await register({ ewsUrl: undefined }))).toBe('EWS_URL_REFUSED');
    expect(state.cache.size).toBe(0);
  });

  test('sign-ins that servers refused on the way count towards the limit', async () => {
    const { register, server, state } = registerWorld();
    server.discovery = { ok: false, verdicts: [], failedSignIns: 2 };
    await register({ ewsUrl: undefined });
    server.discovery = { ok: false, verdicts: [], failedSignIns: 1 };
    await register({ ewsUrl: undefined });
    expect(server.mostFailedSignIns).toEqual([2, 1]);
    expect([...state.failures.values()].map((times) => times.length)).toEqual([3, 3]);
    expect(codeOf(await register({ ewsUrl: undefined }))).toBe('TOO_MANY_ATTEMPTS');
    expect(server.asked.filter((question) => question === 'discover')).toHaveLength(2);
  });

  test('a failure lists every place that was tried', async () => {
    const { register } = registerWorld();
    await expect(register({ ewsUrl: undefined })).resolves.toMatchObject({
      refusal: {
        code: 'AUTODISCOVER_FAILED',
        detail: expect.stringContaining('https://example.com: no answer'),
        extra: { tried: [{ place: 'https://example.com', verdict: 'no answer' }] },
      },
    });
  });
});
