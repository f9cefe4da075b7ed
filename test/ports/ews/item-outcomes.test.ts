import { describe, expect, test } from '@jest/globals';
import {
  type AnsweredItem,
  errorMessage,
  faultAnswer,
  inboxAnswer,
  itemsAnswer,
} from '../../support/ews-answers.ts';
import { localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import type { ScriptedAnswer } from '../../support/scripted-server.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();

/** A server that answers each GetItem in turn from `rounds`, and every GetFolder with `inbox`. */
async function server(rounds: readonly ScriptedAnswer[], inbox: ScriptedAnswer = { status: 500 }) {
  let round = 0;
  const { origin, seen } = await serve(({ body }) =>
    body.includes('GetFolder') ? inbox : (rounds[Math.min(round++, rounds.length - 1)] ?? {}),
  );
  const waits: number[] = [];
  const mailbox = openMailbox(localExchange({ wait: async (ms) => void waits.push(ms) }), origin);
  return {
    waits,
    mails: (...ids: readonly string[]) => mailbox.mails(ids).finally(() => mailbox.close()),
    /** Per request, in order: the ids asked for, or `inbox`. */
    asked: () =>
      seen.map(({ body }) =>
        body.includes('GetFolder') ? 'inbox' : [...body.matchAll(/ItemId Id="([^"]+)"/g)].map((id) => id[1]),
      ),
  };
}

const mail = (id: string): AnsweredItem => ({ id, parent: 'INBOX', subject: `about ${id}` });
const answer = (...items: readonly AnsweredItem[]): ScriptedAnswer => ({ body: itemsAnswer(items) });
const named = (itemId: string) => ({ kind: 'mail', mail: { itemId, subject: `about ${itemId}` } });
const unreadable = (itemId: string) => ({ kind: 'unreadable', itemId });

describe('one item of several that Exchange does not answer', () => {
  test.each([
    'ErrorInternalServerTransientError',
    'ErrorServerBusy',
    'ErrorNonExistentMailbox',
    'ErrorAccessDenied',
    'ErrorPasswordExpired',
    'ErrorItemCorrupt',
    'ErrorBrandNew',
  ])('is asked for again alone, and the others are kept, where the code is %s', async (error) => {
    const { mails, asked } = await server([
      answer(mail('one'), { id: 'two', error }, mail('three')),
      answer(mail('two')),
    ]);
    expect(await mails('one', 'two', 'three')).toMatchObject({
      ok: true,
      value: [named('one'), named('two'), named('three')],
    });
    expect(asked()).toEqual([['one', 'two', 'three'], ['two']]);
  });

  test.each([
    ['ErrorConnectionFailedTransientError', 3],
    ['ErrorNonExistentMailbox', 2],
    ['ErrorAccessDenied', 2],
  ])('is unreadable at last where the code stays %s, after %i questions', async (error, questions) => {
    const { mails, asked } = await server([
      answer(mail('one'), { id: 'two', error }, mail('three')),
      answer({ id: 'two', error }),
    ]);
    expect(await mails('one', 'two', 'three')).toMatchObject({
      ok: true,
      value: [named('one'), unreadable('two'), named('three')],
    });
    expect(asked()).toHaveLength(questions);
  });

  test('does not cost the others their names when the second question fails as a whole', async () => {
    const { mails } = await server([
      answer(mail('one'), { id: 'two', error: 'ErrorItemCorrupt' }),
      { status: 403 },
    ]);
    expect(await mails('one', 'two')).toMatchObject({ ok: true, value: [named('one'), unreadable('two')] });
  });

  test('is not asked for again where it is gone', async () => {
    const { mails, asked } = await server([answer(mail('one'), { id: 'two', error: 'ErrorItemNotFound' })]);
    expect(await mails('one', 'two')).toMatchObject({
      value: [named('one'), { kind: 'gone', itemId: 'two' }],
    });
    expect(asked()).toHaveLength(1);
  });

  test('is not waited for where the server asks for too long', async () => {
    const busy = errorMessage('GetItem', 'ErrorServerBusy', { BackOffMilliseconds: '60000' });
    const message = /<m:GetItemResponseMessage.*<\/m:GetItemResponseMessage>/.exec(busy)?.[0] ?? '';
    const body = itemsAnswer([mail('one')]).replace(
      '</m:ResponseMessages>',
      `${message}</m:ResponseMessages>`,
    );
    const { mails, asked, waits } = await server([{ body }]);
    expect(await mails('one', 'two')).toMatchObject({ ok: true, value: [named('one'), unreadable('two')] });
    expect([asked().length, waits]).toEqual([1, []]);
  });
});

describe('a request of which no item is answered', () => {
  test.each(['ErrorAccessDenied', 'ErrorNonExistentMailbox', 'ErrorAccountDisabled', 'ErrorPasswordExpired'])(
    'says nothing of the mailbox with %s while GetFolder answers',
    async (error) => {
      const { mails, asked } = await server([answer({ id: 'one', error })], {
        body: inboxAnswer('INBOX', 1),
      });
      expect(await mails('one')).toEqual({ ok: true, value: [unreadable('one')] });
      expect(asked()).toEqual([['one'], 'inbox', ['one']]);
    },
  );

  test.each([
    ['ErrorAccessDenied', 'forbidden'],
    ['ErrorNonExistentMailbox', 'no-mailbox'],
    ['ErrorProxyRequestNotAllowed', 'moved'],
  ])('fails as a whole with %s where GetFolder fails with it too', async (error, kind) => {
    const refused = { body: errorMessage('GetFolder', error) };
    const { mails, asked } = await server(
      [answer({ id: 'one', error }, { id: 'two', error: 'ErrorBatchProcessingStopped' })],
      refused,
    );
    expect(await mails('one', 'two')).toMatchObject({ ok: false, failure: { kind } });
    expect(asked()).toEqual([['one', 'two'], 'inbox']);
  });

  test('is busy where each item is, after three questions', async () => {
    const error = 'ErrorMailboxStoreUnavailable';
    const { mails, asked } = await server([answer({ id: 'one', error }, { id: 'two', error })]);
    expect(await mails('one', 'two')).toMatchObject({ ok: false, failure: { kind: 'busy' } });
    expect(asked()).toHaveLength(3);
  });
});

describe('a failure without a reason', () => {
  test.each<[string, ScriptedAnswer]>([
    ['a plain 500', { status: 500, body: 'Runtime Error' }],
    ['a 500 with ErrorInternalServerError', { status: 500, body: faultAnswer('ErrorInternalServerError') }],
    ['a 502', { status: 502 }],
    ['a 504', { status: 504 }],
    ['a 408', { status: 408 }],
    ['an empty 200', { status: 200, body: '' }],
    ['a transient code that is in no list', { body: errorMessage('GetItem', 'ErrorNewTransientError') }],
    ['a connection that Exchange could not make', { body: errorMessage('GetItem', 'ErrorConnectionFailed') }],
  ])('is asked again: %s', async (_what, failure) => {
    const { mails, asked } = await server([failure, failure, answer(mail('one'))]);
    expect(await mails('one')).toMatchObject({ ok: true, value: [named('one')] });
    expect(asked()).toEqual([['one'], ['one'], ['one']]);
  });

  test('of a Subscribe is not asked again, since the server may have done it', async () => {
    const { origin, seen } = await serve(() => ({ status: 500 }));
    const mailbox = openMailbox(localExchange(), origin);
    const request = { callbackUrl: 'https://e/x', statusFrequencyMinutes: 30, events: 'mail' } as const;
    expect(await mailbox.subscribe(request)).toMatchObject({ ok: false, failure: { code: 'Http500' } });
    mailbox.close();
    expect(seen).toHaveLength(1);
  });
});
