import { expect, test } from '@jest/globals';
import { createHostMemory } from '#adapters/ews/outgoing/host-memory.ts';

const HOST = 'mail.example.com';
const TIMEOUT = { kind: 'timeout' } as const;

function setup() {
  const clock = { nowMs: 0 };
  const hosts = createHostMemory({ now: () => clock.nowMs, callTimeoutMs: 10_000 });
  const timeOut = (mailbox: string | undefined, givenMs = 10_000) =>
    hosts.note(HOST, TIMEOUT, givenMs, mailbox);
  return { clock, hosts, timeOut, rests: () => hosts.isResting(HOST) };
}

test('time-outs of three different mailboxes make a host rest for a minute', () => {
  const { clock, timeOut, rests } = setup();
  timeOut('ann');
  timeOut('bob');
  expect(rests()).toBe(false);
  timeOut('carol');
  expect(rests()).toBe(true);
  clock.nowMs = 60_000;
  expect(rests()).toBe(false);
});

test('one mailbox alone never makes a host rest, however often it times out', () => {
  const { timeOut, rests } = setup();
  for (let n = 0; n < 50; n += 1) timeOut(n % 2 === 0 ? 'ann' : 'bob');
  expect(rests()).toBe(false);
});

test('time-outs at a URL that a caller has named never make a host rest', () => {
  const { timeOut, rests } = setup();
  for (let n = 0; n < 50; n += 1) timeOut(undefined);
  expect(rests()).toBe(false);
});

test('an answer between time-outs begins the count anew, whoever got it', () => {
  const { hosts, timeOut, rests } = setup();
  timeOut('ann');
  timeOut('bob');
  hosts.note(HOST, undefined, 10_000, undefined);
  timeOut('carol');
  expect(rests()).toBe(false);
});

test('a request that came too late to be answered says nothing of the host', () => {
  const { timeOut, rests } = setup();
  for (const mailbox of ['ann', 'bob', 'carol']) timeOut(mailbox, 1_999);
  expect(rests()).toBe(false);
});
