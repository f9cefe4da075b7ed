import { parseXml, XmlElement, XmlText } from '@rgrove/parse-xml';

/** An element of a request as another parser than the product's reads it, without its prefixes. */
export interface ParsedElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly ParsedElement[];
}

/** Root of the document. Throws for whatever XML 1.0 does not allow. */
export function parseRequest(xml: string): ParsedElement {
  const { root } = parseXml(xml);
  if (root === null) throw new TypeError('no element');
  return parsed(root);
}

/** Every element of that name, in document order. */
export function allOf(element: ParsedElement, name: string): readonly ParsedElement[] {
  const inside = element.children.flatMap((child) => allOf(child, name));
  return element.name === name ? [element, ...inside] : inside;
}

/** Names of the operations in the body of a SOAP request. */
export function operationsOf(xml: string): readonly string[] {
  return allOf(parseRequest(xml), 'Body').flatMap(({ children }) => children.map(({ name }) => name));
}

function parsed(element: XmlElement): ParsedElement {
  const pieces = element.children.flatMap((node) => (node instanceof XmlText ? [node.text] : []));
  const attributes = Object.entries(element.attributes).filter(([name]) => !/^xmlns(?::|$)/.test(name));
  return {
    name: withoutPrefix(element.name),
    attributes: Object.fromEntries(attributes),
    text: pieces.join(''),
    children: element.children.flatMap((node) => (node instanceof XmlElement ? [parsed(node)] : [])),
  };
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
