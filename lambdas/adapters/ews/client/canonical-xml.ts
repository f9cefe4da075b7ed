import { escapeXml } from '../answer-xml.ts';
import { TYPES_NAMESPACE } from '../namespaces.ts';
import type { XmlElement } from '../xml.ts';

/**
 * Item elements that the EWS library has no class for and drops whole. For what is read of them they are
 * messages; their item class tells a report from a mail.
 */
const READ_AS_MESSAGE: ReadonlySet<string> = new Set(['ReportItem', 'SharingMessage']);

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
  const name =
    element.namespace === TYPES_NAMESPACE && READ_AS_MESSAGE.has(element.name) ? 'Message' : element.name;
  const start = `${name}${namespace}${attributes}`;
  const inner =
    element.children.length === 0
      ? escapeXml(element.text)
      : element.children.map((child) => writePlainXml(child, element.namespace)).join('');
  return inner === '' ? `<${start}/>` : `<${start}>${inner}</${name}>`;
}
