import { describe, expect, it } from '@jest/globals';
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
  it('makes one count of many events: the newest', () => {
    const events = [
      { type: 'modified', unreadCount: 5, at: 10 },
      { type: 'modified', unreadCount: 3, at: 30 },
      { type: 'deleted' },
      { type: 'modified', unreadCount: 4, at: 20 },
    ] as const;
    expect(latestUnread(events, 99)).toEqual({ count: 3, at: 30 });
  });

  it('takes the later in order of two at the same time', () => {
    const events = [
      { type: 'modified', unreadCount: 5, at: 10 },
      { type: 'modified', unreadCount: 6, at: 10 },
    ] as const;
    expect(latestUnread(events, 99)).toEqual({ count: 6, at: 10 });
  });

  it('takes the time of arrival for an event without one', () => {
    expect(latestUnread([{ type: 'modified', unreadCount: 5 }], 99)).toEqual({ count: 5, at: 99 });
  });

  it('knows nothing where no event brings a count', () => {
    expect(latestUnread([{ type: 'status' }], 99)).toBeUndefined();
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
