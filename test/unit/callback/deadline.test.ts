import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { callbackWorld, device } from '../../support/callback-world.ts';
import { DAY_MS, MINUTE_MS } from '../../support/memory/clock.ts';

/** A callback with one new mail, whose GetItem is answered when `release` is called. */
function slowExchange() {
  const the = callbackWorld();
  const { promise, resolve } = Promise.withResolvers<void>();
  the.server.held = { question: 'mails', until: promise };
  the.events(...the.newMail('a'), the.unread(1));
  the.timer.runsOut = 1;
  return { ...the, release: resolve };
}

test('the answer leaves in time: what is not announced by then is announced neutrally', async () => {
  const { call, timer, push, recorded, server } = slowExchange();
  await expect(call()).resolves.toBe('ok');
  expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
  expect(recorded.count('CallbackOverdue')).toBe(1);
  // Three seconds of the fifteen are kept for it, and for the answer to leave.
  expect(timer.givenMs).toEqual([12_000, 2_800]);
  // The signed-in connection is closed with the answer, not when its work ends.
  expect(server.closed).toBe(1);
});

test('work whose time is over pushes, writes and opens nothing any more', async () => {
  const { call, push, world, server, release, store } = slowExchange();
  store({ wantedEvents: 'mail' });
  await call();
  release();
  await setImmediate();
  expect(push.sent).toHaveLength(1);
  expect(world.aftermath).toEqual([]);
  expect(server.asked).toEqual(['mails']);
  expect(world.renewals).toEqual([]);
});

test('what has been announced is not announced again for want of time', async () => {
  const { call, events, newMail, unread, server, store, timer, push } = callbackWorld();
  store({ wantedEvents: 'mail' });
  const { promise } = Promise.withResolvers<void>();
  server.held = { question: 'subscribe', until: promise };
  timer.runsOut = 1;
  events(...newMail('a'), unread(1));
  await expect(call()).resolves.toBe('ok');
  expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
});

test('neither a heartbeat nor a badge is worth a notification when time is over', async () => {
  const { call, events, server, timer, push } = callbackWorld();
  const { promise } = Promise.withResolvers<void>();
  server.held = { question: 'inbox', until: promise };
  timer.runsOut = 1;
  events({ type: 'deleted', watermark: 'w2', target: { kind: 'item', id: 'a' } });
  await expect(call()).resolves.toBe('ok');
  expect(push.sent).toEqual([]);
});

test('a mail that could not even be announced neutrally is asked for again while it is young, then owed', async () => {
  const { call, clock, push, timer, written, newMail, events, unread } = slowExchange();
  push.always = { kind: 'later', code: 'InternalError' };
  await expect(call()).resolves.toBe('try-again');
  events(...newMail('a'), unread(1));
  clock.advance(6 * MINUTE_MS);
  timer.runsOut = 1;
  await expect(call()).resolves.toBe('ok');
  expect(written().owed).toBe(true);
});

test('the answer does not wait for the last push either', async () => {
  const { call, push, timer } = slowExchange();
  timer.runsOut = 2;
  push.held = Promise.withResolvers<void>().promise;
  await expect(call()).resolves.toBe('try-again');
});

test('a database that does not answer in time has Exchange come again', async () => {
  const { call, timer, world, events, newMail, push } = callbackWorld();
  world.database = 'silent';
  timer.runsOut = 1;
  events(...newMail('a'));
  await expect(call()).resolves.toBe('try-again');
  events({ type: 'status' });
  timer.runsOut = 1;
  await expect(call()).resolves.toBe('ok');
  expect(push.sent).toEqual([]);
});

test('nothing is ended for want of time, not even by a proof', async () => {
  const { call, events, newMail, server, timer, push, world, refusedBefore } = callbackWorld();
  refusedBefore(15 * 60_000);
  server.fail('mails', { kind: 'credentials-dead', code: 'ErrorPasswordExpired' });
  push.held = Promise.withResolvers<void>().promise;
  timer.runsOut = 2;
  events(...newMail('a'));
  await expect(call()).resolves.toBe('try-again');
  expect(world.aftermath).toMatchObject([{ refused: 'proof' }]);
});

test('no renewal begins with little of Exchange’s time left', async () => {
  const { call, events, newMail, unread, server, store, clock, push } = callbackWorld();
  store({ wantedEvents: 'mail' });
  server.mails = (ids) => {
    clock.advance(7_001);
    return ids.map((itemId) => ({ kind: 'unreadable', itemId }));
  };
  events(...newMail('a'), unread(1));
  await expect(call()).resolves.toBe('ok');
  expect(push.sent).toHaveLength(1);
  expect(server.subscribed).toEqual([]);
});

test('a refresh token that was rotated is sealed again all the same: the old one opens nothing more', async () => {
  const { call, events, newMail, unread, server, clock, world } = callbackWorld();
  server.mails = (ids) => {
    clock.advance(9_000);
    server.rotated = {
      email: 'ann@example.com',
      auth: { type: 'bearer', accessToken: 'a', expiresAt: new Date(clock.now() + DAY_MS).toISOString() },
    };
    return ids.map((itemId) => ({ kind: 'unreadable', itemId }));
  };
  events(...newMail('a'), unread(1));
  await expect(call()).resolves.toBe('ok');
  expect(world.activated).toHaveLength(1);
});

test('what was found out about the credentials in time is remembered, so that they are left alone', async () => {
  const { call, events, newMail, unread, server, timer, push, written } = callbackWorld();
  server.fail('mails', { kind: 'unauthorized', offered: ['basic'], sent: 'basic' });
  push.held = Promise.withResolvers<void>().promise;
  timer.runsOut = 2;
  events(...newMail('a'), unread(1));
  await expect(call()).resolves.toBe('try-again');
  expect(written()).toMatchObject({ refused: 'first' });
});

test('the answer does not wait until that is written where the phones know', async () => {
  const { call, events, newMail, unread, server, timer, push, world } = callbackWorld();
  server.fail('mails', { kind: 'unauthorized', offered: ['basic'], sent: 'basic' });
  world.recording = Promise.withResolvers<void>().promise;
  timer.runsOut = 2;
  events(...newMail('a'), unread(1));
  push.outcomes.set(device(1).endpointArn, [{ kind: 'later', code: 'InternalError' }]);
  await expect(call()).resolves.toBe('ok');
  expect(push.pushes()).toMatchObject([{ type: 'new-mail', count: 1 }]);
});

test('the phones are asked to sign in although time was over when the proof was recorded', async () => {
  const { call, events, server, timer, push, world, written, refusedBefore } = callbackWorld();
  refusedBefore(15 * 60_000);
  server.fail('inbox', { kind: 'credentials-dead', code: 'ErrorPasswordExpired' });
  const { promise, resolve } = Promise.withResolvers<void>();
  world.recording = promise;
  timer.runsOut = 1;
  events({ type: 'deleted', watermark: 'w2', target: { kind: 'item', id: 'a' } });
  await expect(call()).resolves.toBe('ok');
  expect(push.pushes()).toEqual([{ type: 'sign-in' }]);
  resolve();
  await setImmediate();
  expect(push.sent).toHaveLength(1);
  expect(written()).toMatchObject({ refused: 'proof' });
});

test('a phone that could not be told in time is owed what another one has', async () => {
  const { call, events, newMail, unread, server, store, push, timer, written } = callbackWorld();
  store({ wantedEvents: 'mail', devices: [device(1), device(2)] });
  server.held = { question: 'subscribe', until: Promise.withResolvers<void>().promise };
  push.outcomes.set(device(2).endpointArn, [{ kind: 'later', code: 'InternalError' }]);
  timer.runsOut = 1;
  events(...newMail('a'), unread(1));
  await expect(call()).resolves.toBe('ok');
  expect(push.pushes()).toMatchObject([{ subject: 'Subject of a' }]);
  expect(written().owed).toBe(true);
});
