import { expect, test } from '@jest/globals';
import { renewAfter } from '#domain/registration/renewal-times.ts';
import { MINUTE_MS } from '../../support/memory/clock.ts';
import { registerWorld } from '../../support/register-world.ts';

const token = (expiresAt: number, refresh?: { readonly refreshToken: string }) => ({
  email: 'ann@example.com',
  auth: {
    type: 'bearer',
    accessToken: 'good',
    expiresAt: new Date(expiresAt).toISOString(),
    refresh: refresh && {
      tokenEndpoint: 'https://login.example.com/t',
      clientId: 'a',
      scope: 'b',
      ...refresh,
    },
  } as const,
});

test('an access token that ended, without a refresh token, is refused with a sentence and sent nowhere', async () => {
  const { register, crypto, server, clock } = registerWorld();
  crypto.credentials = token(clock.now() - 1_000);
  const outcome = await register();
  expect(outcome).toMatchObject({
    ok: false,
    refusal: {
      code: 'CREDENTIALS_UNREADABLE',
      detail: expect.stringMatching(/in the past.*clock of the phone/s),
      extra: { field: 'auth.expiresAt' },
    },
  });
  expect(server.asked).toEqual([]);
});

test('an access token that ended is no obstacle where a refresh token is with it', async () => {
  const { register, crypto, server, clock } = registerWorld();
  server.offered = ['bearer'];
  crypto.credentials = token(clock.now() - 1_000, { refreshToken: 'r' });
  await expect(register()).resolves.toMatchObject({ ok: true });
});

test.each([
  [120, 110],
  [12, 6],
  [2, 1],
])('a token that ends in %d minutes is to be renewed after %d, never at once', (ends, after) => {
  expect(renewAfter(0, ends * MINUTE_MS)).toBe(after * MINUTE_MS);
});
