import type { MailLookup } from '#domain/model/mail.ts';
import type { ExchangeFailure } from '#domain/ports/exchange.ts';
import { failureOfCode, type SpokenCode } from '../error-codes.ts';
import type { FetchedItem } from './ews-library.ts';

/**
 * The failure of a GetItem as a whole, undefined where its items speak for themselves. A code that is not about
 * one item is about all of them, so that the request can be repeated or healed. "Access denied" may be about one
 * item; where it is said of each, it is the mailbox that is closed to us, in whichever dress that is told.
 */
export function failureOfItems(
  codes: readonly SpokenCode[],
  wanted: number,
  fetched: number,
): ExchangeFailure | undefined {
  const failures = codes.filter(({ code }) => code !== 'NoError').map(failureOfCode);
  const general = failures.find(({ kind }) => kind !== 'failed' && kind !== 'forbidden');
  if (general !== undefined) {
    return general;
  }
  if (failures.length >= wanted && failures.every(({ kind }) => kind === 'forbidden')) {
    return failures[0];
  }
  return fetched === wanted ? undefined : notUnderstood();
}

/** What became of one id; one that was not asked for (`undefined`) is unreadable. */
export function lookupOf(itemId: string, item: FetchedItem | undefined): MailLookup {
  if (item?.ok === true) {
    return { kind: 'mail', mail: item.mail };
  }
  return { kind: item?.code === 'ErrorItemNotFound' ? 'gone' : 'unreadable', itemId };
}

export function notUnderstood(): ExchangeFailure {
  return { kind: 'failed', code: 'AnswerNotUnderstood' };
}
