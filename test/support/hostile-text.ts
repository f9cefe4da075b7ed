import fc from 'fast-check';

/** What ends an attribute, an element, a header or a line, and what no encoding can carry. */
const PIECES = [
  '"',
  "'",
  '<',
  '>',
  '&',
  '&amp;',
  '&#34;',
  ']]>',
  '<!--',
  '"/><t:ItemId Id="B',
  '</m:ItemIds></m:GetItem><m:CreateItem/><m:GetItem><m:ItemIds>',
  '\r\nX-Other: 1',
  '\u0000',
  '\u0001',
  '\t',
  '\u0085',
  '\u2028',
  '\ufffe',
  '\ud800',
  '\udc00',
  '\u{1f600}',
  'AAMk',
  '=',
  'https://ens.invalid/0/',
  '$&',
  ' ',
];

/** Any text that a stranger may write: all of Unicode, and much of what breaks requests. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 8 })
  .map((pieces) => pieces.join(''));

/** The same without what XML cannot express. */
export const expressibleText = hostileText.map((text) => [...text].filter(isExpressible).join(''));

/** An id as Exchange writes it. */
export const exchangeId = fc
  .uint8Array({ minLength: 20, maxLength: 120 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));

/** Whether XML 1.0 can express the text, by the words of its production 2. */
export function isExpressible(text: string): boolean {
  return [...text].every((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20
      ? code === 9 || code === 10 || code === 13
      : !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
  });
}
