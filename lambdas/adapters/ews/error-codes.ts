import type { PushedErrorConsequence } from '#domain/model/mailbox-event.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import { childOf, childText, type XmlElement } from './xml.ts';

/** What a response code means where Exchange pushes it, and where it answers a call of ours with it. */
interface CodeRow {
  readonly pushed: PushedErrorConsequence;
  readonly call: 'credentials-dead' | 'forbidden' | 'moved' | 'busy' | 'subscription-limit' | 'failed';
  readonly why?: Extract<ExchangeFailure, { kind: 'forbidden' }>['why'];
  readonly noMailbox?: true;
  readonly ours?: Extract<ExchangeFailure, { kind: 'failed' }>['ours'];
}

/** The subscription is no longer there. Exchange never resumes it, whatever is answered. */
const GONE: CodeRow = { pushed: 'subscribe-again', call: 'failed' };
const MOVED: CodeRow = { pushed: 'rediscover', call: 'moved' };
const PASSING: CodeRow = { pushed: 'wait', call: 'busy' };
/** Proof, not a symptom: ends the subscription. */
const DEAD: CodeRow = { pushed: 'credentials-dead', call: 'credentials-dead' };
/** An administrator has to act; what was allowed yesterday may be allowed again tomorrow. */
const BLOCKED: CodeRow = { pushed: 'wait', call: 'forbidden' };
/** Our request is wrong: a defect. It says nothing in a push. */
const OURS: CodeRow = { pushed: 'unknown', call: 'failed', ours: 'request' };
const UNKNOWN: CodeRow = { pushed: 'unknown', call: 'failed' };

/**
 * Exchange's response codes (MS-OXWSCDATA, ResponseCodeType) as far as they mean more than "it failed".
 * A code that is missing here is `UNKNOWN`.
 */
const CODES: ReadonlyMap<string, CodeRow> = new Map([
  ['ErrorReadEventsFailed', GONE],
  ['ErrorEventNotFound', GONE],
  ['ErrorMissedNotificationEvents', GONE],
  ['ErrorExpiredSubscription', GONE],
  ['ErrorInvalidSubscription', GONE],
  ['ErrorSubscriptionNotFound', GONE],
  ['ErrorSubscriptionUnsubscribed', GONE],
  ['ErrorInvalidWatermark', GONE],
  ['ErrorProxyRequestNotAllowed', MOVED],
  ['ErrorIncorrectServerVersion', MOVED],
  ['ErrorWrongServerVersion', MOVED],
  ['ErrorServerBusy', PASSING],
  ['ErrorExceededConnectionCount', PASSING],
  ['ErrorTooManyObjectsOpened', PASSING],
  ['ErrorBatchProcessingStopped', PASSING],
  ['ErrorMailboxMoveInProgress', PASSING],
  ['ErrorMailboxStoreUnavailable', PASSING],
  ['ErrorMailboxFailover', PASSING],
  ['ErrorADUnavailable', PASSING],
  ['ErrorInternalServerTransientError', PASSING],
  ['ErrorInsufficientResources', PASSING],
  ['ErrorTimeoutExpired', PASSING],
  ['ErrorInternalServerError', { pushed: 'wait', call: 'failed' }],
  ['ErrorPasswordExpired', DEAD],
  ['ErrorPasswordChangeRequired', DEAD],
  ['ErrorAccountDisabled', DEAD],
  ['ErrorNonExistentMailbox', { ...DEAD, noMailbox: true }],
  ['ErrorOrganizationAccessBlocked', DEAD],
  ['ErrorAccessDenied', BLOCKED],
  // The credentials are valid but somebody else's: nothing that ending the subscription would heal.
  ['ErrorSubscriptionAccessDenied', { pushed: 'denied', call: 'forbidden', why: 'not-the-owner' }],
  [
    'ErrorSubscriptionDelegateAccessNotSupported',
    { pushed: 'unknown', call: 'forbidden', why: 'not-primary' },
  ],
  ['ErrorExceededSubscriptionCount', { pushed: 'unknown', call: 'subscription-limit' }],
  ['ErrorInvalidPushSubscriptionUrl', { pushed: 'unknown', call: 'failed', ours: 'callback-url' }],
  ['ErrorInvalidSubscriptionRequest', OURS],
  ['ErrorInvalidPullSubscriptionId', OURS],
  ['ErrorInvalidServerVersion', OURS],
  ['ErrorIncorrectSchemaVersion', OURS],
  ['ErrorSchemaValidation', OURS],
]);

/** A code as Exchange said it, in whichever dress. */
export interface SpokenCode {
  /** A plain word; `ErrorUnnamed` where Exchange named none. The inner code of an ErrorInternalServerError. */
  readonly code: string;
  /** BackOffMilliseconds, where sent. */
  readonly backOffMs?: number | undefined;
}

/** Consequence of an error that Exchange pushes instead of events. */
export function consequenceOfPushed(code: string): PushedErrorConsequence {
  return (CODES.get(code) ?? UNKNOWN).pushed;
}

/** Failure of a call that Exchange answered with this code. */
export function failureOfCode({ code, backOffMs }: SpokenCode): ExchangeFailure {
  const { call, why, ours, noMailbox } = CODES.get(code) ?? UNKNOWN;
  switch (call) {
    case 'busy':
      return { kind: call, retryAfterMs: backOffMs };
    case 'forbidden':
      return { kind: call, detail: `Exchange answered ${code}`, ...(why === undefined ? {} : { why }) };
    case 'credentials-dead':
      return { kind: call, code, ...(noMailbox ? { why: 'no-mailbox' } : {}) };
    case 'failed':
      return { kind: call, code, ...(ours === undefined ? {} : { ours }) };
    case 'moved':
    case 'subscription-limit':
      return { kind: call };
  }
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
