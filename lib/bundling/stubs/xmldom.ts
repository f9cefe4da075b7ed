import { SaxesParser, type SaxesTagNS } from 'saxes';

/**
 * Stands for @xmldom/xmldom in bundles. The EWS library asks it for one thing: a document whose elements it
 * walks once into plain objects (ExtensionMethods.js, `xml2JsObject`); these are the members that the walk
 * reads. What is parsed here was read strictly and written again by adapters/ews (canonical-xml.ts): no
 * DOCTYPE, comments, CDATA or prefixes. Saxes is loaded by the callback anyway, which spares a start the other
 * parser, and what it finds ill-formed is an exception and not a line on the console.
 */
export class DOMParser {
  parseFromString(text: string): { readonly documentElement: ElementNode } {
    return { documentElement: parse(text) };
  }
}

interface List<T> {
  readonly length: number;
  item(index: number): T | undefined;
}

interface AttributeNode {
  readonly prefix: string | null;
  readonly localName: string;
  readonly name: string;
  readonly value: string;
}

interface TextNode {
  readonly nodeType: 3;
  readonly nodeValue: string;
}

interface ElementNode {
  readonly nodeType: 1;
  readonly prefix: string | null;
  readonly localName: string;
  readonly nodeName: string;
  readonly namespaceURI: string;
  readonly attributes: List<AttributeNode>;
  readonly childNodes: List<ElementNode | TextNode>;
  readonly firstChild: ElementNode | TextNode | undefined;
}

function parse(text: string): ElementNode {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: { readonly element: ElementNode; readonly children: (ElementNode | TextNode)[] }[] = [];
  let root: ElementNode | undefined;
  parser.on('opentag', (tag) => {
    const children: (ElementNode | TextNode)[] = [];
    const element = elementOf(tag, children);
    root ??= element;
    open.at(-1)?.children.push(element);
    open.push({ element, children });
  });
  parser.on('text', (nodeValue) => void open.at(-1)?.children.push({ nodeType: 3, nodeValue }));
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  if (root === undefined) throw new Error('no root element');
  return root;
}

function elementOf(tag: SaxesTagNS, children: readonly (ElementNode | TextNode)[]): ElementNode {
  return {
    nodeType: 1,
    prefix: tag.prefix || null,
    localName: tag.local,
    nodeName: tag.name,
    namespaceURI: tag.uri,
    attributes: listOf(Object.values(tag.attributes).map(attributeOf)),
    childNodes: listOf(children),
    get firstChild() {
      return children[0];
    },
  };
}

/** The DOM calls the attribute `xmlns` by that local name; saxes calls it a prefix without a name. */
function attributeOf({ name, prefix, local, value }: SaxesTagNS['attributes'][string]): AttributeNode {
  return name === 'xmlns'
    ? { prefix: null, localName: 'xmlns', name, value }
    : { prefix: prefix || null, localName: local, name, value };
}

/** A live list: what is added to `items` later is in it. */
function listOf<T>(items: readonly T[]): List<T> {
  return {
    get length() {
      return items.length;
    },
    item: (index) => items[index],
  };
}
