/** RFC 2047 encoded words that a sender got wrong and Exchange therefore handed on as they stand. */

const WORD = /=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?\s]*)\?=/g;
const BETWEEN_WORDS = /(=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=)/g;

/** Decodes every well-formed encoded word of a known charset; leaves everything else as it is. */
export function decodeEncodedWords(text: string): string {
  if (!text.includes('=?')) return text;
  return joinSplitCharacters(text.replace(BETWEEN_WORDS, '$1')).replace(
    WORD,
    (word, charset: string, encoding: string, payload: string) => {
      const bytes = encoding.toLowerCase() === 'b' ? fromBase64(payload) : fromQ(payload);
      return bytes === undefined ? word : (decode(charset, bytes) ?? word);
    },
  );
}

/** Mailers cut base64 words in the middle of a character; neighbours of one charset are one text (against RFC 2047, section 5). */
function joinSplitCharacters(text: string): string {
  const pair = /=\?([^?\s]+)\?[bB]\?([A-Za-z0-9+/]*)\?==\?\1\?[bB]\?([A-Za-z0-9+/]*={0,2})\?=/i;
  let joined = text;
  for (let found = pair.exec(joined); found !== null; found = pair.exec(joined)) {
    const [whole, charset = '', first = '', second = ''] = found;
    // Only unpadded neighbours join by concatenation: their first half ends on a whole number of bytes.
    if (first.length % 4 !== 0) return joined;
    joined = joined.replace(whole, () => `=?${charset}?B?${first}${second}?=`);
  }
  return joined;
}

function fromBase64(payload: string): Uint8Array | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(payload) ? Buffer.from(payload, 'base64') : undefined;
}

function fromQ(payload: string): Uint8Array | undefined {
  if (/=(?![0-9A-Fa-f]{2})/.test(payload) || /[^\x21-\x7e]/.test(payload)) return undefined;
  const latin = payload
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin, 'latin1');
}

function decode(charset: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return undefined;
  }
}
