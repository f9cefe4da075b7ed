/** Text that strangers wrote, made fit for a lock screen. Pure; knows JSON's byte costs, nothing of push services. */

import { decodeEncodedWords } from './encoded-words.ts';

/** More than any lock screen shows and any payload holds: bounds the work that one mail can cause. */
const MAX_CODE_UNITS = 4_096;

/**
 * Bidi embeddings, overrides and isolates let a name rearrange what stands beside it; the strong marks
 * (LRM, RLM, ALM) cannot and stay, since mixed Hebrew or Arabic text needs them. Interlinear annotations,
 * byte order marks and soft hyphens are invisible and go. ZWJ, ZWNJ and tag characters stay: emoji and
 * Persian are built with them.
 */
const INVISIBLE = /[\u00AD\u202A-\u202E\u2066-\u2069\u206A-\u206F\uFEFF\uFFF9-\uFFFB]/gu;
const CONTROL_OR_SPACE = /[\p{Cc}\p{White_Space}\u2028\u2029]+/gu;
/** Anything that leaves ink. Hangul fillers are default-ignorable, so they count as nothing here. */
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cc}\u2800]/u;
let segmenter: Intl.Segmenter | undefined;
const ELLIPSIS = '…';
const ELLIPSIS_BYTES = 3;

/**
 * One line without control characters, direction overrides, leftover RFC 2047 encoded words or lone
 * surrogates. Empty where nothing visible is left.
 */
export function cleanText(text: string): string {
  const line = decodeEncodedWords(bounded(text))
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(CONTROL_OR_SPACE, ' ')
    .trim();
  return VISIBLE.test(line) ? line : '';
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

const ADDRESS = /[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+/;
/** Exchange reports a sender it cannot resolve by directory name; that is no address to a user. */
const DIRECTORY_NAME = /^\/o=/i;

/**
 * What a phone shows as sender: the display name, else the whole address (a local part alone, "noreply",
 * says too little), else nothing. A display name that is itself an address, but another one than the mail
 * came from, is a disguise: then the real address is shown.
 */
export function displaySender(
  sender: { readonly name?: string | undefined; readonly address?: string | undefined } | undefined,
): string {
  const address = plain(sender?.address);
  const name = plain(sender?.name).replace(/^(["'])(.*)\1$/u, '$2');
  const claimed = ADDRESS.exec(name)?.[0];
  const disguised =
    claimed !== undefined && address !== '' && claimed.toLowerCase() !== address.toLowerCase();
  return disguised || cleanText(name) === '' ? address : name;
}

function plain(text: string | undefined): string {
  const clean = cleanText(text ?? '');
  return DIRECTORY_NAME.test(clean) ? '' : clean;
}
