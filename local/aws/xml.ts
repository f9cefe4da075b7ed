import { randomUUID } from 'node:crypto';
import { type AwsError, isList, isObject, type Json, type JsonObject } from './wire.ts';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

/** The answer of an operation of the query protocol. A list member becomes a repeated element. */
export function resultXml(action: string, result: JsonObject): string {
  const members = element(`${action}Result`, result);
  const metadata = element('ResponseMetadata', { RequestId: randomUUID() });
  return `<${action}Response xmlns="${NAMESPACE}">${members}${metadata}</${action}Response>`;
}

export function errorXml({ code, message, status }: AwsError): string {
  const error = element('Error', {
    Type: status < 500 ? 'Sender' : 'Receiver',
    Code: code,
    Message: message,
  });
  return `<ErrorResponse xmlns="${NAMESPACE}">${error}${element('RequestId', randomUUID())}</ErrorResponse>`;
}

/** A map as the query protocol writes it, to be given as the value of its member. */
export function mapEntries(map: Readonly<Record<string, string>>): JsonObject {
  return { entry: Object.entries(map).map(([key, value]) => ({ key, value })) };
}

function element(name: string, value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (isList(value)) return value.map((one) => element(name, one)).join('');
  const content = isObject(value)
    ? Object.entries(value)
        .map(([key, member]) => element(key, member))
        .join('')
    : escapeText(String(value));
  return `<${name}>${content}</${name}>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
