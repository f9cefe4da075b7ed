import { describe, expect, it } from '@jest/globals';
import type { Mail } from '#domain/model/mail.ts';
import { CONTENT_LEVELS, type ContentLevel } from '#domain/model/preferences.ts';
import {
  announces,
  collapseKeyOf,
  countPush,
  neutralPush,
  newMailPush,
  shownContent,
  splitAnnouncements,
} from '#domain/push/content-rules.ts';

const MAIL: Mail = {
  itemId: 'AAMk',
  conversationId: 'AAQk',
  sender: { name: 'Ann Example', address: 'ann@example.com' },
  subject: 'Lunch',
  isRead: false,
  isDraft: false,
  sensitivity: 'normal',
  kind: 'message',
};

function pushFor(mail: Partial<Mail>, content: ContentLevel, ceiling: ContentLevel = 'subject-and-sender') {
  return newMailPush(
    { ...MAIL, ...mail },
    { preferences: { content, sound: true }, ceiling, collapseKey: 'key', badge: 4 },
  );
}

describe('The content rules', () => {
  it('let the stricter of device and tenant win, in all nine combinations', () => {
    for (const [i, device] of CONTENT_LEVELS.entries())
      for (const [j, tenant] of CONTENT_LEVELS.entries())
        expect(shownContent(MAIL, device, tenant)).toBe(CONTENT_LEVELS[Math.max(i, j)]);
  });

  it.each(['personal', 'private', 'confidential'] as const)(
    'show the sender at most of a %s mail',
    (sensitivity) => {
      expect(shownContent({ sensitivity }, 'subject-and-sender', 'subject-and-sender')).toBe('sender');
      expect(shownContent({ sensitivity }, 'none', 'subject-and-sender')).toBe('none');
      expect(pushFor({ sensitivity }, 'subject-and-sender')).not.toHaveProperty('subject');
    },
  );

  it('never wake a phone for a receipt, and announce everything else, a bounce too', () => {
    expect(announces({ ...MAIL, kind: 'receipt' })).toBe(false);
    for (const kind of ['message', 'meeting', 'report', 'other'] as const)
      expect(announces({ ...MAIL, kind })).toBe(true);
  });

  it('never wake a phone for a mail that is read already, or a draft', () => {
    expect(announces({ ...MAIL, isRead: true })).toBe(false);
    expect(announces({ ...MAIL, isDraft: true })).toBe(false);
  });
});

describe('newMailPush', () => {
  it('shows sender and subject where both are allowed', () => {
    expect(pushFor({}, 'subject-and-sender')).toEqual({
      type: 'new-mail',
      count: 1,
      sender: 'Ann Example',
      subject: 'Lunch',
      itemId: 'AAMk',
      thread: 'AAQk',
      collapseKey: 'key',
      badge: 4,
      sound: true,
    });
  });

  it('shows the sender alone where the tenant allows no more', () => {
    const push = pushFor({}, 'subject-and-sender', 'sender');
    expect(push.sender).toBe('Ann Example');
    expect(push).not.toHaveProperty('subject');
  });

  it('says nothing about the mail, not even its conversation, where nothing may be shown', () => {
    expect(pushFor({}, 'none')).toEqual(
      neutralPush({ collapseKey: 'key', badge: 4, sound: true, itemId: 'AAMk' }),
    );
  });

  it('tells an empty subject and a missing sender from those that may not be shown', () => {
    expect(pushFor({ subject: undefined, sender: undefined }, 'subject-and-sender')).toMatchObject({
      sender: '',
      subject: '',
    });
  });

  it('cleans what strangers wrote', () => {
    expect(pushFor({ subject: ' a\u202eb\r\nc ' }, 'subject-and-sender').subject).toBe('ab c');
  });
});

describe('countPush', () => {
  it('counts, and speaks of no mail in particular', () => {
    const push = countPush(7, { collapseKey: 'key', sound: false });
    expect(push).toEqual({ type: 'new-mail', count: 7, collapseKey: 'key', sound: false });
  });
});

describe('splitAnnouncements', () => {
  it.each([
    [0, 0, 0],
    [5, 5, 0],
    [6, 5, 1],
    [50, 5, 45],
  ])('of %d mails announces %d one by one and %d together', (total, single, more) => {
    const items = Array.from({ length: total }, (_, index) => index);
    const split = splitAnnouncements(items, 5);
    expect([split.single.length, split.more.length]).toEqual([single, more]);
    expect([...split.single, ...split.more]).toEqual(items);
  });
});

describe('collapseKeyOf', () => {
  it('is the same for the same bytes, fits 64 bytes of ASCII and does not contain the id', () => {
    expect(collapseKeyOf('AAMk')).toBe(collapseKeyOf(Buffer.from('AAMk')));
    expect(collapseKeyOf('AAMk')).not.toBe(collapseKeyOf('AAMl'));
    expect(collapseKeyOf('AAMk'.repeat(50))).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});
