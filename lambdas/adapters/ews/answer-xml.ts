import type { XmlElement, XmlLimits } from './xml.ts';
import { readXml } from './xml.ts';
import { withoutForbiddenCharacters } from './xml-characters.ts';

/**
 * A GetItem answer about 50 mails has 2,500 tags, 200 KB and 5,000 stops. What is read here is parsed once more by the
 * EWS library, with a document tree of its own: within these bounds both fit the heap of a deployed function.
 */
export const EWS_ANSWER: XmlLimits = {
  maxBytes: 1024 * 1024,
  maxDepth: 50,
  maxMarkup: 12_000,
  maxReferences: 20_000,
  maxStops: 40_000,
  maxAttributes: 32,
  maxAttributeLength: 4_096,
};

/** A mailbox with a thousand others that it may open: no library reads it again. */
export const AUTODISCOVER_ANSWER: XmlLimits = { ...EWS_ANSWER, maxMarkup: 40_000, maxStops: 100_000 };

const UTF_8 = new TextDecoder();

/**
 * Reads what a server answered, strictly (see xml.ts); undefined where it is not fit. What XML forbids is
 * dropped first: Exchange passes it on from mail subjects, and one odd subject must not cost the other mails.
 */
export function readAnswerXml(bytes: Uint8Array, limits: XmlLimits): XmlElement | undefined {
  const result = readXml(withoutForbiddenCharacters(UTF_8.decode(bytes)), limits);
  return result.ok ? result.root : undefined;
}

/** First element of that local name, in document order, `from` included. */
export function findElement(from: XmlElement | undefined, name: string): XmlElement | undefined {
  return from === undefined ? undefined : findElements(from, name)[0];
}

/** All elements of that local name, in document order; does not look inside a match. */
export function findElements(from: XmlElement, name: string): readonly XmlElement[] {
  return from.name === name ? [from] : from.children.flatMap((child) => findElements(child, name));
}
