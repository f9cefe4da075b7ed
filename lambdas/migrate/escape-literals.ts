/** An escape string (E'…'), or a plain string literal. */
const LITERAL = /\b[eE]'((?:[^'\\]|''|\\[\s\S])*)'|'((?:[^']|'')*)'/g;

/**
 * The same statement without a colon or semicolon inside a string literal, written as octal escapes. The Data API
 * looks for parameters and for a second statement, and does not document whether it skips literals.
 */
export function escapeLiterals(sql: string): string {
  return sql.replaceAll(LITERAL, (source: string, escaped: string | undefined, plain: string | undefined) => {
    if (!/[:;]/.test(source)) return source;
    const content = escaped ?? plain?.replaceAll('\\', '\\\\') ?? '';
    return `E'${content.replaceAll(':', '\\072').replaceAll(';', '\\073')}'`;
  });
}
