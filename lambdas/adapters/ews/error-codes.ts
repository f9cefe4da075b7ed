import type { PushedErrorConsequence } from '#domain/model/mailbox-event.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import { rowOf } from './error-code-table.ts';
import { childOf, childText, type XmlElement } from './xml.ts';

/** A code as Exchange said it, in whichever dress. */
export interface SpokenCode {
  /** A plain word; `ErrorUnnamed` where Exchange named none. The inner code of an ErrorInternalServerError. */
  readonly code: string;
  /** BackOffMilliseconds, where sent. */
  readonly backOffMs?: number | undefined;
}

/** Consequence of an error that Exchange pushes instead of events. */
export function consequenceOfPushed(code: string): PushedErrorConsequence {
  return rowOf(code).pushed;
}

/** Failure of a call that Exchange answered with this code. */
export function failureOfCode({ code, backOffMs }: SpokenCode): ExchangeFailure {
  const { call, why, ours } = rowOf(code);
  switch (call) {
    case 'busy':
      return { kind: call, retryAfterMs: backOffMs };
    case 'forbidden':
      return { kind: call, detail: `Exchange answered ${code}`, ...(why === undefined ? {} : { why }) };
    case 'credentials-dead':
    case 'no-mailbox':
      return { kind: call, code };
    case 'failed':
      return { kind: call, code, ...(ours === undefined ? {} : { ours }) };
    case 'moved':
    case 'subscription-limit':
      return { kind: call };
  }
}

/** Whether a code that is said of one item means that it no longer exists. */
export function isGoneItem(code: string): boolean {
  return rowOf(code).gone === true;
}

/**
 * The code of a response message (`ResponseCode`, `MessageXml` beneath it) or of a SOAP fault (the same
 * beneath `detail`, on old paths `ErrorCode` there, or the fault code itself). Texts are localised and
 * therefore never looked at.
 */
export function spokenCode(messageOrFault: XmlElement): SpokenCode {
  const holder = childOf(messageOrFault, 'detail') ?? messageOrFault;
  const outer = codeWord(
    childText(holder, 'ResponseCode') ??
      childText(holder, 'ErrorCode') ??
      childText(messageOrFault, 'faultcode'),
  );
  const values = childOf(holder, 'MessageXml')?.children ?? [];
  const value = (name: string): string | undefined =>
    values.find((child) => child.name === 'Value' && child.attributes.Name === name)?.text.trim();
  const inner = value('InnerErrorResponseCode');
  const backOff = value('BackOffMilliseconds') ?? '';
  return {
    code: outer === 'ErrorInternalServerError' && inner ? codeWord(inner) : outer,
    backOffMs: /^\d{1,9}$/.test(backOff) ? Number(backOff) : undefined,
  };
}

/** A code as a plain word without prefix, since codes go into logs: anything else becomes `ErrorUnnamed`. */
export function codeWord(text: string | undefined): string {
  const word = (text ?? '').trim().replace(/^[A-Za-z_][\w.-]{0,63}:/, '');
  return /^[A-Za-z][A-Za-z0-9]{0,99}$/.test(word) ? word : 'ErrorUnnamed';
}
