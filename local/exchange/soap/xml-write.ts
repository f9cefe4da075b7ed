/** An element to be written. Either `text` or `children`. */
export interface XmlNode {
  readonly namespace: string;
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly children?: readonly XmlNode[] | undefined;
  readonly text?: string | undefined;
  /** Namespaces to be declared here though nothing needs them yet, as Exchange does on some elements. */
  readonly declares?: readonly string[] | undefined;
}

/** How a server likes to spell its XML; the meaning is the same in all of them. */
export interface Spelling {
  readonly declaration: string;
  readonly byteOrderMark: boolean;
  /** Prefix of each namespace; a namespace that is missing here is written as the default namespace. */
  readonly prefixes: Readonly<Record<string, string>>;
  readonly indent: boolean;
  /** Writes `<a></a>` instead of `<a />`. */
  readonly closesEmpty: boolean;
}

/** Writes a document in one spelling. Characters that XML 1.0 forbids come out as references (`&#x1F;`), as Exchange writes them. */
export function writeXml(root: XmlNode, spelling: Spelling): string {
  const body = writeElement(root, spelling, new Map(), '', spelling.indent ? '\n' : '');
  return (spelling.byteOrderMark ? '\uFEFF' : '') + spelling.declaration + body;
}

function writeElement(
  node: XmlNode,
  spelling: Spelling,
  scope: ReadonlyMap<string, string>,
  defaultNamespace: string,
  lineBreak: string,
): string {
  const inside = new Map(scope);
  let declarations = '';
  const declare = (namespace: string) => {
    const prefix = spelling.prefixes[namespace];
    if (prefix === undefined || inside.has(namespace)) return;
    inside.set(namespace, prefix);
    declarations += ` xmlns:${prefix}="${escapeAttribute(namespace)}"`;
  };
  let current = defaultNamespace;
  const prefix = spelling.prefixes[node.namespace];
  if (prefix !== undefined) declare(node.namespace);
  else if (node.namespace !== defaultNamespace) {
    declarations += ` xmlns="${escapeAttribute(node.namespace)}"`;
    current = node.namespace;
  }
  for (const namespace of node.declares ?? []) declare(namespace);
  const tag = prefix === undefined ? node.name : `${prefix}:${node.name}`;
  const attributes = Object.entries(node.attributes ?? {})
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
  const start = `<${tag}${declarations}${attributes}`;
  const children = node.children ?? [];
  if (children.length === 0 && (node.text === undefined || node.text === '')) {
    return spelling.closesEmpty ? `${start}></${tag}>` : `${start} />`;
  }
  if (children.length === 0) return `${start}>${escapeText(node.text ?? '')}</${tag}>`;
  const deeper = lineBreak === '' ? '' : `${lineBreak}  `;
  const content = children.map((c) => deeper + writeElement(c, spelling, inside, current, deeper)).join('');
  return `${start}>${content}${lineBreak}</${tag}>`;
}

function reference(character: string): string {
  return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
}

export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[^\t\n\u0020-\uFFFF]/g, reference);
}

function escapeAttribute(text: string): string {
  return escapeText(text)
    .replaceAll('"', '&quot;')
    .replace(/[\t\n]/g, reference);
}
