import { expect, test } from '@jest/globals';
import { createOutgoingRules } from '#adapters/ews/outgoing/outgoing-rules.ts';

function rulesWith(...furtherExchangePaths: readonly string[]) {
  return createOutgoingRules({
    allowedExchangeHosts: ['mail.example.com'],
    allowedExchangeCidrs: [],
    allowedTokenHosts: ['mail.example.com'],
    furtherExchangePaths,
  });
}
const usual = rulesWith();
const several = rulesWith('/tenant/*/EWS/Exchange.asmx', '/owa.v2/exchange.asmx');

test.each(['/EWS/Exchange.asmx', '/ews/exchange.asmx', '/EWS/EXCHANGE.ASMX'])(
  'credentials go to the path %s of an allowed host',
  (path) => {
    expect(usual.refuseExchangeUrl(`https://mail.example.com${path}`)).toBeUndefined();
    expect(several.refuseExchangeUrl(`https://mail.example.com${path}`)).toBeUndefined();
  },
);

test.each([
  ['/', /furtherExchangePaths/],
  ['', /furtherExchangePaths/],
  ['/~ann/page.php', /furtherExchangePaths/],
  ['/EWS/Exchange.asmx/', /furtherExchangePaths/],
  ['/EWS/Exchange.asmx/x', /furtherExchangePaths/],
  ['/x/EWS/Exchange.asmx', /furtherExchangePaths/],
  ['//EWS/Exchange.asmx', /furtherExchangePaths/],
  ['/EWS/Exchange%2Easmx', /furtherExchangePaths/],
  ['/EWS%2FExchange.asmx', /furtherExchangePaths/],
  ['/EWS/Exchange.asmx;a=b', /furtherExchangePaths/],
  ['/EWS/ExchangeXasmx', /furtherExchangePaths/],
  ['/EWS/Exchange.asmx?note=secret', /query/],
  ['/EWS/Exchange.asmx?', /query/],
  ['/EWS/Exchange.asmx#', /fragment/],
  ['/EWS/Exchange.asmx\n', /blanks or control/],
  ['/EWS/Exch\tange.asmx', /blanks or control/],
])('credentials never go to the path %j', (path, sentence) => {
  expect(usual.refuseExchangeUrl(`https://mail.example.com${path}`)).toMatch(sentence);
});

test('a further path is allowed in any letter case, with one segment for an asterisk', () => {
  const allowed = (path: string) =>
    several.refuseExchangeUrl(`https://mail.example.com${path}`) === undefined;
  expect(
    ['/tenant/a-1/EWS/Exchange.asmx', '/TENANT/b/ews/exchange.asmx', '/OWA.v2/Exchange.asmx'].map(allowed),
  ).toEqual([true, true, true]);
  expect(
    [
      '/tenant//EWS/Exchange.asmx',
      '/tenant/a/b/EWS/Exchange.asmx',
      '/tenant/%2f/EWS/Exchange.asmx',
      '/owaXv2/exchange.asmx',
    ].map(allowed),
  ).toEqual([false, false, false, false]);
});

test.each(['', 'EWS', '/', '/a?b', '/a b', '/a/../b', '/./a', '/a#b', '/**x'])(
  'the entry %j is no path that the deployment could allow',
  (entry) => {
    expect(() => rulesWith(entry)).toThrow(/^furtherExchangePaths: /);
  },
);

test('the path tells servers apart only where several paths are allowed', () => {
  const url = 'https://Mail.example.com:443/Tenant/A/EWS/Exchange.asmx';
  expect(several.exchangeAddress(url)).toBe('mail.example.com/tenant/a/ews/exchange.asmx');
  expect(usual.exchangeAddress('https://Mail.example.com/ews/Exchange.asmx')).toBe('mail.example.com');
});

test('the path of a token endpoint is free', () => {
  expect(usual.refuseTokenEndpoint('https://mail.example.com/a/oauth2/token?p=1')).toBeUndefined();
});
