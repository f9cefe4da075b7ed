import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBytes } from '#domain/push/charsets.ts';
import { cleanText } from '#domain/push/text.ts';
import { hostileText } from '../../support/hostile-text.ts';

describe('encoded words that Exchange left', () => {
  test.each([
    ['Base64', '=?utf-8?B?R3LDvMOfZQ==?=', 'Grüße'],
    ['quoted-printable', '=?ISO-8859-1?Q?Gr=FC=DFe_aus_K=F6ln?=', 'Grüße aus Köln'],
    ['neighbours without the blank between them', '=?utf-8?Q?a?= =?utf-8?Q?b?=', 'ab'],
    ['neighbours of two charsets', '=?utf-8?Q?=C3=BC?= =?iso-8859-1?Q?=FC?=', 'üü'],
    ['a blank inside at the end', '=?utf-8?Q?a ?= =?utf-8?Q?b?=', 'a b'],
    ['words in other text', 'Re: =?koi8-r?B?8NLJ18XU?= !', 'Re: Привет !'],
    ['text between words', '=?utf-8?Q?a?= and =?utf-8?Q?b?=', 'a and b'],
    ['a language tag', '=?us-ascii*en?Q?hi?=', 'hi'],
    ['control characters hidden inside', '=?utf-8?Q?a=0D=0ABcc:_x?=', 'a Bcc: x'],
    ['a question mark inside', '=?utf-8?Q?Really??=', 'Really?'],
    ['an equals sign that is no code', '=?utf-8?Q?1+1=2 x?=', '1+1=2 x'],
    ['a character cut in two', '=?UTF-8?Q?Pasi=C5=BEad=C4?= =?UTF-8?Q?=97jimas?=', 'Pasižadėjimas'],
    ['Base64 cut inside a character', '=?utf-8?B?44E=?= =?utf-8?B?gg==?=', 'あ'],
    ['Base64 cut inside a letter', '=?utf-8?B?YWF?= =?utf-8?B?hYQ==?=', 'aaaa'],
    ['Base64 without padding, twice', '=?utf-8?B?YQ?= =?utf-8?B?Yg?=', 'ab'],
    ['Base64 with a blank', '=?utf-8?B?R3LD vMOfZQ==?=', 'Grüße'],
    ['a code cut in two', '=?utf-8?q?=D0=B0=D0=?= =?utf-8?q?=B91?=', 'ай1'],
    ['two encodings of one character', '=?utf-8?B?w6TD?= =?utf-8?Q?=BC?=', 'äü'],
    ['a blank before the text', '=?UTF-8?Q? Personal=C3=A4nderung?=', 'Personaländerung'],
    ['blanks in the text', '=?utf-8?Q?Hello World =C3=BC?=', 'Hello World ü'],
    ['raw characters in the text', '=?utf-8?Q?Grüße?=', 'Grüße'],
    ['a word cut at the end', '=?utf-8?B?44GC44GE44', 'あい'],
    ['a word without its end', '=?utf-8?Q?abc =?utf-8?Q?def?=', 'abcdef'],
    ['a word encoded twice', '=?utf-8?B?PT91dGYtOD9RP2FiYz89?=', 'abc'],
    ['a page of DOS', '=?cp850?Q?M=81ller?=', 'Müller'],
    ['another page of DOS', '=?IBM437?Q?na=8Bve?=', 'naïve'],
    ['Japanese', '=?iso-2022-jp?B?GyRCJCIbKEI=?=', 'あ'],
    ['Chinese by its page', '=?cp936?B?xOO6ww==?=', '你好'],
    ['Korean by its old name', '=?ks_c_5601-1987?B?x9Gx2w==?=', '한글'],
    ['an unknown charset with ASCII', '=?x-none?B?YQ==?=', 'a'],
    ['an unknown charset with UTF-8', '=?unknown-8bit?Q?=C3=BC?=', 'ü'],
    ['an unknown charset with something else', '=?unknown-8bit?Q?=FC?=', 'ü'],
    ['bytes that the charset has not', '=?utf-8?Q?a=FFb?=', 'ab'],
    ['broken Base64', 'x =?utf-8?B?@@?= y', 'x y'],
    ['no code in quoted-printable', '=?utf-8?Q?=ZZ?=', '=ZZ'],
    ['code that an invisible character hides', '=\u00ad?utf-8?Q?a?=', 'a'],
    ['code that a word and an invisible character hide', '=?utf-8?Q?=3D=C2=AD=3Futf-8?Q?a?=', 'a'],
    ['words in words without end', `${'=?a?q?'.repeat(6)}x${'?='.repeat(6)}`, 'x?=?=?=?=?='],
    ['what only looks alike', 'a=?b and 1=?2', 'a=?b and 1=?2'],
  ])('are read: %s', (_what, given, shown) => {
    expect(cleanText(given)).toBe(shown);
  });

  test('are never shown as code, nor with replacement characters', () => {
    const word = fc
      .tuple(
        fc.constantFrom('utf-8', 'x-none', 'gbk', 'utf-8*de'),
        fc.constantFrom('q', 'B', 'Q'),
        hostileText,
      )
      .map(
        ([charset, encoding, payload]) => `=?${charset}?${encoding}?${payload.replaceAll('\ufffd', '')}?=`,
      );
    const text = fc.array(fc.oneof(word, hostileText), { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (subject) => {
        expect(cleanText(subject)).not.toMatch(/=\?[\w.:()+-]{1,60}(?:\*[\w-]{0,40})?\?[bBqQ]\?/);
        if (subject.isWellFormed() && !subject.includes('\ufffd'))
          expect(cleanText(subject)).not.toContain('\ufffd');
      }),
      { numRuns: 500 },
    );
  });

  test('take no time, however many there are', () => {
    const startMs = performance.now();
    for (const junk of ['=?', '=?a?b?', '=?a?q?=', '=?utf-8?B?YWFh?= ', '?= ', '=?a*'])
      cleanText(junk.repeat(200_000));
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

test('every code page of DOS that is known has a character for each byte', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (const charset of ['cp437', 'cp850']) expect(Array.from(decodeBytes(charset, bytes))).toHaveLength(256);
});
