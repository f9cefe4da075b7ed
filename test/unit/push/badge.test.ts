import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { MailboxEvent } from '#domain/model/mailbox-event.ts';
import { badgeFor, badgePush, latestUnread, newerUnread } from '#domain/push/badge.ts';

const DEVICE = { preferences: { badge: true }, unreadElsewhere: 2 };
const SILENT = { preferences: { badge: false }, unreadElsewhere: 2 };

describe('A badge', () => {
  it("is the sum over the phone's mailboxes", () => {
    expect(badgeFor(DEVICE, 3)).toBe(5);
    expect(badgeFor(DEVICE, 0)).toBe(2);
  });

  it('is never negative', () => {
    expect(badgeFor({ ...DEVICE, unreadElsewhere: 0 }, -1)).toBe(0);
  });

  it('stays as it is where the device wants none or the count is unknown', () => {
    expect(badgeFor(SILENT, 3)).toBeUndefined();
    expect(badgeFor(DEVICE, undefined)).toBeUndefined();
  });
});

describe('latestUnread', () => {
  const hash = (id: string) => createHash('sha256').update(id.toLowerCase()).digest();
  const modified = (id: string, unreadCount: number, at?: number): MailboxEvent => ({
    type: 'modified',
    target: { kind: 'folder', id },
    unreadCount,
    at,
  });
  const latest = (...events: readonly MailboxEvent[]) =>
    latestUnread(events, 99, hash).map(({ folderSha256: _, ...unread }) => unread);

  it('makes one count of many events: the newest', () => {
    const events = [modified('i', 5, 10), modified('i', 3, 30), modified('i', 4, 20)];
    expect(latest({ type: 'deleted' }, ...events)).toEqual([{ count: 3, at: 30 }]);
  });

  it('keeps folders apart, in whichever spelling they are named', () => {
    const found = latestUnread(
      [modified('i', 5, 10), modified('other', 8, 40), modified('I', 6, 20)],
      99,
      hash,
    );
    expect(found).toEqual([
      { folderSha256: hash('i'), count: 6, at: 20 },
      { folderSha256: hash('other'), count: 8, at: 40 },
    ]);
  });

  it('takes the later in order of two at the same time', () => {
    expect(latest(modified('i', 5, 10), modified('i', 6, 10))).toEqual([{ count: 6, at: 10 }]);
  });

  it('takes the time of arrival for an event without one', () => {
    expect(latest(modified('i', 5))).toEqual([{ count: 5, at: 99 }]);
  });

  it('knows nothing where no event brings the count of a folder', () => {
    expect(latest({ type: 'status' }, { type: 'modified', unreadCount: 5 })).toEqual([]);
    expect(latest({ type: 'modified', unreadCount: 5, target: { kind: 'item', id: 'a' } })).toEqual([]);
  });
});

describe('newerUnread', () => {
  const older = { count: 9, at: 1 };
  const newer = { count: 1, at: 2 };
  it('keeps the newer report whichever came first', () => {
    expect(newerUnread(older, newer)).toBe(newer);
    expect(newerUnread(newer, older)).toBe(newer);
    expect(newerUnread(undefined, older)).toBe(older);
    expect(newerUnread(older, undefined)).toBe(older);
  });
});

describe('badgePush', () => {
  it('sends a changed count', () => {
    expect(badgePush(DEVICE, { count: 4, at: 1 }, { count: 3, at: 2 })).toEqual({ type: 'badge', badge: 5 });
    expect(badgePush(DEVICE, undefined, { count: 0, at: 2 })).toEqual({ type: 'badge', badge: 2 });
  });

  it('never sends an older state after a newer one', () => {
    expect(badgePush(DEVICE, { count: 4, at: 3 }, { count: 3, at: 2 })).toBeUndefined();
  });

  it('sends nothing where nothing changed, was reported or is wanted', () => {
    expect(badgePush(DEVICE, { count: 3, at: 1 }, { count: 3, at: 2 })).toBeUndefined();
    expect(badgePush(DEVICE, { count: 3, at: 1 }, undefined)).toBeUndefined();
    expect(badgePush(SILENT, undefined, { count: 3, at: 2 })).toBeUndefined();
  });
});
