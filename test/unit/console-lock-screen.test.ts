import { describe, expect, test } from '@jest/globals';
import { makePreviewKeys } from '../../local/client/preview.ts';
import { createLockScreen, readApnsPush, readFcmPush } from '../../local/console/lock-screen.ts';

const AT = '2026-01-31T08:00:00.000Z';

describe('a lock screen', () => {
  test('shows what Apple sent, with its badge', async () => {
    const payload = {
      aps: { alert: { title: 'Ann', body: 'Lunch?' }, badge: 3, 'thread-id': 't' },
      ens: { v: 1, type: 'new-mail' },
    };
    const push = { at: AT, headers: { 'apns-collapse-id': 'c' }, payload };
    expect(await readApnsPush(push, undefined)).toEqual({
      type: 'new-mail',
      badge: 3,
      alert: { id: 'c', at: AT, title: 'Ann', body: 'Lunch?', thread: 't', sealed: false },
    });
  });

  test('shows a data message of Google, and nothing where it has no text', async () => {
    const of = (data: Record<string, string>) => ({ at: AT, headers: {}, payload: { message: { data } } });
    const mail = await readFcmPush(
      of({ type: 'new-mail', title: 'Ann', body: 'Hi', id: 'i', unread: '2' }),
      undefined,
    );
    expect(mail).toMatchObject({ badge: 2, alert: { id: 'i', title: 'Ann', thread: 'i' } });
    expect(await readFcmPush(of({ type: 'badge', unread: '0' }), undefined)).toEqual({
      type: 'badge',
      badge: 0,
    });
  });

  test('stays neutral where a preview is sealed for another phone', async () => {
    const payload = {
      aps: { alert: { body: 'New message' } },
      ens: { type: 'new-mail', preview: 'a.b.c.d.e' },
    };
    const effect = await readApnsPush({ at: AT, headers: {}, payload }, await makePreviewKeys());
    expect(effect.alert).toMatchObject({ title: 'Mail', body: 'New message', sealed: false });
  });

  test('keeps one notification of an id, and the mails of a thread together', () => {
    const screen = createLockScreen();
    const alert = (id: string, thread: string, body: string) =>
      screen.show({ id, thread, body, title: 'Ann', at: AT, sealed: false });
    alert('1', 'a', 'first');
    alert('2', 'b', 'other');
    alert('3', 'a', 'second');
    alert('2', 'b', 'other, again');
    expect(screen.threads().map((thread) => thread.map(({ body }) => body))).toEqual([
      ['other, again'],
      ['second', 'first'],
    ]);
    screen.clear();
    expect(screen.threads()).toEqual([]);
  });
});
