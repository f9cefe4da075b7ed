import { element, t } from './envelope.ts';
import { E, SOAP, T } from './namespaces.ts';
import type { XmlNode } from './xml-write.ts';

export interface FaultOptions {
  readonly code: string;
  readonly text: string;
  readonly language?: string | undefined;
  /** Name → value, as MessageXml/Value. */
  readonly values?: Readonly<Record<string, string>> | undefined;
  /** The old dress: `detail/ErrorCode` without a namespace of its own. */
  readonly oldDress?: boolean | undefined;
  /** White space around the code, as seen on the wire. */
  readonly padded?: boolean | undefined;
}

/** A SOAP 1.1 fault as Exchange writes it (HTTP 500): what happened is in `detail/e:ResponseCode`. */
export function faultEnvelope(options: FaultOptions): XmlNode {
  const { code, text, oldDress = false } = options;
  const codeText = options.padded === true ? `\n          ${code}\n        ` : code;
  const values = Object.entries(options.values ?? {}).map(([name, value]) =>
    t('Value', value, { Name: name }),
  );
  const detail = oldDress
    ? [element('', 'ErrorCode', code)]
    : [element(E, 'ResponseCode', codeText), element(E, 'Message', text)];
  if (values.length > 0) detail.push(t('MessageXml', values));
  const fault = element(SOAP, 'Fault', [
    { ...element('', 'faultcode', oldDress ? 'Server' : `t:${code}`), declares: [T] },
    element('', 'faultstring', text, { 'xml:lang': options.language ?? 'en-US' }),
    element('', 'detail', detail),
  ]);
  return element(SOAP, 'Envelope', [element(SOAP, 'Body', [fault])]);
}
