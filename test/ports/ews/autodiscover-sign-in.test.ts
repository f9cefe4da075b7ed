import { describe, expect, test } from '@jest/globals';
import {
  BENEATH,
  CHALLENGE,
  DOMAIN,
  discoverAmong,
  EWS,
  PLAIN,
  type Places,
  pox,
  protocol,
  settings,
  THIRD,
} from '../../support/autodiscover-places.ts';

/** Which servers see the credentials, and what a refusal proves. */
describe('autodiscover', () => {
  test('goes on after a refused sign-in, and asks no server twice that refused', async () => {
    const { result, asked } = await discoverAmong({
      [DOMAIN]: () => CHALLENGE,
      [BENEATH]: settings(protocol('EXPR', EWS)),
    });
    expect(result).toMatchObject({ ok: true, ewsUrl: EWS });
    expect(asked.filter((line) => line.endsWith('*'))).toEqual([`POST ${DOMAIN} *`, `POST ${BENEATH} *`]);
  });

  test('blames the password only where every server that answered refused it, after two attempts at most', async () => {
    const { result, asked } = await discoverAmong(
      {
        [DOMAIN]: () => CHALLENGE,
        [BENEATH]: () => CHALLENGE,
        [PLAIN]: { status: 404 },
        [THIRD]: () => CHALLENGE,
      },
      { srv: async () => [{ name: 'c.example.com', port: 443, priority: 1, weight: 1 }] },
    );
    expect(asked.filter((line) => line.endsWith('*'))).toHaveLength(2);
    expect(result.verdicts.at(-1)).toEqual({
      place: 'sign-in',
      verdict: 'every server that answered refused the user name or password',
    });
    const { result: other } = await discoverAmong({
      [DOMAIN]: () => CHALLENGE,
      [BENEATH]: pox('<Error><ErrorCode>500</ErrorCode><Message>ann@example.com</Message></Error>'),
    });
    expect(other.verdicts.some(({ place }) => place === 'sign-in')).toBe(false);
    expect(JSON.stringify(other)).not.toContain('ann');
  });

  describe('a server that asks nobody to sign in', () => {
    const open = pox('<Error Time="1" Id="1"><ErrorCode>600</ErrorCode></Error>');

    test('is asked without credentials, and shown none whatever it answers', async () => {
      const { asked } = await discoverAmong({
        [DOMAIN]: () => open,
        [BENEATH]: () => settings(protocol('EXPR', EWS)),
      });
      expect(asked.filter((line) => line.endsWith('*'))).toEqual([]);
      expect(asked).toContain(`POST ${BENEATH}`);
    });

    test('tells the URL all the same where it answers whoever asks', async () => {
      const { result } = await discoverAmong({ [DOMAIN]: () => settings(protocol('EXPR', EWS)) });
      expect(result).toMatchObject({ ok: true, ewsUrl: EWS, failedSignIns: 0 });
    });

    test.each([{ status: 405 }, { status: 500 }, { status: 401 }, { body: '<html></html>' }])(
      'is shown no password behind %j',
      async (answer) => {
        const { asked } = await discoverAmong({ [DOMAIN]: () => answer, [BENEATH]: () => answer });
        expect(asked.filter((line) => line.endsWith('*'))).toEqual([]);
      },
    );

    test('gets the credentials once its answer to the question itself is a 401 that offers the scheme', async () => {
      let questions = 0;
      const { result, asked } = await discoverAmong({
        [DOMAIN]: (authorization) => {
          questions += 1;
          if (authorization !== undefined) return settings(protocol('EXPR', EWS));
          return questions === 1 ? open : CHALLENGE;
        },
      });
      expect(result).toMatchObject({ ok: true, ewsUrl: EWS });
      expect(asked).toEqual([`POST ${DOMAIN}`, `POST ${DOMAIN}`, `POST ${DOMAIN} *`]);
    });
  });

  describe('with a refresh token that its endpoint refuses', () => {
    const tokenEndpoint = 'https://login.example.com/token';
    const bearer = { status: 401, headers: { 'www-authenticate': 'Bearer' } };
    const signedOut = (expiresAt: string, places: Places) =>
      discoverAmong(
        {
          [DOMAIN]: () => bearer,
          [tokenEndpoint]: { status: 400, body: '{"error":"invalid_grant"}' },
          ...places,
        },
        {
          auth: {
            type: 'bearer',
            accessToken: 'token',
            expiresAt,
            refresh: { tokenEndpoint, clientId: 'app', refreshToken: 'dead', scope: 'EWS' },
          },
        },
      );
    const refused = {
      place: DOMAIN,
      verdict: 'the token endpoint refused the refresh token (invalid_grant)',
    };

    test('asks the endpoint once, and holds it against no server', async () => {
      const { result, asked } = await signedOut('2026-01-01T00:00:00Z', { [BENEATH]: () => bearer });
      expect(asked.filter((line) => line === `POST ${tokenEndpoint}`)).toHaveLength(1);
      expect(result).toMatchObject({ ok: false, failedSignIns: 0 });
      expect(result.verdicts.slice(0, 2)).toEqual([
        refused,
        { place: BENEATH, verdict: 'not asked: the refresh token has just been refused' },
      ]);
      expect(result.verdicts.some(({ place }) => place === 'sign-in')).toBe(false);
    });

    test('asks the other servers all the same while the access token lasts', async () => {
      const tells = settings(protocol('EXPR', EWS));
      const { result } = await signedOut(new Date(Date.now() + 3_600_000).toISOString(), {
        [BENEATH]: (authorization) => (authorization === 'Bearer token' ? tells : bearer),
      });
      expect(result).toMatchObject({ ok: true, ewsUrl: EWS, failedSignIns: 0 });
      expect(result.verdicts[0]).toEqual(refused);
    });
  });

  test('keeps the password from a server that would not take its scheme', async () => {
    const { result, asked } = await discoverAmong({
      [DOMAIN]: () => ({ status: 401, headers: { 'www-authenticate': ['Negotiate', 'NTLM'] } }),
    });
    expect(asked.some((line) => line.endsWith('*'))).toBe(false);
    expect(result.verdicts[0]).toEqual({
      place: DOMAIN,
      verdict: 'not signed in: the server offers negotiate, ntlm, not basic',
    });
  });

  test.each([400, 403, 405, 500, 501, 503])(
    'keeps the password from a website that answers %i and asks for no sign-in',
    async (status) => {
      const { result, asked } = await discoverAmong({
        [DOMAIN]: () => ({ status }),
        [BENEATH]: settings(protocol('EXPR', EWS)),
      });
      expect(asked.filter((line) => line.endsWith('*'))).toEqual([`POST ${BENEATH} *`]);
      expect(result).toMatchObject({ ok: true, ewsUrl: EWS });
      expect(result.verdicts[0]).toEqual({ place: DOMAIN, verdict: `answered ${status}` });
    },
  );

  test.each(['text/html', 'application/xhtml+xml; charset=utf-8'])(
    'keeps the password from a website that answers everything with %s',
    async (type) => {
      const { asked } = await discoverAmong({
        [DOMAIN]: () => ({ body: '<html>Welcome</html>', headers: { 'content-type': type } }),
      });
      expect(asked.some((line) => line.endsWith('*'))).toBe(false);
    },
  );
});
