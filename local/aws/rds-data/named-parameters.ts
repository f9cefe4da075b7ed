/** A statement as PostgreSQL takes it: `:name` became `$n`, one position per occurrence. */
export interface PreparedSql {
  readonly sql: string;
  /** Parameter name of `$1`, `$2`, … */
  readonly names: readonly string[];
  /** Something other than space and comments follows a semicolon. */
  readonly multiple: boolean;
  readonly endsWithSemicolon: boolean;
  /** A colon or semicolon stands in a literal, a quoted name or a comment. */
  readonly separatorInside: boolean;
}

/** What a colon inside is no parameter: the whole construct is copied as it stands. Order matters. */
const SKIPPED = [
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y,
  /'(?:[^']|'')*'/y,
  /"(?:[^"]|"")*"/y,
  /--[^\n]*/y,
  /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$/y,
  /::/y,
  /:=/y,
];
const SEPARATOR = /[:;]/;
/** Of `::` and `:=`, which are no literals. */
const OPERATOR_LENGTH = 2;
// A name that ends in e is not the prefix of an escape string: words are taken whole.
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NAME = /:([A-Za-z_]\w*)/y;

/** Reads the `:name` parameters of one statement (AuroraUserGuide, data-api.calling). Never throws. */
export function prepareSql(source: string): PreparedSql {
  const names: string[] = [];
  let sql = '';
  let at = 0;
  let semicolon = false;
  let multiple = false;
  let separatorInside = false;

  function take(length: number, replacement?: string): void {
    sql += replacement ?? source.slice(at, at + length);
    at += length;
  }

  while (at < source.length) {
    const comment = commentLength(source, at) || matchLength(/--[^\n]*/y, source, at);
    const blank = comment || matchLength(/\s+/y, source, at);
    if (blank > 0) {
      separatorInside ||= SEPARATOR.test(source.slice(at, at + blank));
      take(blank);
      continue;
    }
    if (source[at] === ';') {
      semicolon = true;
      take(1);
      continue;
    }
    if (semicolon) multiple = true;
    const skipped = SKIPPED.map((pattern) => matchLength(pattern, source, at)).find((length) => length > 0);
    if (skipped !== undefined && skipped > OPERATOR_LENGTH)
      separatorInside ||= SEPARATOR.test(source.slice(at, at + skipped));
    const word = skipped ?? matchLength(WORD, source, at);
    if (word > 0) {
      take(word);
      continue;
    }
    NAME.lastIndex = at;
    const name = NAME.exec(source)?.[1];
    if (name === undefined) take(1);
    else {
      names.push(name);
      take(name.length + 1, `$${names.length}`);
    }
  }
  return { sql, names, multiple, endsWithSemicolon: semicolon && !multiple, separatorInside };
}

function matchLength(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0].length ?? 0;
}

/** PostgreSQL's block comments nest. */
function commentLength(source: string, start: number): number {
  if (!source.startsWith('/*', start)) return 0;
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    if (source.startsWith('/*', at)) {
      depth += 1;
      at += 1;
    } else if (source.startsWith('*/', at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1 - start;
    }
  }
  return source.length - start;
}
