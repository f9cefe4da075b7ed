import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import { EWS_ANSWER, findElements, readAnswerXml } from '../answer-xml.ts';
import type { SpokenCode } from '../error-codes.ts';
import { failureOfCode, spokenCode } from '../error-codes.ts';
import type { HttpAnswer } from '../outgoing/connection.ts';
import { failureOfStatus, type Shown } from '../outgoing/http-failures.ts';
import { notEws } from '../outgoing/not-ews.ts';
import type { XmlElement } from '../xml.ts';
import { childOf } from '../xml.ts';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';

export type SoapAnswer =
  | { readonly ok: true; readonly envelope: XmlElement; readonly codes: readonly SpokenCode[] }
  | { readonly ok: false; readonly failure: ExchangeFailure };

/**
 * Judges an answer to an EWS request before anything else reads it. `ok` means: 200, well-formed, a SOAP
 * envelope without a fault; `codes` are those of its response messages, in order. A code is decided on
 * ResponseCode alone: fault strings are localised.
 */
export function judgeSoapAnswer(
  answer: Pick<HttpAnswer, 'status' | 'headers' | 'body'>,
  shown: Shown,
  host: string,
): SoapAnswer {
  const elsewhere = notEws(answer, host);
  if (elsewhere !== undefined) {
    return { ok: false, failure: elsewhere };
  }
  if (answer.status !== 200 && answer.status !== 500) {
    return { ok: false, failure: failureOfStatus(answer, shown) };
  }
  if (answer.status === 200 && answer.body.byteLength === 0) {
    return { ok: false, failure: { kind: 'failed', code: 'AnswerEmpty' } };
  }
  const envelope = readAnswerXml(answer.body, EWS_ANSWER);
  if (envelope === undefined || envelope.namespace !== SOAP || envelope.name !== 'Envelope') {
    const code = answer.status === 500 ? 'Http500' : 'AnswerNotSoap';
    return { ok: false, failure: { kind: 'failed', code } };
  }
  const body = childOf(envelope, 'Body');
  const fault = childOf(body, 'Fault');
  if (fault !== undefined) {
    return { ok: false, failure: failureOfCode(spokenCode(fault)) };
  }
  if (answer.status === 500 || body === undefined) {
    return {
      ok: false,
      failure: { kind: 'failed', code: answer.status === 500 ? 'Http500' : 'AnswerNotSoap' },
    };
  }
  return { ok: true, envelope, codes: responseMessages(body).map(messageCode) };
}

function responseMessages(body: XmlElement): readonly XmlElement[] {
  return findElements(body, 'ResponseMessages').flatMap((list) => list.children);
}

function messageCode(message: XmlElement): SpokenCode {
  return message.attributes.ResponseClass === 'Error' ? spokenCode(message) : { code: 'NoError' };
}
