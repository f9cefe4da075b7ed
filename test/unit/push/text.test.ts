import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cleanText, jsonBytes, plainLine, truncate } from '#domain/push/text.ts';

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
    ['noncharacters', 'a\ufffe\u{1ffff}b', 'ab'],
    ['marks without a letter', '\u0301\u0301', ''],
    ['marks without end on one letter', `A${'\u0301'.repeat(200)}nn`, `A${'\u0301'.repeat(5)}nn`],
    [
      'marks with joiners between',
      `A${'\u0301\u200d'.repeat(200)}nn`,
      `A${'\u0301\u200d'.repeat(5)}${'\u200d'.repeat(5)}nn`,
    ],
    ['letters joined without end', `${'👩\u200d'.repeat(200)}👩!`, `${'👩\u200d'.repeat(8)}!`],
  ])('bounds %s', (_what, given, shown) => {
    expect(plainLine(given)).toBe(shown);
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
