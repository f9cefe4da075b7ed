import { SaxesParser } from 'saxes';

/** One element, by namespace and local name; prefixes mean nothing. */
export interface XmlElement {
  /** Namespace URI; empty where there is none. */
  readonly namespace: string;
  readonly name: string;
  /** Those without a prefix: the element's own. Attributes of other namespaces mean nothing to anybody here. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Character data directly inside, in order. */
  readonly text: string;
}

export type XmlFault = 'too-large' | 'doctype' | 'too-deep' | 'malformed';

export type XmlResult =
  | { readonly ok: true; readonly root: XmlElement }
  | { readonly ok: false; readonly fault: XmlFault };

export interface XmlLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Most `<` in a document, each of which costs the parser a turn: tags, comments, CDATA sections. */
  readonly maxMarkup: number;
  /** Most `&` in a document; one costs as much as a tag. */
  readonly maxReferences: number;
  /** Most of all other characters at which the parser stops, taken together: see STOPS. */
  readonly maxStops: number;
  readonly maxAttributes: number;
  /** Longest attribute value, in UTF-16 units. */
  readonly maxAttributeLength: number;
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

/** Quotes (two for an attribute), line ends and tabs, and what may end a comment, a CDATA section or an instruction. */
const STOPS = '"\'\r\n\t-]?';

/** XML declaration, if any; its values are looked at by `decode` and never by the parser. */
const DECLARATION = /^<\?xml((?:\s+[a-z]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*\?>/;
const ENCODINGS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

/**
 * Reads an XML document strictly: size first, well-formed with namespaces, UTF-8, no DOCTYPE, hence no
 * entities but the five of XML itself, and everything bounded. A byte order mark is accepted, so is a missing
 * declaration and one whose version carries more than a number (Amazon WorkMail documents such). Never throws.
 */
export function readXml(body: string | Uint8Array, limits: XmlLimits): XmlResult {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  if (bytes > limits.maxBytes) return { ok: false, fault: 'too-large' };
  const text = decode(body);
  if (text === undefined) return { ok: false, fault: 'malformed' };
  if (
    hasMore('<', text, limits.maxMarkup) ||
    hasMore('&', text, limits.maxReferences) ||
    hasMore(STOPS, text, limits.maxStops)
  )
    return { ok: false, fault: 'too-large' };
  return parse(text, limits);
}

/** Most elements have none; made with a prototype, a name like `constructor` would be found in it. */
const NONE: Record<string, string> = Object.freeze(Object.create(null));

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Text without byte order mark and declaration; undefined where it is not UTF-8 or says so itself. */
function decode(body: string | Uint8Array): string | undefined {
  let text: string;
  try {
    text = typeof body === 'string' ? body.replace(/^\uFEFF/, '') : UTF_8.decode(body);
  } catch {
    return undefined;
  }
  const declaration = DECLARATION.exec(text);
  const rest = text.slice(declaration?.[0].length ?? 0);
  // The parser would accept a second mark or declaration, and a declaration that DECLARATION does not match.
  if (/^(?:\uFEFF|<\?xml[\s?])/.test(rest)) return undefined;
  if (declaration === null) return rest;
  const version = /\sversion\s*=\s*["']([^"']*)/.exec(declaration[0])?.[1];
  const encoding = /\sencoding\s*=\s*["']([^"']*)/.exec(declaration[0])?.[1];
  if (version === undefined || !/^1\.0(?!\d)/.test(version)) return undefined;
  if (encoding !== undefined && !ENCODINGS.has(encoding.toLowerCase())) return undefined;
  return rest;
}

/** Whether these characters together occur more often. */
function hasMore(characters: string, text: string, limit: number): boolean {
  let left = limit;
  for (const character of characters) {
    for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
      left -= 1;
      if (left < 0) return true;
    }
  }
  return false;
}

function parse(text: string, limits: XmlLimits): XmlResult {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let attributes = 0;
  let fault: XmlFault = 'malformed';

  function refuse(reason: XmlFault): never {
    fault = reason;
    throw new Error(reason);
  }

  parser.on('doctype', () => refuse('doctype'));
  parser.on('opentagstart', () => {
    attributes = 0;
    if (open.length >= limits.maxDepth) refuse('too-deep');
  });
  parser.on('attribute', ({ value }) => {
    attributes += 1;
    if (attributes > limits.maxAttributes || value.length > limits.maxAttributeLength) refuse('too-large');
  });
  parser.on('opentag', (tag) => {
    const element: OpenElement = {
      namespace: tag.uri,
      name: tag.local,
      attributes: ownAttributes(tag.attributes),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => {
    open.pop();
  });
  const addText = (piece: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);

  try {
    parser.write(text).close();
  } catch {
    return { ok: false, fault };
  }
  return root === undefined ? { ok: false, fault } : { ok: true, root };
}

function ownAttributes(
  all: Readonly<Record<string, { readonly prefix: string; readonly name: string; readonly value: string }>>,
): Readonly<Record<string, string>> {
  let own = NONE;
  for (const key in all) {
    const attribute = all[key];
    if (attribute === undefined || attribute.prefix !== '' || attribute.name === 'xmlns') continue;
    if (own === NONE) own = Object.create(null);
    own[attribute.name] = attribute.value;
  }
  return own;
}

/** First direct child of that name and, where given, namespace. */
export function childOf(
  parent: XmlElement | undefined,
  name: string,
  namespace?: string,
): XmlElement | undefined {
  return parent?.children.find(
    (child) => child.name === name && (namespace === undefined || child.namespace === namespace),
  );
}

/** Trimmed text of such a child; undefined where there is none or it is empty. */
export function childText(
  parent: XmlElement | undefined,
  name: string,
  namespace?: string,
): string | undefined {
  return childOf(parent, name, namespace)?.text.trim() || undefined;
}
