/** RFC 2047 encoded words that a sender got wrong and Exchange therefore handed on as they stand. */
import { decodeBytes } from './charsets.ts';

/** Beginning of a word, up to its payload. A language tag (RFC 2231) means nothing here. */
const HEAD = /=\?([\w.:()+-]{1,60})(?:\*[\w-]{0,40})?\?([bq])\?/gi;

interface Word {
  readonly charset: string;
  readonly encoding: 'b' | 'q';
  readonly payload: string;
}

interface Run {
  readonly charset: string;
  readonly bytes: Uint8Array;
}

/**
 * Text with its encoded words decoded: joined as bytes across words, with blanks, padding and raw characters where
 * none belong, and cut off at the end. What cannot be decoded is left out. The result may hold words again.
 */
export function decodeEncodedWords(text: string): string {
  const runs = joinCutBase64(piecesOf(text)).flatMap(runsOf);
  return joinBytes(runs)
    .map((run) => (typeof run === 'string' ? run : decodeBytes(run.charset, run.bytes)))
    .join('');
}

/** Text without beginnings of words, also such as removing one puts together. */
export function withoutWordHeads(text: string): string {
  let left = text;
  while (left.search(HEAD) !== -1) left = left.replace(HEAD, '');
  return left;
}

/** Words and the text around them. Blanks between two words belong to the encoding (RFC 2047, section 6.2). */
function piecesOf(text: string): readonly (string | Word)[] {
  const heads = [...text.matchAll(HEAD)];
  const pieces: (string | Word)[] = [];
  let at = 0;
  for (const [index, head] of heads.entries()) {
    const before = text.slice(at, head.index);
    if (before.trim() !== '' || pieces.length === 0) pieces.push(before);
    const start = head.index + head[0].length;
    const next = heads[index + 1]?.index ?? text.length;
    const end = text.indexOf('?=', start);
    const isClosed = end !== -1 && end <= next;
    pieces.push({
      charset: (head[1] ?? '').toLowerCase(),
      encoding: head[2]?.toLowerCase() === 'b' ? 'b' : 'q',
      payload: isClosed ? text.slice(start, end) : text.slice(start, next).trimEnd(),
    });
    at = isClosed ? end + 2 : next;
  }
  return [...pieces, text.slice(at)];
}

/** Some mailers cut Base64 at any character: such a word ends with bits that belong to the next one. */
function joinCutBase64(pieces: readonly (string | Word)[]): readonly (string | Word)[] {
  const joined: (string | Word)[] = [];
  for (const piece of pieces) {
    const before = joined.at(-1);
    if (isBase64(before) && isBase64(piece) && before.charset === piece.charset && isCut(before.payload)) {
      joined[joined.length - 1] = { ...piece, payload: before.payload + piece.payload };
    } else joined.push(piece);
  }
  return joined;
}

function isBase64(piece: string | Word | undefined): piece is Word {
  return typeof piece === 'object' && piece.encoding === 'b';
}

function isCut(payload: string): boolean {
  const letters = lettersOf(payload);
  return Buffer.from(letters, 'base64').toString('base64').replace(/=+$/, '') !== letters.replace(/=+$/, '');
}

/** Base64 of a payload without its blanks; empty where it is none. */
function lettersOf(payload: string): string {
  const letters = payload.replace(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
  return /^[A-Za-z0-9+/]*={0,3}$/.test(letters) ? letters : '';
}

/** Bytes of a word, and between them characters that should have been encoded and are text as they are. */
function runsOf(piece: string | Word): readonly (string | Run)[] {
  if (typeof piece === 'string') return [piece];
  const { charset, encoding, payload } = piece;
  if (encoding === 'b') return [{ charset, bytes: Buffer.from(lettersOf(payload), 'base64') }];
  return (payload.match(/[\x20-\x7e]+|[^\x20-\x7e]+/g) ?? []).map((part) =>
    /^[\x20-\x7e]/.test(part) ? { charset, bytes: bytesOfQ(part) } : part,
  );
}

/** `=` without two digits is a character as any other, but at the end it is the rest of a code that was cut. */
function bytesOfQ(ascii: string): Uint8Array {
  const latin = ascii
    .replace(/=[0-9a-f]?$/i, '')
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_code, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin, 'latin1');
}

/** Mailers cut in the middle of a character (against RFC 2047, section 5): neighbours of one charset are one text. */
function joinBytes(runs: readonly (string | Run)[]): readonly (string | Run)[] {
  const joined: (string | Run)[] = [];
  for (const run of runs) {
    const before = joined.at(-1);
    if (typeof before === 'object' && typeof run === 'object' && before.charset === run.charset) {
      joined[joined.length - 1] = { ...run, bytes: Buffer.concat([before.bytes, run.bytes]) };
    } else joined.push(run);
  }
  return joined;
}
