import { afterEach, describe, expect, test } from '@jest/globals';
import { newPhone } from '../../local/client/new-phone.ts';
import { defaultModes } from '../../local/exchange/modes.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { at, codeOf, useWorld } from '../support/world.ts';

/** Where credentials may go, and for how long we wait, asked of the running service. */
const world = useWorld({
  settings: { allowedExchangeHosts: ['http://127.0.0.1:*', '*'], splittingAllowed: false },
});
const BUDGETS_TIMEOUT_MS = 60_000;

afterEach(() => {
  const { world: running } = world();
  running.faults.clear();
  Object.assign(running.exchange.modes, defaultModes());
});

function register(ewsUrl: string) {
  const { client, newMailbox } = world();
  return client.register(newPhone({ ...newMailbox('outgoing'), ewsUrl }));
}

describe('a registration is refused where every host is allowed, but not every address', () => {
  test.each([
    ['https://127.0.0.1/EWS/Exchange.asmx', 'loopback'],
    ['https://127.1/EWS/Exchange.asmx', 'loopback'],
    ['https://2130706433/EWS/Exchange.asmx', 'loopback'],
    ['https://0x7f000001/EWS/Exchange.asmx', 'loopback'],
    ['https://0177.0.0.1/EWS/Exchange.asmx', 'loopback'],
    ['https://[::1]/EWS/Exchange.asmx', 'loopback'],
    ['https://[::ffff:127.0.0.1]/EWS/Exchange.asmx', 'loopback'],
    ['https://[::ffff:7f00:1]/EWS/Exchange.asmx', 'loopback'],
    ['https://localhost/EWS/Exchange.asmx', 'loopback'],
    ['https://0.0.0.0/EWS/Exchange.asmx', 'unspecified'],
    ['https://[::]/EWS/Exchange.asmx', 'unspecified'],
    ['https://10.0.0.5/EWS/Exchange.asmx', 'private'],
    ['https://172.16.0.1/EWS/Exchange.asmx', 'private'],
    ['https://192.168.1.1/EWS/Exchange.asmx', 'private'],
    ['https://100.64.0.1/EWS/Exchange.asmx', 'private'],
    ['https://[fd12:3456::1]/EWS/Exchange.asmx', 'private'],
    ['https://[::ffff:10.0.0.5]/EWS/Exchange.asmx', 'private'],
    ['https://169.254.1.1/EWS/Exchange.asmx', 'link-local'],
    ['https://[fe80::1]/EWS/Exchange.asmx', 'link-local'],
    ['https://169.254.169.254/latest/meta-data/', 'metadata'],
    ['https://2852039166/latest/meta-data/', 'metadata'],
    ['https://[::ffff:169.254.169.254]/latest/meta-data/', 'metadata'],
    ['https://[fd00:ec2::254]/latest/meta-data/', 'metadata'],
    ['https://224.0.0.1/EWS/Exchange.asmx', 'multicast'],
    ['https://255.255.255.255/EWS/Exchange.asmx', 'multicast'],
  ])('%s is %s', async (ewsUrl, kind) => {
    const { callsDuring } = world();
    const calls = await callsDuring(async () => {
      const answer = await register(ewsUrl);
      expect(codeOf(answer)).toBe('EWS_URL_REFUSED');
      expect(at(answer.body, 'detail')).toContain(kind);
    });
    expect(calls.filter(({ service }) => service === 'ews')).toEqual([]);
  });

  test.each([
    ['http://mail.example.com/EWS/Exchange.asmx', /https/],
    ['ftp://mail.example.com/EWS', /https/],
    ['https://ann:pw@mail.example.com/EWS', /user name or password/],
    ['https://mail.example.com/EWS#x', /fragment/],
    ['https://mail.example.com./EWS', /dot/],
    ['https://mail.example.com:8443/EWS/Exchange.asmx', /Port 8443/],
  ])('%s breaks a rule of its own', async (ewsUrl, sentence) => {
    const answer = await register(ewsUrl);
    expect(codeOf(answer)).toBe('EWS_URL_REFUSED');
    expect(at(answer.body, 'detail')).toMatch(sentence);
  });
});

test('credentials follow no redirect', async () => {
  const { client, newMailbox, world: running } = world();
  const elsewhere = await startScriptedServer(() => ({ status: 200 }));
  try {
    for (const status of [301, 302, 307, 308]) {
      const phone = newPhone(newMailbox('redirected'));
      running.exchange.failMailbox(phone.email, `${status}:${elsewhere.origin}/EWS/Exchange.asmx`);
      expect((await client.register(phone)).status).toBeGreaterThanOrEqual(400);
    }
    expect(elsewhere.seen).toEqual([]);
  } finally {
    await elsewhere.close();
  }
});

test('a password is sent to no server that would not take it, and twice to none', async () => {
  const { client, newMailbox, world: running } = world();
  const phone = newPhone(newMailbox('locked'));
  running.exchange.modes.offers = ['NTLM'];
  expect(codeOf(await client.register(phone))).toBe('EWS_UNAUTHORIZED');
  expect(running.exchange.failedLogons(phone.email)).toBe(0);
  running.exchange.modes.offers = ['Basic', 'NTLM'];
  const wrong = { ...phone, auth: { type: 'basic', username: phone.email, password: 'wrong' } };
  expect(codeOf(await client.register(wrong))).toBe('EWS_UNAUTHORIZED');
  expect(running.exchange.failedLogons(phone.email)).toBe(1);
});

test('without splitting, a token is too large and a password fits', async () => {
  const { client, newMailbox, world: running } = world();
  const phone = newPhone(newMailbox('large'));
  const issued = running.exchange.issueTokens(phone.email, { accessTokenLength: 2_500 });
  const expiresAt = new Date(issued.expiresAt).toISOString();
  const auth = { type: 'bearer', accessToken: issued.accessToken, expiresAt };
  const refused = await client.register({ ...phone, auth });
  expect([refused.status, codeOf(refused)]).toEqual([413, 'CREDENTIALS_TOO_LARGE']);
  expect(at(refused.body, 'detail')).toContain('splittingAllowed');
  expect(running.exchange.subscriptions(phone.email)).toEqual([]);
  expect((await client.register(phone)).status).toBe(201);
});

test(
  'a slow Exchange costs a registration 20 s at most and a callback 15 s, and no mail',
  async () => {
    const { client, newMailbox, registerPhone, waitForNotifications, world: running } = world();
    const { phone } = await registerPhone();
    running.exchange.failMailbox(phone.email, 'hang');
    const callback = Promise.withResolvers<number>();
    running.exchange.events.on('callback', ({ email, ms, status }) => {
      if (email === phone.email && status === 200) callback.resolve(ms);
    });
    // Each answer of the server is in time by itself; only all together are too late.
    running.exchange.modes.slowMs = 9_000;
    const startedAt = performance.now();
    const registering = client.register(newPhone(newMailbox('slow')));
    running.exchange.mailboxes.deliver(phone.email, { subject: 'hidden' });
    const [push] = await waitForNotifications(phone, 1);
    expect(at(push?.payload, 'aps', 'alert', 'body')).toMatch(/new message/i);
    expect(await callback.promise).toBeLessThan(15_000);
    const answer = await registering;
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(codeOf(answer)).toBe('EWS_UNREACHABLE');
    running.exchange.failMailbox(phone.email, undefined);
    expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
  },
  BUDGETS_TIMEOUT_MS,
);
