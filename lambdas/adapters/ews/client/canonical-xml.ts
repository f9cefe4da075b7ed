import { TYPES_NAMESPACE } from '../namespaces.ts';
import { escapeXml } from '../write-xml.ts';
import type { XmlElement } from '../xml.ts';

/**
 * Item elements that the EWS library has no class for and drops whole, or of which it reads no sender. For what is
 * read of them they are messages; their item class tells a report from a mail.
 */
const READ_AS_MESSAGE: ReadonlySet<string> = new Set(['ReportItem', 'SharingMessage', 'PostItem']);

/**
 * Writes an element again in the plainest form: a namespace declaration only where it changes, no prefixes,
 * comments, CDATA or processing instructions. What the EWS library parses is this, never a server's bytes,
 * so that two parsers cannot read the same answer differently.
 */
export function writePlainXml(element: XmlElement, outerNamespace = ''): string {
  const namespace = element.namespace === outerNamespace ? '' : ` xmlns="${escapeXml(element.namespace)}"`;
  let attributes = '';
  for (const name in element.attributes)
    attributes += ` ${name}="${escapeXml(element.attributes[name] ?? '')}"`;
  const name =
    element.namespace === TYPES_NAMESPACE && READ_AS_MESSAGE.has(element.name) ? 'Message' : element.name;
  const start = `${name}${namespace}${attributes}`;
  let inner = element.children.length === 0 ? escapeXml(element.text) : '';
  for (const child of element.children) inner += writePlainXml(child, element.namespace);
  return inner === '' ? `<${start}/>` : `<${start}>${inner}</${name}>`;
}
