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

  test.each([200, 400, 405, 500])('lets a %i pass: the server asks nobody who they are', async (status) => {
    const { origin } = await serve(() => ({ status }));
    expect(await probe(origin)).toEqual({ ok: true, value: { offered: [] } });
  });

  test.each([
    [403, 'forbidden'],
    [404, 'not-found'],
    [503, 'busy'],
  ])('reports a %i', async (status, kind) => {
    const { origin } = await serve(() => ({ status }));
    expect(await probe(origin)).toMatchObject({ ok: false, failure: { kind } });
  });

  test('refuses a host that is not allowed without asking it', async () => {
    expect(await probe('https://mail.example.com')).toMatchObject({
      ok: false,
      failure: { kind: 'refused-address', detail: expect.stringContaining('allowedExchangeHosts') },
    });
  });
});
