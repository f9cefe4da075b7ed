import { describe, expect, test } from '@jest/globals';
import { newMailPush } from '#domain/push/content-rules.ts';
import { type AnsweredItem, itemsAnswer } from '../../support/ews-answers.ts';
import { localExchange, openMailbox } from '../../support/exchange-adapter.ts';
import { useScriptedServers } from '../../support/scripted-server.ts';

const serve = useScriptedServers();

/** Sender and subject of the push for an item, from Exchange's bytes on. */
async function shown(item: Omit<AnsweredItem, 'id'>) {
  const { origin } = await serve(() => ({ body: itemsAnswer([{ id: 'AAMk1', parent: 'INBOX', ...item }]) }));
  const mailbox = openMailbox(localExchange(), origin);
  const result = await mailbox.mails(['AAMk1']);
  mailbox.close();
  const [lookup] = result.ok ? result.value : [];
  if (lookup?.kind !== 'mail') throw new Error('not fetched', { cause: result });
  const { sender, subject } = newMailPush(lookup.mail, {
    preferences: { content: 'subject-and-sender', sound: true },
    ceiling: 'subject-and-sender',
    collapseKey: 'key',
  });
  return { sender, subject };
}

describe('what a phone shows of a fetched item', () => {
  test.each<[string, Omit<AnsweredItem, 'id'>, { sender: string; subject: string }]>([
    [
      'an encoded word inside the address',
      { subject: 'Lunch', from: { name: '', address: '=?utf-8?Q?ceo=40bank.example=00?=@evil.example' } },
      { sender: '=?utf-8?Q?ceo=40bank.example=00?=@evil.example', subject: 'Lunch' },
    ],
    [
      'the same as its own name',
      {
        subject: 'Lunch',
        from: {
          name: '=?utf-8?Q?ceo=40bank.example=00?=@evil.example',
          address: '=?utf-8?Q?ceo=40bank.example=00?=@evil.example',
        },
      },
      { sender: '=?utf-8?Q?ceo=40bank.example=00?=@evil.example', subject: 'Lunch' },
    ],
    [
      'a name that is an address with another at sign',
      { subject: 'Lunch', from: { name: 'ceo＠bank.example', address: 'x@evil.example' } },
      { sender: 'x@evil.example', subject: 'Lunch' },
    ],
    [
      'a name hidden beneath its marks',
      { subject: 'Lunch', from: { name: `A${'\u0301'.repeat(300)}`, address: 'x@evil.example' } },
      { sender: `A${'\u0301'.repeat(5)}`.normalize('NFD'), subject: 'Lunch' },
    ],
    [
      'an emoji as two references',
      { subject: 'Party &#55357;&#56832; tonight', from: { name: 'Bob', address: 'bob@example.com' } },
      { sender: 'Bob', subject: 'Party 😀 tonight' },
    ],
    [
      'a post, which is no message',
      {
        element: 'PostItem',
        itemClass: 'IPM.Post',
        subject: 'Posted',
        from: { name: 'Bob', address: 'bob@example.com' },
      },
      { sender: 'Bob', subject: 'Posted' },
    ],
    [
      'a directory name inside an address',
      { subject: 'Lunch', from: { name: 'Ann', address: 'IMCEAEX-_O=X_CN=ANN@example.com' } },
      { sender: 'Ann', subject: 'Lunch' },
    ],
  ])('is right for %s', async (_what, item, expected) => {
    expect(await shown(item)).toEqual(expected);
  });
});
