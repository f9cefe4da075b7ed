/** Text that strangers wrote, made fit for a lock screen. Pure; knows JSON's byte costs, nothing of push services. */

import { decodeEncodedWords, withoutWordHeads } from './encoded-words.ts';

/** More than any lock screen shows and any payload holds: bounds the work that one mail can cause. */
const MAX_CODE_UNITS = 4_096;

/**
 * Bidi embeddings, overrides and isolates let a name rearrange what stands beside it; the strong marks
 * (LRM, RLM, ALM) cannot and stay, since mixed Hebrew or Arabic text needs them. Interlinear annotations, byte order
 * marks and soft hyphens are invisible, and noncharacters are refused by push services. ZWJ, ZWNJ and tag
 * characters stay: emoji and Persian are built with them.
 */
const INVISIBLE =
  /[\u00AD\u202A-\u202E\u2066-\u2069\u206A-\u206F\uFEFF\uFFF9-\uFFFB\p{Noncharacter_Code_Point}]/gu;
const CONTROL_OR_SPACE = /[\p{Cc}\p{White_Space}\u2028\u2029]+/gu;
/** Anything that leaves ink by itself. Hangul fillers are default-ignorable, so they count as nothing here. */
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}\p{M}\u2800]/u;

/** What makes one letter of many code points. */
const COMBINES = /[\p{M}\p{Cf}\p{Emoji_Modifier}\u1100-\u11FF]{4}|\u200D/u;
/** Hebrew with cantillation has four marks on a letter, Tibetan five. */
const MARKS_PER_LETTER = 5;
/** A family with a skin tone each has 11 code points. */
const CODE_POINTS_PER_LETTER = 16;

let segmenter: Intl.Segmenter | undefined;
const ELLIPSIS = '…';
const ELLIPSIS_BYTES = 3;

/** Some mailers encode twice; more often than that is nobody's text. */
const MOST_DECODINGS = 3;

/** One line, as `plainLine` makes it, with leftover RFC 2047 encoded words decoded and never shown as code. */
export function cleanText(text: string): string {
  let line = plainLine(text);
  for (let pass = 0; pass < MOST_DECODINGS && line.includes('=?'); pass += 1) {
    line = plainLine(decodeEncodedWords(line));
  }
  return line.includes('=?') ? plainLine(withoutWordHeads(line)) : line;
}

/**
 * One line without control characters, direction overrides, lone surrogates or letters that are hidden beneath
 * their marks. Empty where nothing visible is left.
 */
export function plainLine(text: string): string {
  const line = bounded(text).toWellFormed().replace(INVISIBLE, '').replace(CONTROL_OR_SPACE, ' ').trim();
  if (!VISIBLE.test(line)) return '';
  return COMBINES.test(line) ? lettersOf(line).map(boundedLetter).join('') : line;
}

/** Letters as people count them (grapheme clusters, UAX 29). */
export function lettersOf(text: string): readonly string[] {
  return Array.from(graphemesOf(text), ({ segment }) => segment);
}

function boundedLetter(letter: string): string {
  let marks = 0;
  return Array.from(letter)
    .filter((character) => !/\p{M}/u.test(character) || ++marks <= MARKS_PER_LETTER)
    .slice(0, CODE_POINTS_PER_LETTER)
    .join('');
}

/** Made on first use: loading the rules takes longer than all else that a heartbeat needs of the domain. */
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

function bounded(text: string): string {
  if (text.length <= MAX_CODE_UNITS) return text;
  return text.slice(0, graphemesOf(text).containing(MAX_CODE_UNITS)?.index);
}

/** UTF-8 bytes that `text` takes inside a JSON string, escapes included, quotes not. */
export function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/**
 * The text itself where it takes at most `maxBytes` (as `jsonBytes` counts), else its longest run of whole
 * graphemes that leaves room for an ellipsis. Lone surrogates, which no push service accepts, are replaced.
 * A single grapheme larger than the room is left out, not cut.
 */
export function truncate(text: string, maxBytes: number): string {
  const whole = text.toWellFormed();
  if (jsonBytes(whole) <= maxBytes) return whole;
  let kept = '';
  let room = maxBytes - ELLIPSIS_BYTES;
  if (room < 0) return '';
  for (const { segment } of graphemesOf(whole)) {
    room -= jsonBytes(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept.trimEnd() + ELLIPSIS;
}
