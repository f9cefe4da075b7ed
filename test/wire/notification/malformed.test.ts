import { describe, expect, test } from '@jest/globals';
import { readNotification } from '#adapters/ews/incoming/read-notification.ts';
import { BUDGETS } from '#contract';
import { ewsFixture } from '../../support/ews-fixtures.ts';

const VALID = ewsFixture('exchange-new-mail.xml').toString('utf8');
const BODY = VALID.replace(/^<\?xml[^?]*\?>/, '');
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const EVENT = VALID.match(/<t:CreatedEvent>.*<\/t:CreatedEvent>/)?.[0] ?? '';

function utf16(text: string, bigEndian: boolean): Uint8Array {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
}

function inside(text: string): string {
  return VALID.replace('<t:MoreEvents>', `${text}<t:MoreEvents>`);
}

function fill(text: string, length: number): string {
  return text + ' '.repeat(length - Buffer.byteLength(text));
}

type Row = readonly [name: string, body: string | Uint8Array, reason: string];

const TABLE: readonly Row[] = [
  ['nothing', '', 'malformed'],
  ['white space', ' \r\n\t', 'malformed'],
  ['a byte order mark alone', '\uFEFF', 'malformed'],
  ['text', 'OK', 'malformed'],
  ['JSON', '{"value":1}', 'malformed'],
  ['a declaration alone', '<?xml version="1.0" encoding="utf-8"?>', 'malformed'],
  ['the first half', VALID.slice(0, VALID.length / 2), 'malformed'],
  ['all but the last byte', VALID.slice(0, -1), 'malformed'],
  ['something behind the end', `${VALID}x`, 'malformed'],
  ['the request twice', VALID + BODY, 'malformed'],
  ['two byte order marks', `\uFEFF\uFEFF${VALID}`, 'malformed'],
  ['white space before the declaration', ` ${VALID}`, 'malformed'],
  ['XML 1.1', `<?xml version="1.1"?>${BODY}`, 'malformed'],
  ['a declaration without a version', `<?xml encoding="utf-8"?>${BODY}`, 'malformed'],
  ['a broken declaration', `<?xml version="1.0${BODY}`, 'malformed'],
  ['two declarations', `<?xml version="1.0"?><?xml version="1.0"?>${BODY}`, 'malformed'],
  ['UTF-16, little end first', utf16(VALID, false), 'malformed'],
  ['UTF-16, big end first', utf16(VALID, true), 'malformed'],
  ['UTF-8 that says UTF-16', VALID.replace('utf-8', 'utf-16'), 'malformed'],
  ['Latin-1 that says so', Buffer.from(inside('é').replace('utf-8', 'iso-8859-1'), 'latin1'), 'malformed'],
  ['Latin-1 that says UTF-8', Buffer.from(inside('é'), 'latin1'), 'malformed'],
  [
    'UTF-8 cut inside a character',
    Buffer.concat([Buffer.from(BODY), Buffer.from([0xe2, 0x82])]),
    'malformed',
  ],
  ['an overlong encoding', Buffer.concat([Buffer.from([0xc0, 0xbc]), Buffer.from(BODY)]), 'malformed'],
  ['half a surrogate pair', inside('\uD83D'), 'malformed'],
  ['a NUL', inside('\0'), 'malformed'],
  ['a control character', inside('\u0008'), 'malformed'],
  ['a reference to NUL', inside('&#0;'), 'malformed'],
  ['a reference to half a surrogate pair', inside('&#xD83D;'), 'malformed'],
  ['a reference beyond Unicode', inside('&#x110000;'), 'malformed'],
  ['an entity that nobody declared', inside('&nbsp;'), 'malformed'],
  ['a bare ampersand', inside('a & b'), 'malformed'],
  ['an end of CDATA in text', inside(']]>'), 'malformed'],
  ['an open CDATA section', inside('<![CDATA['), 'malformed'],
  ['an open comment', inside('<!--'), 'malformed'],
  ['two hyphens in a comment', inside('<!-- a -- b -->'), 'malformed'],
  ['an open processing instruction', inside('<?a'), 'malformed'],
  ['elements that overlap', inside('<t:a><t:b></t:a></t:b>'), 'malformed'],
  ['an attribute twice', inside('<t:a b="1" b="2"/>'), 'malformed'],
  [
    'an attribute twice through two prefixes',
    inside(`<t:a xmlns:p="u" xmlns:q="u" p:b="1" q:b="2"/>`),
    'malformed',
  ],
  ['an attribute without quotes', inside('<t:a b=1/>'), 'malformed'],
  ['an attribute with an open angle', inside('<t:a b="<"/>'), 'malformed'],
  ['attributes without space between', inside('<t:a b="1"c="2"/>'), 'malformed'],
  ['an undeclared prefix', inside('<u:a/>'), 'malformed'],
  ['an undeclared prefix of an attribute', inside('<t:a u:b="1"/>'), 'malformed'],
  ['a prefix undeclared again', inside('<t:a xmlns:t=""/>'), 'malformed'],
  ['a DOCTYPE', `<!DOCTYPE Envelope>${BODY}`, 'doctype'],
  [
    'a DOCTYPE after the declaration',
    VALID.replace('?>', '?><!DOCTYPE Envelope SYSTEM "http://example.com/x.dtd">'),
    'doctype',
  ],
  ['an external entity', `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`, 'doctype'],
  ['a billion laughs', `<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;&c;</a>`, 'doctype'],
  ['a DOCTYPE inside the body', inside('<!DOCTYPE a>'), 'malformed'],
  ['nesting without end', '<a>'.repeat(20_000), 'too-deep'],
  ['nesting just too deep', '<a>'.repeat(25) + '</a>'.repeat(25), 'too-deep'],
  ['nesting just deep enough', '<a>'.repeat(24) + '</a>'.repeat(24), 'not-a-notification'],
  ['a body one byte too large', fill(VALID, BUDGETS.callbackBodyBytes + 1), 'too-large'],
  ['bytes one too many', Buffer.from(fill(VALID, BUDGETS.callbackBodyBytes + 1)), 'too-large'],
  ['text whose bytes are too many', VALID + 'é'.repeat(BUDGETS.callbackBodyBytes / 2), 'too-large'],
  [
    'as much markup as may be',
    `<a>${'<b/>'.repeat(39_998)}${'&lt;'.repeat(2_000)}${'-'.repeat(100_000)}</a>`,
    'not-a-notification',
  ],
  ['an element too many', `<a>${'<b/>'.repeat(39_999)}</a>`, 'too-large'],
  ['a reference too many', `<a>${'&#x1F600;'.repeat(2_001)}</a>`, 'too-large'],
  ['a comment too many', `<a>${'<!---->'.repeat(39_999)}</a>`, 'too-large'],
  ['a CDATA section too many', `<a>${'<![CDATA[]]>'.repeat(39_999)}</a>`, 'too-large'],
  ['a carriage return too many', `<a>${'\r'.repeat(100_001)}</a>`, 'too-large'],
  ['line ends without end behind the document', `<a/>${'\r\n'.repeat(50_001)}`, 'too-large'],
  ['tabs without end in attributes', `<a>${`<b c="${'\t'.repeat(4_000)}"/>`.repeat(26)}</a>`, 'too-large'],
  ['an attribute too many in all', `<a>${`<b c="" d='' e=""/>`.repeat(16_667)}</a>`, 'too-large'],
  ['a comment full of hyphens', `<a><!--${'- '.repeat(100_001)}--></a>`, 'too-large'],
  ['a CDATA section full of brackets', `<a><![CDATA[${'] '.repeat(100_001)}]]></a>`, 'too-large'],
  ['an instruction full of question marks', `<a><?b ${'? '.repeat(100_001)}?></a>`, 'too-large'],
  [
    'too many attributes',
    `<a ${Array.from({ length: 33 }, (_, at) => `b${at}="1"`).join(' ')}/>`,
    'too-large',
  ],
  ['an attribute too long', `<a b="${'x'.repeat(4_097)}"/>`, 'too-large'],
  ['a page of HTML', '<html><body>It works!</body></html>', 'not-a-notification'],
  [
    'another SOAP request',
    `<s:Envelope xmlns:s="${SOAP}"><s:Body><a xmlns="u"/></s:Body></s:Envelope>`,
    'not-a-notification',
  ],
  ['an empty envelope', `<s:Envelope xmlns:s="${SOAP}"/>`, 'not-a-notification'],
  [
    'an envelope of SOAP 1.2',
    VALID.replace(SOAP, 'http://www.w3.org/2003/05/soap-envelope'),
    'not-a-notification',
  ],
  [
    'namespaces over https',
    VALID.replaceAll('http://schemas.microsoft', 'https://schemas.microsoft'),
    'not-a-notification',
  ],
  ['a request in no namespace', BODY.replaceAll(/<(\/?)m:/g, '<$1'), 'not-a-notification'],
  [
    'a request without messages',
    VALID.replace(/<m:SendNotificationResponseMessage.*ResponseMessage>/, ''),
    'not-a-notification',
  ],
  ['our own answer', VALID.replaceAll('SendNotification', 'SendNotificationResult'), 'not-a-notification'],
];

describe('a body that is no notification', () => {
  test.each(TABLE)('%s is unreadable for its reason', (_name, body, reason) => {
    expect(readNotification(body)).toEqual({ kind: 'unreadable', reason });
  });

  test('a body of exactly the largest size is read', () => {
    expect(readNotification(fill(VALID, BUDGETS.callbackBodyBytes)).kind).toBe('notification');
  });

  test('a body full of events is read to the last', () => {
    const count = Math.floor((BUDGETS.callbackBodyBytes - VALID.length) / EVENT.length);
    const result = readNotification(VALID.replace(EVENT, EVENT.repeat(count)));
    const first = result.kind === 'notification' && result.messages[0];
    expect(first && first.kind === 'events' && first.events.length).toBe(count + 2);
    expect(count).toBeGreaterThan(1_000);
  });
});
