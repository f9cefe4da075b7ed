import { describe, expect, test } from '@jest/globals';
import { notificationReply } from '#adapters/ews/incoming/notification-reply.ts';
import { readNotification } from '#adapters/ews/incoming/read-notification.ts';
import { ewsFixture, fixtureId as id } from '../../support/ews-fixtures.ts';

const AT = Date.UTC(2026, 10, 20, 7, 31, 9);

function read(name: string) {
  return readNotification(ewsFixture(name));
}

function messages(...list: unknown[]) {
  return { kind: 'notification', messages: list };
}

describe('a SendNotification request, byte for byte', () => {
  test('of Exchange for a new mail becomes three events in order, the last with the unread count', () => {
    const item = { kind: 'item', id: id('item1') };
    const parentFolderId = id('inbox');
    expect(read('exchange-new-mail.xml')).toEqual(
      messages({
        kind: 'events',
        previousWatermark: id('watermark100'),
        moreEvents: false,
        events: [
          { type: 'created', watermark: id('watermark101'), at: AT, target: item, parentFolderId },
          { type: 'new-mail', watermark: id('watermark102'), at: AT, target: item, parentFolderId },
          {
            type: 'modified',
            watermark: id('watermark103'),
            at: AT,
            target: { kind: 'folder', id: id('inbox') },
            parentFolderId: id('root'),
            unreadCount: 3,
          },
        ],
      }),
    );
  });

  test('of Exchange for moves and deletions keeps old ids and reads every spelling of a time', () => {
    const at = Date.UTC(2026, 10, 20, 7, 40);
    expect(read('exchange-moved-and-deleted.xml')).toEqual(
      messages({
        kind: 'events',
        previousWatermark: id('watermark200'),
        moreEvents: true,
        events: [
          {
            type: 'moved',
            watermark: id('watermark201'),
            at: at + 500,
            target: { kind: 'item', id: id('item2Moved') },
            parentFolderId: id('deletedItems'),
            oldId: id('item2Compressed'),
            oldParentFolderId: id('inboxCompressed'),
          },
          {
            type: 'copied',
            watermark: id('watermark202'),
            at: at + 1000,
            target: { kind: 'folder', id: id('deletedItems') },
            parentFolderId: id('root'),
            oldId: id('inbox'),
            oldParentFolderId: id('root'),
          },
          {
            type: 'deleted',
            watermark: id('watermark203'),
            at: at + 2000,
            target: { kind: 'item', id: id('item3') },
            parentFolderId: id('inbox'),
          },
          { type: 'free-busy', watermark: id('watermark204'), target: { kind: 'item', id: id('item4') } },
        ],
      }),
    );
  });

  test('of Exchange 2007, in default namespaces without a header, is a heartbeat', () => {
    expect(read('exchange-2007-status.xml')).toEqual(
      messages({
        kind: 'events',
        previousWatermark: id('watermark300'),
        moreEvents: false,
        events: [{ type: 'status', watermark: id('watermark301') }],
      }),
    );
  });

  test('of WorkMail is a heartbeat in spite of its XML declaration', () => {
    expect(read('workmail-status.xml')).toEqual(
      messages({
        kind: 'events',
        previousWatermark: 'CgAAAAAAAAA=',
        moreEvents: false,
        events: [{ type: 'status', watermark: 'CgAAAAAAAAA=' }],
      }),
    );
  });

  test('of WorkMail without declaration, header, change keys and count is read as far as it goes', () => {
    expect(read('workmail-modified-folder.xml')).toEqual(
      messages({
        kind: 'events',
        previousWatermark: 'CgAAAAAAAAA=',
        moreEvents: false,
        events: [
          {
            type: 'modified',
            watermark: 'CwAAAAAAAAA=',
            at: AT,
            target: { kind: 'folder', id: 'AAB4ZXhhbXBsZS1pbmJveC0wMDAx=' },
            parentFolderId: 'AAB4ZXhhbXBsZS1yb290=',
          },
        ],
      }),
    );
  });

  test('with several messages, unknown events and elements of others keeps order and what is known', () => {
    expect(read('other-server-several-messages.xml')).toEqual(
      messages(
        {
          kind: 'events',
          moreEvents: true,
          events: [
            {
              type: 'modified',
              watermark: 'one',
              target: { kind: 'folder', id: 'a+b' },
              unreadCount: 7,
            },
            { type: 'unknown', watermark: 'two', target: { kind: 'item', id: 'pinned' } },
            { type: 'new-mail', watermark: 'three' },
          ],
        },
        { kind: 'events', moreEvents: false, events: [{ type: 'status' }] },
        { kind: 'error', code: 'ErrorPasswordExpired', consequence: 'credentials-dead' },
      ),
    );
  });

  test.each([
    ['exchange-error-with-subscription.xml', 'ErrorReadEventsFailed', 'subscribe-again'],
    ['exchange-error-without-subscription.xml', 'ErrorMissedNotificationEvents', 'subscribe-again'],
    ['exchange-error-hidden.xml', 'ErrorServerBusy', 'wait'],
  ])('in %s is an error with its consequence', (name, code, consequence) => {
    expect(read(name)).toEqual(messages({ kind: 'error', code, consequence }));
  });

  test('reads the same as text, as bytes, and with a byte order mark', () => {
    const bytes = ewsFixture('exchange-new-mail.xml');
    const expected = readNotification(bytes);
    expect(readNotification(bytes.toString('utf8'))).toEqual(expected);
    expect(readNotification(`\uFEFF${bytes.toString('utf8')}`)).toEqual(expected);
    expect(readNotification(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]))).toEqual(expected);
  });
});

describe('parts that are missing', () => {
  const full = ewsFixture('exchange-new-mail.xml').toString('utf8');

  test('a message without notification and without code is an error that we do not know', () => {
    const bare = full.replace(/<m:ResponseCode>.*<\/m:Notification>/, '');
    expect(readNotification(bare)).toEqual(
      messages({ kind: 'error', code: 'ErrorUnnamed', consequence: 'unknown' }),
    );
  });

  test('a successful message without notification brings no events', () => {
    const bare = full.replace(/<m:Notification>.*<\/m:Notification>/, '');
    expect(readNotification(bare)).toEqual(messages({ kind: 'events', moreEvents: false, events: [] }));
  });

  test('an error that brings events all the same loses neither', () => {
    const both = full
      .replace('ResponseClass="Success"', 'ResponseClass="Error"')
      .replace('>NoError<', '>ErrorMissedNotificationEvents<');
    const result = readNotification(both);
    expect(result.kind === 'notification' && result.messages.map(({ kind }) => kind)).toEqual([
      'events',
      'error',
    ]);
  });

  test('a message of another namespace is not one of ours', () => {
    const foreign = full.replace(
      '<m:ResponseMessages>',
      '<m:ResponseMessages><x:SendNotificationResponseMessage xmlns:x="urn:example" ResponseClass="Error"/>',
    );
    expect(readNotification(foreign)).toEqual(readNotification(full));
  });

  test('a sentence in the place of a code is never passed on', () => {
    const odd = ewsFixture('exchange-error-hidden.xml').toString('utf8');
    expect(readNotification(odd.replace('>ErrorServerBusy<', '>ann@example.com was here<'))).toEqual(
      messages({ kind: 'error', code: 'ErrorUnnamed', consequence: 'unknown' }),
    );
  });

  test.each(['-1', '1.5', '1e3', '', '0x10', '99999999999', '4294967296'])(
    'an unread count of "%s" is none',
    (text) => {
      const result = readNotification(full.replace('<t:UnreadCount>3', `<t:UnreadCount>${text}`));
      const events = result.kind === 'notification' && result.messages[0];
      expect(events && events.kind === 'events' && events.events[2]?.unreadCount).toBeUndefined();
    },
  );

  test('an unread count on an item is not taken for that of the folder', () => {
    const onItem = full.replaceAll('t:FolderId', 't:ItemId');
    const result = readNotification(onItem);
    const events = result.kind === 'notification' && result.messages[0];
    expect(events && events.kind === 'events' && events.events[2]?.unreadCount).toBeUndefined();
  });
});

describe('the answer', () => {
  test.each(['OK', 'Unsubscribe'] as const)('%s has exactly these bytes', (status) => {
    expect(Buffer.from(notificationReply(status)).toString('latin1')).toBe(`<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<SendNotificationResult xmlns="http://schemas.microsoft.com/exchange/services/2006/messages">
<SubscriptionStatus>${status}</SubscriptionStatus></SendNotificationResult></s:Body></s:Envelope>`);
  });
});
