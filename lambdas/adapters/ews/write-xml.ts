const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Everything but the characters of XML 1.0, production 2; lone surrogates are outside. */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Text for element content or a quoted attribute, white space that a parser would change included. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\t\n\r]/g, (character) => REFERENCES[character] ?? '');
}

/** A value of an outgoing request, escaped. Throws TypeError where it holds a character that XML cannot express. */
export function writeXmlValue(value: string): string {
  if (UNWRITABLE.test(value)) throw new TypeError('a value holds a character that XML cannot express');
  return escapeXml(value);
}
