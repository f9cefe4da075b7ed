import { describe, expect, test } from '@jest/globals';
import { createAddressRules } from '#adapters/ews/outgoing/addresses.ts';
import { createOutgoingRules, type EwsOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';
import { pinDestination } from '#adapters/ews/outgoing/pinned-lookup.ts';

const rules = createOutgoingRules({
  allowedExchangeHosts: ['mail.example.com', '*.corp.example', 'odd.example.com:8443', 'any.example.com:*'],
  allowedExchangeCidrs: [],
  allowedTokenHosts: ['login.example.com'],
});
const everywhere = createOutgoingRules({
  allowedExchangeHosts: ['*'],
  allowedExchangeCidrs: [],
  allowedTokenHosts: [],
});
const local = createOutgoingRules({
  allowedExchangeHosts: ['http://127.0.0.1:*'],
  allowedExchangeCidrs: [],
  allowedTokenHosts: ['http://127.0.0.1:*'],
});

/** Why a URL of a server is refused, whatever its path. */
function refusedServer(by: EwsOutgoingRules, url: string): string | undefined {
  const judgement = by.judgeServerUrl(url);
  return judgement.ok ? undefined : judgement.reason;
}

describe('the outgoing rules', () => {
  test.each([
    'https://mail.example.com/EWS/Exchange.asmx',
    'https://MAIL.example.com:443/EWS/Exchange.asmx',
    'https://a.corp.example/x',
    'https://a.b.corp.example/x',
    'https://odd.example.com:8443/x',
    'https://any.example.com:1/x',
    'https://any.example.com/x',
  ])('allow %s', (url) => {
    expect(refusedServer(rules, url)).toBeUndefined();
  });

  test.each([
    ['https://mail.example.com.evil.example/x', /not allowed; add it to the setting allowedExchangeHosts/],
    ['https://evilmail.example.com/x', /allowedExchangeHosts/],
    ['https://corp.example/x', /allowedExchangeHosts/],
    ['https://evilcorp.example/x', /allowedExchangeHosts/],
    ['https://login.example.com/x', /allowedExchangeHosts/],
    [
      'https://mail.example.com:8443/x',
      /^Port 8443 .* add "mail\.example\.com:8443" .* allowedExchangeHosts/,
    ],
    ['https://odd.example.com/x', /allowedExchangeHosts/],
    ['http://mail.example.com/x', /must start with https/],
    ['ftp://mail.example.com/x', /must start with https/],
    ['https://ann:pw@mail.example.com/x', /must not contain a user name or password/],
    ['https://mail.example.com@evil.example/x', /must not contain a user name or password/],
    ['https://mail.example.com/x#y', /fragment/],
    ['https://mail.example.com/x#', /fragment/],
    ['https://mail.example.com./x', /must not end with a dot/],
    ['https://evil.example\\@mail.example.com/x', /allowedExchangeHosts/],
    ['/EWS/Exchange.asmx', /not an absolute URL/],
    ['https://', /not an absolute URL/],
    ['', /not an absolute URL/],
  ])('refuse %s', (url, sentence) => {
    expect(refusedServer(rules, url)).toMatch(sentence);
  });

  test('know token endpoints by a list of their own', () => {
    expect(rules.refuseTokenEndpoint('https://login.example.com/t')).toBeUndefined();
    expect(rules.refuseTokenEndpoint('https://mail.example.com/t')).toMatch(/allowedTokenHosts/);
  });

  test.each([
    ['https://127.0.0.1/x', /loopback/],
    ['https://2130706433/x', /loopback/],
    ['https://0x7f.1/x', /loopback/],
    ['https://0177.0.0.1/x', /loopback/],
    ['https://[::1]/x', /loopback/],
    ['https://[::ffff:127.0.0.1]/x', /loopback/],
    ['https://0.0.0.0/x', /unspecified/],
    ['https://169.254.169.254/x', /metadata/],
    ['https://[fd00:ec2::254]/x', /metadata/],
    ['https://10.1.2.3/x', /private .* allowedExchangeCidrs/],
    ['https://0xa000001/x', /private/],
    ['https://192.168.0.1/x', /private/],
    ['https://100.64.0.1/x', /private/],
  ])('refuse the literal %s even where every host is allowed', (url, sentence) => {
    expect(refusedServer(everywhere, url)).toMatch(sentence);
  });

  test('allow plain http and loopback only where an entry spells it out', () => {
    expect(refusedServer(local, 'http://127.0.0.1:3000/exchange')).toBeUndefined();
    expect(local.refuseTokenEndpoint('http://127.0.0.1:3000/token')).toBeUndefined();
    expect(refusedServer(local, 'https://127.0.0.1:3000/exchange')).toBeDefined();
    expect(refusedServer(local, 'http://127.0.0.2:3000/exchange')).toBeDefined();
    expect(refusedServer(everywhere, 'http://127.0.0.1/x')).toMatch(/https/);
    const overTls = createOutgoingRules({
      allowedExchangeHosts: ['https://127.0.0.1:*', '*'],
      allowedExchangeCidrs: [],
      allowedTokenHosts: [],
    });
    expect(refusedServer(overTls, 'https://127.0.0.1:3000/exchange')).toBeUndefined();
    expect(refusedServer(overTls, 'http://127.0.0.1:3000/exchange')).toMatch(/https/);
    expect(refusedServer(overTls, 'https://127.0.0.2/x')).toMatch(/loopback/);
  });

  test.each([
    '',
    'mail.example.com/EWS',
    'https://',
    'a b',
    '*.',
    'http://*',
    'http://*.example.com',
    '**',
    'm@x',
    'a..b:c',
  ])('cannot be made from the entry %j', (entry) => {
    expect(() =>
      createOutgoingRules({ allowedExchangeHosts: [entry], allowedExchangeCidrs: [], allowedTokenHosts: [] }),
    ).toThrow(/^allowedExchangeHosts: /);
  });
});

describe('the address rules', () => {
  const addresses = createAddressRules([]);
  test.each([
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['100.127.255.255', 'private'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['169.254.169.254', 'metadata'],
    ['169.254.170.2', 'metadata'],
    ['169.254.1.1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['fe80::1%eth0', 'link-local'],
    ['fc00::1', 'private'],
    ['fd00:ec2::254', 'metadata'],
    ['ff02::1', 'multicast'],
    ['2001:db8::1', 'reserved'],
    ['2001::1', 'tunnel'],
    ['::ffff:10.0.0.1', 'private'],
    ['::ffff:a00:1', 'private'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::127.0.0.1', 'loopback'],
    ['::ffff:0:127.0.0.1', 'loopback'],
    ['64:ff9b::a9fe:a9fe', 'metadata'],
    ['64:ff9b:1::a00:1', 'tunnel'],
    ['2002:7f00:1::', 'loopback'],
    ['2002:a00:1::1', 'private'],
    ['not an address', 'reserved'],
  ])('refuse %s as %s', (address, kind) => {
    expect(addresses.refuse(address)).toBe(kind);
  });

  test.each([
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2a00:1450::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '11.0.0.1',
  ])('allow %s', (address) => {
    expect(addresses.refuse(address)).toBeUndefined();
  });

  test('open the ranges of allowedExchangeCidrs, in whichever form the address comes', () => {
    const opened = createAddressRules(['10.1.0.0/16', 'fd12:3456::/32']);
    expect(opened.refuse('10.1.2.3')).toBeUndefined();
    expect(opened.refuse('::ffff:10.1.2.3')).toBeUndefined();
    expect(opened.refuse('fd12:3456::9')).toBeUndefined();
    expect(opened.refuse('10.2.0.1')).toBe('private');
  });

  test('never open metadata, loopback, unspecified or multicast addresses', () => {
    const wide = createAddressRules(['0.0.0.0/0', '::/0']);
    expect(wide.refuse('10.0.0.1')).toBeUndefined();
    expect(
      ['169.254.169.254', '127.0.0.1', '0.0.0.0', '224.0.0.1', 'fd00:ec2::254', '::1'].map((address) =>
        wide.refuse(address),
      ),
    ).toEqual(['metadata', 'loopback', 'unspecified', 'multicast', 'metadata', 'loopback']);
  });

  test.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'host/8', '10.0.0.0/8/8', '10.0.0.0/', '/8'])(
    'cannot be made from the range %j',
    (cidr) => {
      expect(() => createAddressRules([cidr])).toThrow(/^allowedExchangeCidrs: /);
    },
  );
});

describe('a pinned look-up', () => {
  const destination = { url: new URL('https://mail.example.com/EWS'), loopbackAllowed: false };

  test('answers with the first resolution for ever, without asking again', async () => {
    const answers = [[{ address: '198.51.99.1', family: 4 }], [{ address: '127.0.0.1', family: 4 }]];
    const asked: string[] = [];
    const pin = await pinDestination(destination, everywhere.addresses, async (name) => {
      asked.push(name);
      return answers[asked.length - 1] ?? [];
    });
    const look = (all: boolean): Promise<unknown> =>
      new Promise((resolve) => {
        if (pin.ok) {
          pin.lookup('rebound.example', { all }, (_error, address) => resolve(address));
        }
      });
    expect(await look(true)).toEqual([{ address: '198.51.99.1', family: 4 }]);
    expect(await look(false)).toBe('198.51.99.1');
    expect(asked).toEqual(['mail.example.com']);
  });

  test('does not exist where one of several addresses is refused', async () => {
    const pin = await pinDestination(destination, everywhere.addresses, async () => [
      { address: '198.51.99.1', family: 4 },
      { address: '::ffff:10.0.0.1', family: 6 },
    ]);
    expect(pin).toEqual({
      ok: false,
      failure: { kind: 'refused-address', detail: expect.stringContaining('allowedExchangeCidrs') },
    });
  });

  test('does not exist where the name does not', async () => {
    const pin = await pinDestination(destination, everywhere.addresses, () =>
      Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })),
    );
    expect(pin).toMatchObject({
      ok: false,
      failure: { kind: 'unreachable', detail: 'mail.example.com cannot be resolved (ENOTFOUND)' },
    });
  });
});
