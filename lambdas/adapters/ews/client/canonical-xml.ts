import { escapeXml } from '../answer-xml.ts';
import type { XmlElement } from '../xml.ts';

/**
 * Writes an element again in the plainest form: a namespace declaration only where it changes, no prefixes,
 * comments, CDATA or processing instructions. What the EWS library parses is this, never a server's bytes,
 * so that two parsers cannot read the same answer differently.
 */
export function writePlainXml(element: XmlElement, outerNamespace = ''): string {
  const namespace = element.namespace === outerNamespace ? '' : ` xmlns="${escapeXml(element.namespace)}"`;
  const attributes = Object.entries(element.attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(value).replace(/\n/g, '&#10;').replace(/\t/g, '&#9;')}"`)
    .join('');
  const start = `${element.name}${namespace}${attributes}`;
  const inner =
    element.children.length === 0
      ? escapeXml(element.text)
      : element.children.map((child) => writePlainXml(child, element.namespace)).join('');
  return inner === '' ? `<${start}/>` : `<${start}>${inner}</${element.name}>`;
}
