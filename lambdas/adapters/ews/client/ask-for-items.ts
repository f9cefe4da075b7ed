import type { MailLookup } from '#domain/model/mail.ts';
import type { ExchangeFailure, ExchangeResult } from '#domain/ports/exchange.ts';
import { failureOfCode, isGoneItem, type SpokenCode } from '../error-codes.ts';
import { isServerId } from '../server-text.ts';
import { waitBeforeItems } from './attempts.ts';
import type { FetchedItem } from './ews-library.ts';

/** Whatever the caller asks for: a GetItem is answered whole, and an answer of this many is large already. */
const MOST_IDS = 50;

/** What one GetItem answered about one id. */
export interface ItemAnswer {
  readonly item: FetchedItem;
  readonly spoken: SpokenCode;
}

export interface ItemQuestions {
  /** One GetItem; its answers in the order of the ids. A failure is one of the whole request. */
  getItems(ids: readonly string[]): Promise<ExchangeResult<readonly ItemAnswer[]>>;
  /** GetFolder: whether the mailbox is open to these credentials. */
  getInbox(): Promise<ExchangeResult<unknown>>;
  /** Waits; false, at once, where another attempt would come too late. */
  wait(ms: number): Promise<boolean>;
}

/** Items and codes by position. Of unequal number they cannot be told apart: then there are none. */
export function answersOf(
  items: readonly FetchedItem[],
  codes: readonly SpokenCode[],
): readonly ItemAnswer[] {
  return items.length === codes.length
    ? items.flatMap((item, index) => {
        const spoken = codes[index];
        return spoken === undefined ? [] : [{ item, spoken }];
      })
    : [];
}

/** The ids that one request asks for: such as a server writes, each once, and never more than fit one request. */
export function idsToAsk(itemIds: readonly string[]): readonly string[] {
  return [...new Set(itemIds.filter(isServerId))].slice(0, MOST_IDS);
}

/** Failures that concern the whole mailbox, if they are not about one item only: GetFolder tells. */
const OF_THE_MAILBOX: ReadonlySet<ExchangeFailure['kind']> = new Set([
  'forbidden',
  'no-mailbox',
  'credentials-dead',
  'moved',
]);

/**
 * Asks for all ids at once, then again for those alone that failed, while attempts and time last. What Exchange says
 * of one item is about that item: those answered are kept whatever becomes of the others.
 */
export async function askForItems(
  questions: ItemQuestions,
  ids: readonly string[],
): Promise<ExchangeResult<ReadonlyMap<string, MailLookup>>> {
  const answered = new Map<string, MailLookup>();
  let open = ids;
  for (let attempt = 1; open.length > 0; attempt += 1) {
    const result = await questions.getItems(open);
    if (!result.ok) return answered.size > 0 ? { ok: true, value: answered } : result;
    const failed = keepAnswered(answered, open, result.value);
    if (failed.length === 0) break;
    const isClosed = answered.size === 0 && failed.some(({ failure }) => OF_THE_MAILBOX.has(failure.kind));
    if (isClosed && attempt === 1) {
      const inbox = await questions.getInbox();
      if (!inbox.ok) return inbox;
    }
    const failures = failed.map(({ failure }) => failure);
    const waitMs = waitBeforeItems(attempt + 1, failures);
    if (waitMs === undefined || !(await questions.wait(waitMs)))
      return answered.size > 0 ? { ok: true, value: answered } : unanswered(failures);
    open = failed.map(({ id }) => id);
  }
  return { ok: true, value: answered };
}

interface FailedItem {
  readonly id: string;
  readonly failure: ExchangeFailure;
}

/** Adds what was answered for good; returns the ids that failed. */
function keepAnswered(
  answered: Map<string, MailLookup>,
  ids: readonly string[],
  answers: readonly ItemAnswer[],
): readonly FailedItem[] {
  return ids.flatMap((id, index) => {
    const answer = answers[index];
    const lookup = answer === undefined ? undefined : lookupOf(id, answer);
    if (lookup === undefined)
      return [{ id, failure: failureOfCode(answer?.spoken ?? { code: 'ErrorUnnamed' }) }];
    answered.set(id, lookup);
    return [];
  });
}

/** Undefined where the item failed. An item that was answered but cannot be read is as unreadable the next time. */
function lookupOf(itemId: string, { item, spoken }: ItemAnswer): MailLookup | undefined {
  if (item.kind === 'mail') return item;
  if (item.kind === 'foreign') return { kind: 'foreign', itemId };
  if (spoken.code === 'NoError') return { kind: 'unreadable', itemId };
  return isGoneItem(spoken.code) ? { kind: 'gone', itemId } : undefined;
}

/** No item was answered. A server that is busy for all of them failed as a whole; else each item has its own fault. */
function unanswered(failures: readonly ExchangeFailure[]): ExchangeResult<ReadonlyMap<string, MailLookup>> {
  const [first] = failures;
  return first !== undefined && failures.every(({ kind }) => kind === 'busy')
    ? { ok: false, failure: first }
    : { ok: true, value: new Map() };
}
