/** Charsets of mail headers, by the platform's decoder (docs/decisions/0062-charsets-by-the-platform.md). */

/** Names that mailers write and the Encoding Standard does not know. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['cp932', 'shift_jis'],
  ['cp936', 'gbk'],
  ['cp949', 'euc-kr'],
  ['cp950', 'big5'],
  ['ms949', 'euc-kr'],
  ['utf-8mb4', 'utf-8'],
  ['win-1251', 'windows-1251'],
  ['8859-1', 'windows-1252'],
]);

type Decoder = InstanceType<typeof TextDecoder>;

/** Upper halves of the two code pages of DOS that mail still names. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';
const CP850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';
const DOS_PAGES: ReadonlyMap<string, string> = new Map([
  ['cp437', CP437],
  ['ibm437', CP437],
  ['cp850', CP850],
  ['ibm850', CP850],
  ['cp858', CP850],
]);

/**
 * Text of these bytes. What does not belong to the charset is left out; of an unknown charset they are UTF-8 where
 * they can be, else Windows-1252, of which every byte is something.
 */
export function decodeBytes(charset: string, bytes: Uint8Array): string {
  const name = charset.toLowerCase();
  const page = DOS_PAGES.get(name);
  if (page !== undefined) return ofPage(page, bytes);
  const decoder = decoderOf(ALIASES.get(name) ?? name) ?? guessedDecoder(bytes);
  return decoder.decode(bytes).replaceAll('\ufffd', '');
}

function decoderOf(label: string): Decoder | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined;
  }
}

function guessedDecoder(bytes: Uint8Array): Decoder {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return new TextDecoder('utf-8');
  } catch {
    return new TextDecoder('windows-1252');
  }
}

function ofPage(page: string, bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : page.charAt(byte - 0x80),
  ).join('');
}
