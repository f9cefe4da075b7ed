/**
 * The text without what XML 1.0 forbids, as character or as character reference: Exchange passes both on from
 * mail subjects, and one odd subject must not cost the other mails of an answer. Two references that are the halves of
 * one character, which XML forbids as well, are that character.
 */
export function withoutForbiddenCharacters(text: string): string {
  return SUSPICIOUS.test(text) ? dropForbidden(text) : text;
}

/** What a text with something forbidden in it must hold; most hold none of it. */
const SUSPICIOUS = /&#|[^\t\n\r -\uD7FF\uE000-\uFFFD]/;

function dropForbidden(text: string): string {
  return text
    .replace(SURROGATE_PAIR, (pair) => pairOf(pair) ?? pair)
    .replace(/&#(?:x([0-9a-f]+)|([0-9]+));/gi, (reference, hex?: string, decimal?: string) =>
      isCharacter(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) ? reference : '',
    )
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');
}

const SURROGATE_PAIR =
  /&#(?:x0*d[89ab][0-9a-f]{2}|0*5[5-6][0-9]{3});&#(?:x0*d[c-f][0-9a-f]{2}|0*5[6-7][0-9]{3});/gi;

/** Reference to the character that both halves make; undefined where the numbers are none. */
function pairOf(references: string): string | undefined {
  const [high = 0, low = 0] = Array.from(
    references.matchAll(/&#(x?)0*([0-9a-f]+);/gi),
    ([, x, digits = '']) => Number.parseInt(digits, x === '' ? 10 : 16),
  );
  const isPair = high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
  return isPair ? `&#${(high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000};` : undefined;
}

/** XML 1.0, production 2. */
function isCharacter(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}
