import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inboxAnswer, itemsAnswer, subscribeAnswer } from '../../support/ews-answers.ts';
import { ewsFixture, fixtureId } from '../../support/ews-fixtures.ts';
import { localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import { exchangeId, hostileText } from '../../support/hostile-text.ts';
import { allOf, operationsOf, parseRequest } from '../../support/parse-request.ts';
import { type SeenRequest, useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();

function idsIn({ body }: SeenRequest): readonly string[] {
  expect(operationsOf(body)).toEqual(['GetItem']);
  return allOf(parseRequest(body), 'ItemId').map(({ attributes }) => attributes.Id ?? '');
}

/** A server that answers every id that it is asked for, and what came to it. */
async function answering() {
  const { origin, seen } = await serve((request) => ({
    body: itemsAnswer(idsIn(request).map((id) => ({ id, parent: fixtureId('inbox'), subject: 'Mine' }))),
  }));
  return { seen, mailbox: openMailbox(localExchange(), origin, undefined, 60_000) };
}

describe('the ids that one GetItem asks for', () => {
  test('are those that a server writes, each once and 50 at most, whatever is mixed among them', async () => {
    const { seen, mailbox } = await answering();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(hostileText, exchangeId, fc.constant('same')), { maxLength: 80 }),
        async (ids) => {
          const before = seen.length;
          const result = await mailbox.mails(ids);
          const requests = seen.slice(before);
          const asked = requests.flatMap(idsIn);
          expect(requests.length).toBeLessThanOrEqual(1);
          expect(asked.length).toBeLessThanOrEqual(50);
          expect(new Set(asked).size).toBe(asked.length);
          expect(asked.filter((id) => !ids.includes(id) || /[^\x21-\x7e]|["'<>&]/.test(id))).toEqual([]);
          const wanted = [...new Set(ids)].filter((id) => /^[A-Za-z0-9+/]{4,}=*$/.test(id));
          if (wanted.length <= 20) expect(asked).toEqual(expect.arrayContaining(wanted));
          expect(result).toMatchObject({
            value: ids.map((id) =>
              asked.includes(id) ? { kind: 'mail' } : { kind: 'unreadable', itemId: id },
            ),
          });
        },
      ),
      { numRuns: 60 },
    );
    mailbox.close();
  });

  test('are none where all of them would end the attribute: nothing is sent', async () => {
    const { seen, mailbox } = await answering();
    const written = ewsFixture('ids-that-end-the-attribute.txt').toString().trim().split('\n');
    const ids = written.map((line) => allOf(parseRequest(`<a Id="${line}"/>`), 'a')[0]?.attributes.Id ?? '');
    expect(ids[0]).toBe('A"/><t:ItemId Id="B');
    expect(await mailbox.mails(ids)).toEqual({
      ok: true,
      value: ids.map((itemId) => ({ kind: 'unreadable', itemId })),
    });
    mailbox.close();
    expect(seen).toEqual([]);
  });

  test('are 50 of 1,953, and the others are left unread', async () => {
    const { seen, mailbox } = await answering();
    const ids = Array.from({ length: 1_953 }, (_, index) => `AAMk${index}`);
    const result = await mailbox.mails(ids);
    mailbox.close();
    expect(seen.map((request) => idsIn(request).length)).toEqual([50]);
    expect(result.ok && result.value.filter(({ kind }) => kind === 'mail')).toHaveLength(50);
  });
});

describe('ids and watermarks in an answer of Exchange', () => {
  const HOSTILE = ['a b', 'a&quot;b', '&lt;a/&gt;', 'é', 'A'.repeat(2_049)];

  test.each(HOSTILE)('are left out of a mail where no server writes such: %s', async (id) => {
    const body = itemsAnswer([{ id: 'AAMk1', parent: id, subject: 'Mine' }]).replace('conv-1', id);
    const { origin } = await serve(() => ({ body }));
    const mailbox = openMailbox(localExchange(), origin);
    const result = await mailbox.mails(['AAMk1']);
    mailbox.close();
    expect(result).toMatchObject({
      value: [{ mail: { subject: 'Mine', parentFolderId: undefined, conversationId: undefined } }],
    });
  });

  test.each(HOSTILE)('are no Inbox, and no watermark: %s', async (id) => {
    const { origin } = await serve(({ body }) => ({
      body: body.includes('GetFolder') ? inboxAnswer(id, 3) : subscribeAnswer('sub', id),
    }));
    const mailbox = openMailbox(localExchange(), origin);
    expect(await mailbox.inbox()).toMatchObject({ failure: { code: 'AnswerNotUnderstood' } });
    const callbackUrl = 'https://ens.example.com/cb/a.b-c_d';
    const subscribed = await mailbox.subscribe({ callbackUrl, statusFrequencyMinutes: 30, events: 'mail' });
    mailbox.close();
    expect(subscribed).not.toMatchObject({ value: { watermark: expect.stringMatching(/./) } });
  });
});
