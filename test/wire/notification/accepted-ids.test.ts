import { describe, expect, test } from '@jest/globals';
import { readNotification } from '#adapters/ews/incoming/read-notification.ts';
import type { MailboxEvent } from '#domain/model/mailbox-event.ts';
import { ewsFixture, fixtureId } from '../../support/ews-fixtures.ts';
import { type HandEvent, sendNotification } from '../../support/send-notification.ts';

function read(event: HandEvent, previous?: string): MailboxEvent | undefined {
  const message = { events: [event], ...(previous === undefined ? {} : { previous }) };
  const notification = readNotification(sendNotification([message]));
  const [first] = notification.kind === 'notification' ? notification.messages : [];
  return first?.kind === 'events' ? first.events[0] : undefined;
}

const HOSTILE = ewsFixture('ids-that-end-the-attribute.txt').toString().trim().split('\n');

describe('ids and watermarks of a callback', () => {
  test.each([
    ['Exchange, plain', fixtureId('item1')],
    ['Exchange, compressed', fixtureId('item2Compressed')],
    ['Exchange 2007, a GUID', '6e3f5d4b-9bd4-4f5c-9a2e-2b1a35c8d7f0'],
    ['WorkMail, short', 'AAB4c2hvcnQtaWQ'],
    ['base64url', 'AAMk-_-_AAA'],
    ['a server that names store and item', '{1F}|user@example.com:257'],
    ['as long as an id can be', 'A'.repeat(2_048)],
  ])('are kept as they are: %s', (_what, id) => {
    expect(read({ type: 'NewMailEvent', item: id, folder: id })).toMatchObject({
      target: { kind: 'item', id },
      parentFolderId: id,
    });
  });

  test.each([...HOSTILE, 'a b', 'é', 'A'.repeat(2_049), '\u{1f600}'])(
    'no server writes are refused, and the item keeps its place: %s',
    (id) => {
      const event = read({ type: 'NewMailEvent', item: id, folder: id, watermark: 'w1' });
      expect(event).toEqual({
        type: 'new-mail',
        watermark: 'w1',
        target: { kind: 'refused-item', sha256: expect.stringMatching(/^[\w-]{43}$/) },
      });
    },
  );

  test('that are refused still tell two items apart, and one item from itself not', () => {
    const [one, other, again] = ['a b', 'a c', 'a b'].map((item) => read({ type: 'NewMailEvent', item }));
    expect(one?.target).not.toEqual(other?.target);
    expect(one?.target).toEqual(again?.target);
  });

  test('of a folder are left out with its name', () => {
    expect(read({ type: 'ModifiedEvent', folder: 'a&quot;b', unread: 3 })).toEqual({ type: 'modified' });
  });

  test.each(['a b', '&quot;', 'é', 'A'.repeat(513)])(
    'are left out where no server writes such: %s',
    (text) => {
      expect(read({ type: 'StatusEvent', watermark: text })).toEqual({ type: 'status' });
      const notification = readNotification(
        sendNotification([{ events: [{ type: 'StatusEvent' }], previous: text }]),
      );
      expect(notification).toMatchObject({ messages: [{ previousWatermark: undefined }] });
    },
  );
});
