import { describe, expect, test } from '@jest/globals';
import {
  BENEATH,
  BENEATH_SOAP,
  DOMAIN,
  discoverAmong,
  EWS,
  PLAIN,
  type Places,
  pox,
  protocol,
  settings,
  soapUser,
} from '../../support/autodiscover-places.ts';

describe('autodiscover', () => {
  test('asks the domain, then autodiscover beneath it, and sends credentials only where they are asked for', async () => {
    const { result, asked, bodies } = await discoverAmong({ [BENEATH]: settings(protocol('EXPR', EWS)) });
    expect(result).toMatchObject({
      ok: true,
      ewsUrl: EWS,
      verdicts: [
        { place: DOMAIN, verdict: 'answered 404' },
        { place: DOMAIN.replace('xml', 'svc'), verdict: 'answered 404' },
        { place: BENEATH, verdict: 'told the EWS URL' },
      ],
    });
    expect(asked).toEqual([
      `POST ${DOMAIN}`,
      `POST ${DOMAIN.replace('xml', 'svc')}`,
      `POST ${BENEATH}`,
      `POST ${BENEATH} *`,
    ]);
    expect(bodies.at(-1)).toContain('<EMailAddress>ann@example.com</EMailAddress>');
  });

  test('prefers EXPR to EXCH and never looks inside WEB', async () => {
    const inner = `<Internal>${protocol('EXPR', 'https://wrong.example.com/a')}</Internal>`;
    const exch = protocol('EXCH', 'https://inside.example.com/EWS/Exchange.asmx');
    const both = await discoverAmong({
      [DOMAIN]: settings(protocol('WEB', undefined, inner), exch, protocol('EXPR', EWS)),
    });
    expect(both.result).toMatchObject({ ok: true, ewsUrl: EWS });
    const one = await discoverAmong({ [DOMAIN]: settings(protocol('WEB', undefined, inner), exch) });
    expect(one.result).toMatchObject({ ok: true, ewsUrl: 'https://inside.example.com/EWS/Exchange.asmx' });
  });

  test('asks the SOAP endpoint where there is no POX', async () => {
    const setting = `<UserSetting><Name>ExternalEwsUrl</Name><Value>${EWS}</Value></UserSetting>`;
    const { result } = await discoverAmong({
      [BENEATH_SOAP]: soapUser(`<ErrorCode>NoError</ErrorCode><UserSettings>${setting}</UserSettings>`),
    });
    expect(result).toMatchObject({ ok: true, ewsUrl: EWS });
  });

  test('asks the SOAP endpoint of a host whose POX was asked by a redirect', async () => {
    const setting = `<UserSetting><Name>ExternalEwsUrl</Name><Value>${EWS}</Value></UserSetting>`;
    const { result, asked } = await discoverAmong({
      [DOMAIN]: () => ({ status: 302, headers: { location: BENEATH } }),
      [BENEATH_SOAP]: soapUser(`<ErrorCode>NoError</ErrorCode><UserSettings>${setting}</UserSettings>`),
    });
    expect(result).toMatchObject({ ok: true, ewsUrl: EWS });
    expect(asked.filter((line) => line === `POST ${BENEATH}`)).toHaveLength(1);
  });

  test('says of the server that an SRV record names that it was asked already', async () => {
    const srv = async () => [{ name: 'autodiscover.example.com', port: 443, priority: 0, weight: 0 }];
    const { result } = await discoverAmong({}, { srv });
    expect(result.verdicts.slice(-2)).toEqual([
      { place: BENEATH, verdict: 'was asked already' },
      { place: BENEATH_SOAP, verdict: 'was asked already' },
    ]);
  });

  test('follows the unauthenticated redirect and checks its target again', async () => {
    const target = 'https://autodiscover-s.example.net/autodiscover/autodiscover.xml';
    const places: Places = {
      [PLAIN]: () => ({ status: 302, headers: { location: target } }),
      [target]: settings(protocol('EXPR', EWS)),
    };
    const { result, asked } = await discoverAmong(places);
    expect(result).toMatchObject({ ok: true, ewsUrl: EWS });
    expect(asked.slice(-3)).toEqual([`GET ${PLAIN}`, `POST ${target}`, `POST ${target} *`]);
    const refused = await discoverAmong(places, { allowed: ['*.example.com', 'example.com'] });
    expect(refused.result.ok).toBe(false);
    expect(refused.asked.some((line) => line.includes('example.net'))).toBe(false);
    expect(refused.result.verdicts.at(-2)).toEqual({
      place: target,
      verdict: expect.stringMatching(
        /^not asked: The host autodiscover-s\.example\.net .* allowedExchangeHosts/,
      ),
    });
  });

  test('never follows a redirect to http', async () => {
    const { result, asked } = await discoverAmong({
      [PLAIN]: () => ({
        status: 302,
        headers: { location: 'http://mail.example.com/autodiscover/autodiscover.xml' },
      }),
    });
    expect(result.ok).toBe(false);
    expect(asked.some((line) => line.includes('http://mail.'))).toBe(false);
  });

  test('asks no host that is not allowed, and says which setting it is', async () => {
    const { result, asked } = await discoverAmong({}, { allowed: ['mail.example.org'] });
    expect(asked).toEqual([]);
    expect(result.ok).toBe(false);
    expect(result.verdicts.map(({ verdict }) => verdict)).toEqual([
      ...Array(2).fill(expect.stringContaining('allowedExchangeHosts')),
      'not asked: autodiscover.example.com is not in allowedExchangeHosts',
      'no SRV record (ENOTFOUND)',
    ]);
  });

  test('asks the servers of the SRV record by priority and weight', async () => {
    const { result, asked } = await discoverAmong(
      { 'https://b.example.com/autodiscover/autodiscover.xml': settings(protocol('EXPR', EWS)) },
      {
        srv: async () => [
          { name: 'later.example.com', port: 443, priority: 20, weight: 9 },
          { name: 'b.example.com', port: 443, priority: 10, weight: 5 },
          { name: 'a.example.com', port: 8443, priority: 10, weight: 7 },
        ],
      },
    );
    expect(result).toMatchObject({ ok: true, ewsUrl: EWS });
    expect(result.verdicts).toContainEqual({
      place: 'https://a.example.com:8443/autodiscover/autodiscover.xml',
      verdict: expect.stringContaining('Port 8443 of a.example.com is not allowed'),
    });
    expect(asked.some((line) => line.includes('later.'))).toBe(false);
  });

  test('starts again with the address that an answer redirects to, and stops where it comes back', async () => {
    const away = 'https://example.net/autodiscover/autodiscover.xml';
    const redirect = (address: string) =>
      pox(`<Account><Action>redirectAddr</Action><RedirectAddr>${address}</RedirectAddr></Account>`);
    const there = await discoverAmong({
      [DOMAIN]: redirect('ann@example.net'),
      [away]: settings(protocol('EXPR', EWS)),
    });
    expect(there.result).toMatchObject({ ok: true, ewsUrl: EWS });
    expect(there.bodies.at(-1)).toContain('ann@example.net');
    const loop = await discoverAmong({
      [DOMAIN]: redirect('ann@example.net'),
      [away]: redirect('ANN@example.com'),
    });
    expect(loop.result.ok).toBe(false);
    expect(loop.result.verdicts).toContainEqual({
      place: away,
      verdict: 'redirects to an address that was tried already',
    });
  });

  test('says so where it follows no further address', async () => {
    const chain = ['example.com', 'b.example.com', 'c.example.com'].map((host, index) => {
      const next = `<RedirectAddr>ann@${'bcd'[index]}.example.com</RedirectAddr>`;
      const answer = pox(`<Account><Action>redirectAddr</Action>${next}</Account>`);
      return [`https://${host}/autodiscover/autodiscover.xml`, answer] as const;
    });
    const { result } = await discoverAmong(Object.fromEntries(chain));
    expect(result.verdicts.at(-1)).toEqual({
      place: 'e-mail address',
      verdict: 'not followed: three addresses are enough',
    });
  });

  test('asks no name server once its time is up, and waits for none any longer', async () => {
    const names: string[] = [];
    const srv = (name: string) => {
      names.push(name);
      return new Promise<never>(() => {});
    };
    const place = '_autodiscover._tcp.example.com';
    const late = await discoverAmong({}, { srv, budgetMs: 0 });
    expect(names).toEqual([]);
    expect(late.result.verdicts.at(-1)).toEqual({ place, verdict: 'not asked: no time left' });
    const slow = await discoverAmong({}, { srv, budgetMs: 3_000 });
    expect(names).toEqual([place]);
    expect(slow.result.verdicts.at(-1)).toEqual({ place, verdict: 'no SRV record (TimeoutError)' });
  });

  test('follows ten redirects and no more', async () => {
    const hop = (index: number): string => `https://hop${index}.example.com/autodiscover/autodiscover.xml`;
    const hops = Array.from({ length: 14 }, (_unused, index) => [
      hop(index),
      () => ({ status: 302, headers: { location: hop(index + 1) } }),
    ]);
    const { result, asked } = await discoverAmong({
      ...Object.fromEntries(hops),
      [DOMAIN]: () => ({ status: 301, headers: { location: hop(0) } }),
    });
    expect(result.ok).toBe(false);
    expect(asked.filter((line) => line.includes('hop'))).toHaveLength(10);
    expect(result.verdicts).toContainEqual({
      place: hop(9),
      verdict: 'not followed: ten redirects are enough',
    });
  });

  test('refuses an EWS URL that the rules forbid', async () => {
    const { result } = await discoverAmong({
      [DOMAIN]: settings(protocol('EXPR', 'https://169.254.169.254/EWS')),
    });
    expect(result.ok).toBe(false);
    expect(result.verdicts[0]).toEqual({
      place: DOMAIN,
      verdict: expect.stringContaining('metadata address'),
    });
  });

  test.each(['<b>@example.com', '"ann"@example.com', 'a\u200bnn@example.com', 'ann\r\n@example.com'])(
    'asks nobody for %j, nor where a server names it',
    async (email) => {
      expect(await discoverAmong({}, { email })).toMatchObject({ asked: [], result: { ok: false } });
      const address = email.replace(/[<>"&]/g, (character) => `&#${character.charCodeAt(0)};`);
      const answer = pox(
        `<Account><Action>redirectAddr</Action><RedirectAddr>${address}</RedirectAddr></Account>`,
      );
      const { bodies, result } = await discoverAmong({ [DOMAIN]: answer });
      expect(result).toMatchObject({ ok: false });
      expect(bodies.filter((body) => body !== '' && !body.includes('>ann@example.com<'))).toEqual([]);
    },
  );

  test.each(['ann', 'ann@', 'ann@127.0.0.1', 'ann@[::1]', 'ann@host', 'ann@exa mple.com', 'ann@e.com/x'])(
    'asks nobody for %j',
    async (email) => {
      const { result, asked } = await discoverAmong({}, { email });
      expect(asked).toEqual([]);
      expect(result).toMatchObject({
        ok: false,
        verdicts: [{ place: 'e-mail address', verdict: 'has no domain that autodiscover could ask' }],
      });
    },
  );
});
