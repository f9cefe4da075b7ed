import type {
  ExchangeFailure,
  ExchangeMailbox,
  ExchangeResult,
  ExchangeTarget,
} from '#domain/ports/exchange.ts';
import { orAfter } from '../../time-limit.ts';
import { failureOfCode } from '../error-codes.ts';
import { anchorHeader } from '../outgoing/anchor-header.ts';
import type { Connection } from '../outgoing/connection.ts';
import { type HostMemory, noting } from '../outgoing/host-memory.ts';
import type { Shown } from '../outgoing/http-failures.ts';
import { isServerId } from '../server-text.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import type { EwsWorld } from '../world.ts';
import { answersOf, askForItems, type ItemQuestions, idsToAsk } from './ask-for-items.ts';
import { FIRST_WAIT_MS, waitBefore } from './attempts.ts';
import type { EwsCalls } from './ews-library.ts';
import type { LibraryTransport } from './library-transport.ts';
import { createLibraryTransport } from './library-transport.ts';
import { loadEwsLibrary } from './load-library.ts';
import type { SoapAnswer } from './soap-answer.ts';
import { judgeSoapAnswer } from './soap-answer.ts';

export interface MailboxOptions {
  readonly world: EwsWorld;
  readonly hosts: HostMemory;
  readonly target: ExchangeTarget;
  readonly signIn: SignIn;
}

/** The transport's own time-out says more than the one around the library: it goes first. */
const GRACE_MS = 100;

/** One user's mailbox for one request: own service object, connection and authentication state. */
export function createMailbox({ world, hosts, target, signIn }: MailboxOptions): ExchangeMailbox {
  const judgement = world.rules.judgeExchangeUrl(target.ewsUrl);
  const host = judgement.ok ? judgement.destination.url.host : '';
  const connection = judgement.ok
    ? noting(hosts, world.connect(judgement.destination, signIn.clientCertificate), target.servesMailbox)
    : undefined;
  const shown: Shown = { scheme: signIn.scheme, certificate: signIn.clientCertificate !== undefined };
  const transport = createLibraryTransport(sendSoap);
  let calls: EwsCalls | undefined;
  /** After a 401 the same credentials are not sent again: accounts lock. */
  let refused: ExchangeFailure | undefined;

  function remainingMs(): number {
    return Math.min(target.deadlineMs - world.now(), world.callTimeoutMs);
  }

  async function sendSoap(body: string): Promise<SoapAnswer> {
    const outcome = await signIn.send(usable(connection), soapRequest(body, target), remainingMs);
    if (outcome.ok) {
      return judgeSoapAnswer(outcome.answer, shown, host);
    }
    const { failure } = outcome;
    return failure.kind === 'unauthorized' && failure.sent !== 'certificate'
      ? { ok: false, failure: { ...failure, sent: signIn.scheme } }
      : outcome;
  }

  async function waitIfTime(ms: number): Promise<boolean> {
    if (ms + FIRST_WAIT_MS > target.deadlineMs - world.now()) {
      return false;
    }
    await world.wait(ms);
    return true;
  }

  /** One operation, again where `waitBefore` says so and time is left. */
  async function ask<T>(
    operation: (calls: EwsCalls) => Promise<T>,
    judge: (value: T) => ExchangeFailure | undefined,
    isQuestion: boolean,
  ): Promise<ExchangeResult<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await once(operation, judge);
      const waitMs = result.ok ? undefined : waitBefore(attempt + 1, result.failure, isQuestion);
      if (waitMs === undefined || !(await waitIfTime(waitMs))) {
        return result;
      }
    }
  }

  async function once<T>(
    operation: (calls: EwsCalls) => Promise<T>,
    judge: (value: T) => ExchangeFailure | undefined,
  ): Promise<ExchangeResult<T>> {
    const before = refused ?? blocked();
    if (before !== undefined) {
      return { ok: false, failure: before };
    }
    const attempt = attemptOf(operation, judge);
    // The library's promise may never settle: whatever happens, there is an answer by then.
    const result = await orAfter(remainingMs() + GRACE_MS, attempt, timedOut);
    if (!result.ok && result.failure.kind === 'unauthorized') {
      refused = result.failure;
    }
    return result;
  }

  function blocked(): ExchangeFailure | undefined {
    if (!judgement.ok) {
      return { kind: 'refused-address', detail: judgement.reason };
    }
    return hosts.isResting(host) || remainingMs() <= 0 ? { kind: 'timeout' } : undefined;
  }

  async function attemptOf<T>(
    operation: (calls: EwsCalls) => Promise<T>,
    judge: (value: T) => ExchangeFailure | undefined,
  ): Promise<ExchangeResult<T>> {
    try {
      const { createEwsCalls } = await loadEwsLibrary();
      calls ??= createEwsCalls(target.ewsUrl, transport);
      const value = await operation(calls);
      const failure = judge(value);
      return failure === undefined ? { ok: true, value } : { ok: false, failure };
    } catch {
      return { ok: false, failure: failureBehind(transport) };
    }
  }

  const inbox: ExchangeMailbox['inbox'] = () =>
    ask(
      (ews) => ews.getInbox(),
      ({ folderId }) => (isServerId(folderId ?? '') ? undefined : notUnderstood()),
      true,
    );

  function getItems(ids: readonly string[]): ReturnType<ItemQuestions['getItems']> {
    return ask(
      async (ews) => answersOf(await ews.getItems(ids), transport.last().codes),
      (answers) => (answers.length === ids.length ? undefined : notUnderstood()),
      true,
    );
  }

  return {
    inbox,
    async subscribe({ callbackUrl, statusFrequencyMinutes, events }) {
      const result = await ask(
        (ews) => ews.subscribe(callbackUrl, statusFrequencyMinutes, events),
        (watermark) => (typeof watermark === 'string' && watermark !== '' ? undefined : notUnderstood()),
        false,
      );
      return result.ok ? { ok: true, value: { watermark: result.value } } : result;
    },
    async mails(itemIds) {
      const questions = { getItems, getInbox: inbox, wait: waitIfTime };
      const result = await askForItems(questions, idsToAsk(itemIds));
      if (!result.ok) {
        return result;
      }
      const unreadable = (itemId: string) => ({ kind: 'unreadable', itemId }) as const;
      return { ok: true, value: itemIds.map((id) => result.value.get(id) ?? unreadable(id)) };
    },
    rotatedCredentials: () => signIn.rotated(),
    close: () => connection?.close(),
  };
}

function usable(connection: Connection | undefined): Connection {
  if (connection === undefined) {
    throw new Error('a refused URL is never connected to');
  }
  return connection;
}

function soapRequest(body: string, target: ExchangeTarget): Parameters<SignIn['send']>[1] {
  const anchor = anchorHeader(target.credentials.email);
  return {
    method: 'POST',
    headers: { 'content-type': 'text/xml; charset=utf-8', accept: 'text/xml', ...anchor },
    body,
  };
}

/** The library's exceptions differ by version and dress; the transport knows what really happened. */
function failureBehind(transport: LibraryTransport): ExchangeFailure {
  const { failure, codes } = transport.last();
  const error = codes.find(({ code }) => code !== 'NoError');
  return failure ?? (error === undefined ? notUnderstood() : failureOfCode(error));
}

function notUnderstood(): ExchangeFailure {
  return { kind: 'failed', code: 'AnswerNotUnderstood' };
}

function timedOut(): { readonly ok: false; readonly failure: ExchangeFailure } {
  return { ok: false, failure: { kind: 'timeout' } };
}
