import { describe, expect, test } from '@jest/globals';
import { knownCodes } from '#adapters/ews/error-code-table.ts';
import { consequenceOfPushed, failureOfCode, isGoneItem, spokenCode } from '#adapters/ews/error-codes.ts';
import { readXml, type XmlElement } from '#adapters/ews/xml.ts';
import { ewsFixture } from '../../support/ews-fixtures.ts';

const T = 'http://schemas.microsoft.com/exchange/services/2006/types';
const M = 'http://schemas.microsoft.com/exchange/services/2006/messages';
const E = 'http://schemas.microsoft.com/exchange/services/2006/errors';
const S = 'http://schemas.xmlsoap.org/soap/envelope/';
const LIMITS = {
  maxBytes: 9_999,
  maxDepth: 9,
  maxMarkup: 199,
  maxReferences: 9,
  maxStops: 199,
  maxAttributes: 9,
  maxAttributeLength: 999,
};

function element(xml: string): XmlElement {
  const result = readXml(xml, LIMITS);
  if (!result.ok) throw new Error(result.fault);
  return result.root;
}

/** The dresses in which one code comes: message, fault, fault of old paths, fault code alone. */
const DRESSES: readonly (readonly [name: string, dress: (code: string, values?: string) => string])[] = [
  [
    'a response message',
    (code, values = '') =>
      `<m:SubscribeResponseMessage xmlns:m="${M}" ResponseClass="Error"><m:MessageText>Vorübergehend nicht erreichbar.</m:MessageText><m:ResponseCode>${code}</m:ResponseCode><m:MessageXml>${values}</m:MessageXml></m:SubscribeResponseMessage>`,
  ],
  [
    'a SOAP fault',
    (code, values = '') =>
      `<s:Fault xmlns:s="${S}"><faultcode>s:Client</faultcode><faultstring xml:lang="de">Fehler</faultstring><detail><e:ResponseCode xmlns:e="${E}">${code}</e:ResponseCode><t:MessageXml xmlns:t="${T}">${values}</t:MessageXml></detail></s:Fault>`,
  ],
  [
    'a SOAP fault of an old path',
    (code, values = '') =>
      `<s:Fault xmlns:s="${S}"><faultcode>s:Server</faultcode><detail><ErrorCode>${code}</ErrorCode><MessageXml>${values}</MessageXml></detail></s:Fault>`,
  ],
];

function value(name: string, text: string): string {
  return `<t:Value xmlns:t="${T}" Name="${name}">${text}</t:Value>`;
}

describe.each(DRESSES)('a code in %s', (_name, dress) => {
  test('is read with white space and prefix around it', () => {
    expect(spokenCode(element(dress('ErrorServerBusy'))).code).toBe('ErrorServerBusy');
    expect(spokenCode(element(dress('\r\n   ErrorServerBusy\t'))).code).toBe('ErrorServerBusy');
    expect(spokenCode(element(dress('a:ErrorServerBusy'))).code).toBe('ErrorServerBusy');
  });

  test('brings the time to wait, where it is a number', () => {
    const wait = (text: string) =>
      spokenCode(element(dress('ErrorServerBusy', value('BackOffMilliseconds', text))));
    expect(wait('297749')).toEqual({ code: 'ErrorServerBusy', backOffMs: 297_749 });
    expect(wait(' 100 ').backOffMs).toBe(100);
    for (const odd of ['', '-1', 'soon', '1e9', '99999999999']) expect(wait(odd).backOffMs).toBeUndefined();
    expect(failureOfCode(wait('100'))).toEqual({ kind: 'busy', retryAfterMs: 100 });
  });

  test('is the inner one of an internal server error', () => {
    const hidden = dress('ErrorInternalServerError', value('InnerErrorResponseCode', ' ErrorServerBusy '));
    expect(spokenCode(element(hidden)).code).toBe('ErrorServerBusy');
    const other = dress('ErrorAccessDenied', value('InnerErrorResponseCode', 'ErrorServerBusy'));
    expect(spokenCode(element(other)).code).toBe('ErrorAccessDenied');
    expect(spokenCode(element(dress('ErrorInternalServerError'))).code).toBe('ErrorInternalServerError');
  });

  test('is unnamed where it is no word', () => {
    for (const odd of ['ann@example.com', 'Error Server Busy', '&lt;b&gt;', 'x'.repeat(101)]) {
      expect(spokenCode(element(dress(odd))).code).toBe('ErrorUnnamed');
    }
  });
});

describe('a code that only the fault code holds', () => {
  test('is that of SOAP where Exchange gave none', () => {
    const [message, fault] = DRESSES.map(([, dress]) => spokenCode(element(dress(''))).code);
    expect([message, fault]).toEqual(['ErrorUnnamed', 'Client']);
  });

  test('is read without its prefix', () => {
    const fault = `<s:Fault xmlns:s="${S}"><faultcode xmlns:a="${T}">a:ErrorSchemaValidation</faultcode></s:Fault>`;
    expect(spokenCode(element(fault)).code).toBe('ErrorSchemaValidation');
    const bare = `<s:Fault xmlns:s="${S}"><faultcode xmlns:a="${T}">a:ErrorServerBusy</faultcode><detail/></s:Fault>`;
    expect(spokenCode(element(bare)).code).toBe('ErrorServerBusy');
  });
});

describe('what a code means', () => {
  const failed = (code: string) => ({ kind: 'failed', code });
  const noMailbox = (code: string) => ({ kind: 'no-mailbox', code });
  const dead = (code: string) => ({ kind: 'credentials-dead', code });
  const ours = (code: string) => ({ kind: 'failed', code, ours: 'request' });
  const forbidden = (code: string) => ({ kind: 'forbidden', detail: `Exchange answered ${code}` });
  const busy = { kind: 'busy' };
  const moved = { kind: 'moved' };

  test.each([
    ['ErrorReadEventsFailed', 'subscribe-again', failed],
    ['ErrorEventNotFound', 'subscribe-again', failed],
    ['ErrorMissedNotificationEvents', 'subscribe-again', failed],
    ['ErrorExpiredSubscription', 'subscribe-again', failed],
    ['ErrorInvalidSubscription', 'subscribe-again', failed],
    ['ErrorSubscriptionNotFound', 'subscribe-again', failed],
    ['ErrorSubscriptionUnsubscribed', 'subscribe-again', failed],
    ['ErrorInvalidWatermark', 'subscribe-again', failed],
    ['ErrorProxyRequestNotAllowed', 'rediscover', moved],
    ['ErrorServerBusy', 'wait', busy],
    ['ErrorExceededConnectionCount', 'wait', busy],
    ['ErrorMailboxMoveInProgress', 'wait', busy],
    ['ErrorMailboxStoreUnavailable', 'wait', busy],
    ['ErrorMailboxFailover', 'wait', busy],
    ['ErrorADUnavailable', 'wait', busy],
    ['ErrorInternalServerTransientError', 'wait', busy],
    ['ErrorInsufficientResources', 'wait', busy],
    ['ErrorTimeoutExpired', 'wait', busy],
    ['ErrorInternalServerError', 'wait', failed],
    ['ErrorPasswordExpired', 'credentials-dead', dead],
    ['ErrorPasswordChangeRequired', 'credentials-dead', dead],
    ['ErrorAccountDisabled', 'no-mailbox', noMailbox],
    ['ErrorNonExistentMailbox', 'no-mailbox', noMailbox],
    ['ErrorMissingEmailAddress', 'no-mailbox', noMailbox],
    ['ErrorCallerIsInvalidADAccount', 'no-mailbox', noMailbox],
    ['ErrorConnectionFailed', 'wait', busy],
    ['ErrorConnectionFailedTransientError', 'wait', busy],
    ['ErrorADOperation', 'wait', busy],
    ['ErrorProxyRequestProcessingFailed', 'wait', busy],
    ['ErrorProxyServiceDiscoveryFailed', 'wait', busy],
    // Newer than every published list.
    ['ErrorSomethingNewTransientFailure', 'wait', busy],
    ['ErrorNoDestinationCASDueToVersionMismatch', 'rediscover', moved],
    ['ErrorCrossSiteRequest', 'rediscover', moved],
    ['ErrorInvalidLicense', 'wait', forbidden],
    ['ErrorOrganizationAccessBlocked', 'credentials-dead', dead],
    ['ErrorAccessDenied', 'wait', forbidden],
    [
      'ErrorSubscriptionAccessDenied',
      'denied',
      (code: string) => ({ ...forbidden(code), why: 'not-the-owner' }),
    ],
    [
      'ErrorSubscriptionDelegateAccessNotSupported',
      'unknown',
      (code: string) => ({ ...forbidden(code), why: 'not-primary' }),
    ],
    ['ErrorExceededSubscriptionCount', 'unknown', { kind: 'subscription-limit' }],
    [
      'ErrorInvalidPushSubscriptionUrl',
      'unknown',
      (code: string) => ({ ...failed(code), ours: 'callback-url' }),
    ],
    ['ErrorInvalidSubscriptionRequest', 'unknown', ours],
    ['ErrorInvalidPullSubscriptionId', 'unknown', ours],
    ['ErrorInvalidServerVersion', 'unknown', ours],
    ['ErrorIncorrectSchemaVersion', 'unknown', ours],
    ['ErrorSchemaValidation', 'unknown', ours],
    // The item's own affair: nothing about the request.
    ['ErrorItemNotFound', 'unknown', failed],
    ['ErrorThatIsNewTomorrow', 'unknown', failed],
    ['ErrorUnnamed', 'unknown', failed],
  ])('%s pushed means %s, and answered to a call it has its own failure', (code, pushed, failure) => {
    expect(consequenceOfPushed(code)).toBe(pushed);
    const expected = typeof failure === 'function' ? failure(code) : failure;
    expect(failureOfCode({ code })).toEqual(expected);
  });

  test('no symptom that passes is taken for the end of the credentials', () => {
    const words = ['toString', 'constructor', '__proto__', 'NoError', ''];
    for (const word of words) expect(consequenceOfPushed(word)).toBe('unknown');
  });
});

describe('the table of response codes', () => {
  /** Codes of the fixture under that mark. */
  function listed(mark: string): readonly string[] {
    const lines = ewsFixture('response-codes.txt').toString('utf8').split('\n');
    return lines.filter((line) => line.startsWith(`${mark} `)).map((line) => line.slice(2));
  }

  test('has a row for every code that our calls or a push can meet', () => {
    const known = new Set(knownCodes());
    expect(listed('+').filter((code) => !known.has(code))).toEqual([]);
    expect(listed('+').length).toBeGreaterThan(100);
  });

  test('has no row for a code that the list does not name', () => {
    const named = new Set([...listed('+'), ...listed('*')]);
    expect(knownCodes().filter((code) => !named.has(code))).toEqual([]);
  });

  test('names each code once', () => {
    expect(knownCodes()).toHaveLength(new Set(knownCodes()).size);
    const all = ['+', '-', '*'].flatMap(listed);
    expect(all).toHaveLength(new Set(all).size);
  });

  test('knows which codes say that one item is gone', () => {
    expect(knownCodes().filter(isGoneItem)).toEqual(['ErrorItemNotFound', 'ErrorVirusMessageDeleted']);
  });
});
