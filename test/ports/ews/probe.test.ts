import { describe, expect, test } from '@jest/globals';
import { localExchange } from '../../support/exchange-adapter.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();

describe('the probe', () => {
  const probe = (origin: string) =>
    localExchange().probe({ ewsUrl: `${origin}/EWS/Exchange.asmx`, deadlineMs: Date.now() + 5_000 });

  test('names the schemes that the server offers, and sends nothing of a user', async () => {
    const { origin, seen } = await serve(() => ({
      status: 401,
      headers: {
        'www-authenticate': ['Bearer client_id="00", trusted_issuers="a,b", NTLM', 'Basic realm="x"'],
      },
    }));
    expect(await probe(origin)).toEqual({ ok: true, value: { offered: ['bearer', 'ntlm', 'basic'] } });
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(seen[0]?.headers['x-anchormailbox']).toBeUndefined();
  });

  test.each([200, 400, 405, 500])('finds no scheme behind a %i, whatever it sends', async (status) => {
    const { origin, seen } = await serve(() => ({ status }));
    expect(await probe(origin)).toEqual({ ok: true, value: { offered: [] } });
    expect(seen.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  test('finds the schemes of a server that asks only callers of EWS to sign in', async () => {
    const { origin } = await serve(({ method }) =>
      method === 'GET'
        ? { status: 405 }
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
    );
    expect(await probe(origin)).toEqual({ ok: true, value: { offered: ['basic'] } });
  });

  test.each([
    [403, 'forbidden'],
    [404, 'not-found'],
    [503, 'busy'],
  ])('reports a %i', async (status, kind) => {
    const { origin } = await serve(() => ({ status }));
    expect(await probe(origin)).toMatchObject({ ok: false, failure: { kind } });
  });

  test.each([
    [
      302,
      { location: 'https://adfs.example.com/adfs/ls/?user=ann' },
      '',
      /302 and names the host adfs\.example\.com$/,
    ],
    [301, { location: '/owa/auth/logon.aspx?user=ann' }, '', /301 and names another path of its own$/],
    [
      307,
      { location: 'https://new.example.com/EWS/Exchange.asmx?a=b' },
      '',
      /names https:\/\/new\.example\.com\/EWS\/Exchange\.asmx$/,
    ],
    [308, {}, '', /308 and names no other place$/],
    [440, {}, '', /440/],
    [
      200,
      { 'content-type': 'text/html' },
      '<form><input type="password"></form>',
      /200 with a sign-in page$/,
    ],
  ])('says what stands where EWS should answer: %i %j', async (status, headers, body, detail) => {
    const { origin } = await serve(() => ({ status, headers, body }));
    const result = await probe(origin);
    expect(result).toMatchObject({ ok: false, failure: { detail: expect.stringMatching(detail) } });
    expect(JSON.stringify(result)).not.toContain('ann');
    expect(JSON.stringify(result)).toContain('127.0.0.1');
  });

  test('takes the service page that Exchange shows to a browser for an answer', async () => {
    const { origin } = await serve(() => ({ body: '<html><body>Service</body></html>' }));
    expect(await probe(origin)).toEqual({ ok: true, value: { offered: [] } });
  });

  test('refuses a host that is not allowed without asking it', async () => {
    expect(await probe('https://mail.example.com')).toMatchObject({
      ok: false,
      failure: { kind: 'refused-address', detail: expect.stringContaining('allowedExchangeHosts') },
    });
  });
});
