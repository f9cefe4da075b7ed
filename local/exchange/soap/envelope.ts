import { M, SOAP, T } from './namespaces.ts';
import type { XmlNode } from './xml-write.ts';

/** An element of the messages namespace. */
export function m(
  name: string,
  content?: string | readonly XmlNode[],
  attributes?: Record<string, string>,
): XmlNode {
  return element(M, name, content, attributes);
}

/** An element of the types namespace. */
export function t(
  name: string,
  content?: string | readonly XmlNode[],
  attributes?: Record<string, string>,
): XmlNode {
  return element(T, name, content, attributes);
}

export function element(
  namespace: string,
  name: string,
  content?: string | readonly XmlNode[],
  attributes?: Record<string, string>,
): XmlNode {
  return typeof content === 'string'
    ? { namespace, name, text: content, attributes }
    : { namespace, name, children: content ?? [], attributes };
}

/** The envelope of an answer, with the version header of an Exchange 2016. */
export function answerEnvelope(body: XmlNode): XmlNode {
  const version = t('ServerVersionInfo', [], {
    MajorVersion: '15',
    MinorVersion: '1',
    MajorBuildNumber: '2507',
    MinorBuildNumber: '39',
    Version: 'V2017_07_11',
  });
  return element(SOAP, 'Envelope', [
    element(SOAP, 'Header', [version]),
    element(SOAP, 'Body', [{ ...body, declares: [M, T] }]),
  ]);
}

/** The envelope of a pushed notification; `version` echoes the subscriber's RequestServerVersion. */
export function pushEnvelope(version: string, body: XmlNode): XmlNode {
  const header = { ...t('RequestServerVersion', [], { Version: version }), declares: [M, T] };
  return element(SOAP, 'Envelope', [
    element(SOAP, 'Header', [header]),
    element(SOAP, 'Body', [{ ...body, declares: [T, M] }]),
  ]);
}
