import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanText, displaySender, jsonBytes, truncate } from '#domain/push/text.ts';

describe('cleanText', () => {
  it.each([
    ['plain text', 'Lunch on Friday', 'Lunch on Friday'],
    ['line breaks and tabs', 'a\r\n\tb  c ', 'a b c'],
    ['control characters', 'a\u0000b\u001bc\u0085d\u007fe', 'a b c d e'],
    ['separators of lines and paragraphs', 'a\u2028b\u2029c', 'a b c'],
    ['direction overrides', 'Invoice\u202Egpj.exe', 'Invoicegpj.exe'],
    ['unclosed direction isolates', '\u2066Bank\u2067 of Rome', 'Bank of Rome'],
    ['byte order marks and soft hyphens', '\uFEFFhy\u00ADphen', 'hyphen'],
    ['lone surrogates', 'a\ud83db', 'a\ufffdb'],
    ['only invisible characters', '\u200b\u200d\u2800\u3164 \u2060', ''],
    ['nothing', '', ''],
  ])('handles %s', (_what, given, shown) => {
    expect(cleanText(given)).toBe(shown);
  });

  it.each([
    ['joined families', '👩‍👩‍👧‍👦 dinner'],
    ['flags of regions and of England', '🇩🇪 v 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['right-to-left text with its marks', 'שלום (\u200fABC\u200f) مرحبا'],
    ['Persian with non-joiners', 'می\u200cخواهم'],
    ['CJK', '会議のお知らせ'],
    ['combining marks', 'e\u0301'],
  ])('keeps %s as they are', (_what, text) => {
    expect(cleanText(text)).toBe(text);
  });

  it.each([
    ['base64', '=?utf-8?B?R3LDvMOfZQ==?=', 'Grüße'],
    ['quoted-printable', '=?ISO-8859-1?Q?Gr=FC=DFe_aus_K=F6ln?=', 'Grüße aus Köln'],
    ['neighbours without the blank between them', '=?utf-8?Q?a?= =?utf-8?Q?b?=', 'ab'],
    [
      'a character cut in two by a careless mailer',
      '=?utf-8?B?44GC44GE44GG44Ki?= =?utf-8?B?44Kk?=',
      'あいうアイ',
    ],
    ['words inside other text', 'Re: =?koi8-r?B?8NLJ18XU?= !', 'Re: Привет !'],
    ['a language tag', '=?us-ascii*en?Q?hi?=', 'hi'],
    ['control characters hidden inside', '=?utf-8?Q?a=0D=0ABcc:_x?=', 'a Bcc: x'],
    ['an unknown charset', '=?x-none?B?YQ==?=', '=?x-none?B?YQ==?='],
    ['broken base64', '=?utf-8?B?@@?=', '=?utf-8?B?@@?='],
    ['broken quoted-printable', '=?utf-8?Q?=ZZ?=', '=?utf-8?Q?=ZZ?='],
  ])('decodes encoded words that Exchange left: %s', (_what, given, shown) => {
    expect(cleanText(given)).toBe(shown);
  });

  it('never cuts a grapheme where a header is far too long', () => {
    const text = ' '.repeat(4_090) + '👩‍👩‍👧‍👦'.repeat(3);
    expect(cleanText(`x${text}`)).toBe('x');
  });

  it('is quick with a megabyte of junk', () => {
    const startMs = performance.now();
    for (const junk of ['=?', '=?a?b?', '=?utf-8?B?YWFh?= ', ' \u202e', 'e\u0301'])
      cleanText(junk.repeat(200_000));
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

describe('displaySender', () => {
  it.each([
    ['the name', { name: 'Ann Example', address: 'ann@example.com' }, 'Ann Example'],
    [
      'a quoted name without its quotes',
      { name: '"Example, Ann"', address: 'a@example.com' },
      'Example, Ann',
    ],
    ['the whole address where there is no name', { address: 'noreply@shop.example' }, 'noreply@shop.example'],
    ['the address where the name is blank', { name: ' \u200b', address: 'a@example.com' }, 'a@example.com'],
    [
      'the address where the name repeats it',
      { name: 'A@Example.com', address: 'a@example.com' },
      'A@Example.com',
    ],
    [
      'the real address where the name claims another',
      { name: 'ceo@bank.example', address: 'x@evil.example' },
      'x@evil.example',
    ],
    [
      'the real address where the name contains another',
      { name: 'Ann (ann@bank.example)', address: 'x@evil.example' },
      'x@evil.example',
    ],
    ['a name with its direction overrides removed', { name: 'Ann\u202e', address: 'a@example.com' }, 'Ann'],
    ['nothing for a directory name', { address: '/O=EXCHANGELABS/OU=X/CN=RECIPIENTS/CN=ANN' }, ''],
    ['nothing where there is nothing', {}, ''],
  ])('shows %s', (_what, sender, shown) => {
    expect(displaySender(sender)).toBe(shown);
  });

  it('shows nothing for a mail without a sender', () => {
    expect(displaySender(undefined)).toBe('');
  });
});

describe('truncate', () => {
  it.each([
    ['what fits stays', 'abc', 3, 'abc'],
    ['the ellipsis has its room', 'abcdef', 5, 'ab…'],
    ['no blank before the ellipsis', 'ab cdef', 6, 'ab…'],
    ['escapes count', '"""""', 8, '""…'],
    ['a family is one', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 30, '👩‍👩‍👧‍👦…'],
    ['a flag is one', '🇩🇪🇫🇷', 12, '🇩🇪…'],
    ['a letter keeps its accents', 'e\u0301e\u0301e\u0301', 7, 'e\u0301…'],
    ['a grapheme larger than the room goes', '👩‍👩‍👧‍👦!', 10, '…'],
    ['no room for an ellipsis', 'abcd', 2, ''],
    ['no room', 'abcd', 0, ''],
    ['nothing to cut', '', 0, ''],
  ])('%s', (_what, text, maxBytes, cut) => {
    expect(truncate(text, maxBytes)).toBe(cut);
  });

  it('never takes more bytes than it may, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(300), (text, maxBytes) => {
        expect(jsonBytes(truncate(text, maxBytes))).toBeLessThanOrEqual(maxBytes);
      }),
    );
  });
});
