import type { XmlElement } from './xml.ts';
import { readXml, withoutForbiddenCharacters } from './xml.ts';

const LIMITS = {
  maxBytes: 4 * 1024 * 1024,
  maxDepth: 100,
  maxMarkup: 200_000,
  maxReferences: 100_000,
  maxStops: 1_000_000,
  maxAttributes: 100,
  maxAttributeLength: 65_536,
} as const;

const UTF_8 = new TextDecoder();

/**
 * Reads what a server answered, strictly (see xml.ts); undefined where it is not fit. What XML forbids is
 * dropped first: Exchange passes it on from mail subjects, and one odd subject must not cost the other mails.
 */
export function readAnswerXml(bytes: Uint8Array): XmlElement | undefined {
  const result = readXml(withoutForbiddenCharacters(UTF_8.decode(bytes)), LIMITS);
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
