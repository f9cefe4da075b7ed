import { M, SOAP, T } from './namespaces.ts';
import { childOf, parseXml, type XmlElement, XmlError } from './xml-tree.ts';

/** Our request is wrong: answered with HTTP 500 and a fault. */
export class RequestRejected extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'RequestRejected';
    this.code = code;
  }
}

const VERSIONS = new Set([
  'Exchange2007',
  'Exchange2007_SP1',
  'Exchange2010',
  'Exchange2010_SP1',
  'Exchange2010_SP2',
  'Exchange2013',
  'Exchange2013_SP1',
  'Exchange2015',
  'Exchange2016',
]);

export interface SoapRequest {
  readonly operation: XmlElement;
  /** RequestServerVersion; Exchange takes the oldest where the header is missing. */
  readonly version: string;
}

/** Reads a SOAP 1.1 request with exactly one operation in the messages namespace. Throws RequestRejected. */
export function readSoapRequest(body: string): SoapRequest {
  const envelope = wellFormed(body);
  if (envelope.namespace !== SOAP || envelope.name !== 'Envelope') {
    throw new RequestRejected('ErrorSchemaValidation', 'The request is not a SOAP 1.1 envelope.');
  }
  const soapBody = childOf(envelope, SOAP, 'Body');
  const [operation, ...others] = soapBody?.children ?? [];
  if (operation === undefined || others.length > 0 || operation.namespace !== M) {
    throw new RequestRejected(
      'ErrorSchemaValidation',
      'The Body element must hold one operation of the messages namespace.',
    );
  }
  const header = childOf(envelope, SOAP, 'Header');
  const version = header && childOf(header, T, 'RequestServerVersion')?.attributes.Version;
  if (version !== undefined && !VERSIONS.has(version)) {
    throw new RequestRejected('ErrorInvalidServerVersion', 'The specified server version is invalid.');
  }
  return { operation, version: version ?? 'Exchange2007' };
}

function wellFormed(body: string): XmlElement {
  try {
    return parseXml(body.startsWith('\uFEFF') ? body.slice(1) : body);
  } catch (error) {
    if (error instanceof XmlError)
      throw new RequestRejected('ErrorSchemaValidation', `The request is not well-formed: ${error.message}`);
    throw error;
  }
}

/** An element that a sequence may hold. */
export interface Particle {
  readonly name: string;
  readonly namespace?: string;
  /** Default 1. */
  readonly min?: 0 | 1;
}

/**
 * Checks that the children of an element are those of a sequence, each at most once and in this order, as the
 * schema has it. Throws RequestRejected (ErrorSchemaValidation).
 */
export function checkSequence(parent: XmlElement, particles: readonly Particle[]): void {
  const rest = [...parent.children];
  for (const { name, namespace = T, min = 1 } of particles) {
    const next = rest[0];
    if (next !== undefined && next.name === name && next.namespace === namespace) rest.shift();
    else if (min === 1) {
      const found = next === undefined ? 'nothing' : `'${next.name}' in namespace '${next.namespace}'`;
      throw violation(
        `The element '${parent.name}' expects '${name}' in namespace '${namespace}', found ${found}.`,
      );
    }
  }
  const extra = rest[0];
  if (extra !== undefined) {
    throw violation(
      `The element '${parent.name}' has invalid child element '${extra.name}' in namespace '${extra.namespace}'.`,
    );
  }
}

/** A request that the schema does not allow. */
export function violation(text: string): RequestRejected {
  return new RequestRejected('ErrorSchemaValidation', `The request failed schema validation: ${text}`);
}
