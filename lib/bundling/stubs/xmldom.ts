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

/** What stands in an element while its content is still being read. */
interface Growing {
  readonly items: (ElementNode | TextNode)[];
  readonly element: ElementNode;
}

function parse(text: string): ElementNode {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Growing[] = [];
  let root: ElementNode | undefined;
  parser.on('opentag', (tag) => {
    const items: (ElementNode | TextNode)[] = [];
    const element = new ElementNode(tag, new ListOf(items));
    root ??= element;
    open.at(-1)?.items.push(element);
    open.push({ items, element });
  });
  parser.on('text', (nodeValue) => void open.at(-1)?.items.push({ nodeType: 3, nodeValue }));
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  if (root === undefined) throw new Error('no root element');
  return root;
}

/** A class and not an object with getters: every mail makes some fifty of them, and garbage is a fifth of its CPU. */
class ElementNode {
  readonly nodeType = 1;
  readonly prefix: string | null;
  readonly localName: string;
  readonly nodeName: string;
  readonly namespaceURI: string;
  readonly attributes: List<AttributeNode>;
  readonly childNodes: List<ElementNode | TextNode>;

  constructor(tag: SaxesTagNS, childNodes: List<ElementNode | TextNode>) {
    this.prefix = tag.prefix || null;
    this.localName = tag.local;
    this.nodeName = tag.name;
    this.namespaceURI = tag.uri;
    this.attributes = attributesOf(tag.attributes);
    this.childNodes = childNodes;
  }

  get firstChild(): ElementNode | TextNode | undefined {
    return this.childNodes.item(0);
  }
}

/** A live list: what is added to `items` later is in it. */
class ListOf<T> implements List<T> {
  readonly items: readonly T[];

  constructor(items: readonly T[]) {
    this.items = items;
  }

  get length(): number {
    return this.items.length;
  }

  item(index: number): T | undefined {
    return this.items[index];
  }
}

const NO_ATTRIBUTES: List<AttributeNode> = new ListOf([]);

function attributesOf(attributes: SaxesTagNS['attributes']): List<AttributeNode> {
  const items: AttributeNode[] = [];
  for (const name in attributes) {
    const attribute = attributes[name];
    if (attribute !== undefined) items.push(attributeOf(attribute));
  }
  return items.length === 0 ? NO_ATTRIBUTES : new ListOf(items);
}

/** The DOM calls the attribute `xmlns` by that local name; saxes calls it a prefix without a name. */
function attributeOf({ name, prefix, local, value }: SaxesTagNS['attributes'][string]): AttributeNode {
  return name === 'xmlns'
    ? { prefix: null, localName: 'xmlns', name, value }
    : { prefix: prefix || null, localName: local, name, value };
}
