import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Phone } from '../../local/client/client.ts';
import { newPhone } from '../../local/client/new-phone.ts';
import type { AutodiscoverReply } from '../../local/exchange/autodiscover/script.ts';
import { createAuthority } from '../../local/exchange/tls/certificates.ts';
import { at, codeOf, type Notification, useWorld } from '../support/world.ts';

/** Finding the server through the whole service, in a world with names of its own. */
const world = useWorld({ withoutSchedules: true });

const DAY_MS = 86_400_000;
const NEUTRAL = /new message/i;
const SILENT: AutodiscoverReply = { kind: 'status', status: 404 };

beforeEach(() => {
  world().world.exchange.modes.externalUrl = 'name';
});
afterEach(() => {
  const { exchange, names, faults } = world().world;
  exchange.autodiscover.clear();
  names.dns.clear();
  faults.clear();
});

const bodyOf = (push: Notification) => at(push.payload, 'aps', 'alert', 'body');
const ewsUrlAt = (host: string) => `https://${host}.example.com/EWS/Exchange.asmx`;

/** A mailbox of a domain of its own, and a phone that knows nothing but its address and password. */
function newcomer(domain: string, name = 'ann'): Phone {
  const mailbox = { email: `${name}@${domain}`, password: 'correct horse' };
  world().world.exchange.mailboxes.create(mailbox);
  return newPhone(mailbox);
}

/** What was asked of autodiscover while `work` ran, as `POST host`, with a star where credentials came along. */
async function askedDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const asked: string[] = [];
  const stop = world().world.calls.onCall(({ service }, evidence) => {
    if (service !== 'ews') return;
    const lines = evidence?.().request.split('\n') ?? [];
    if (lines[0]?.includes('/autodiscover/') !== true) return;
    const header = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.split(': ')[1];
    const star = header('authorization') === undefined ? '' : ' *';
    asked.push(`${lines[0]?.split(' ')[0]} ${header('host')}${star}`);
  });
  await work();
  stop();
  return asked;
}

async function knownUrl(domain: string): Promise<unknown> {
  return (await world().rows('ews_url_cache')).find((row) => row.domain === domain)?.ews_url;
}

const scripts = () => world().world.exchange.autodiscover;

/** Nobody tells where the mailboxes of this domain are. */
function silence(domain: string): void {
  scripts().forDomain(domain, { pox: SILENT, soap: SILENT });
}

test('a phone that brings its address alone is told the EWS URL, and its mail is announced', async () => {
  const { client, deliverMail, waitForNotifications } = world();
  const phone = newcomer('plain.example.com');
  const answer = await client.register(phone);
  expect([answer.status, at(answer.body, 'ewsUrl')]).toEqual([201, ewsUrlAt('mail.plain')]);
  await deliverMail(phone.email, { subject: 'Found you' });
  expect((await waitForNotifications(phone, 1)).map(bodyOf)).toEqual(['Found you']);
});

test('a domain is asked once a day: the next phone is told what the first one found', async () => {
  const { client, world: running } = world();
  const [first, second, third] = ['ann', 'bob', 'carol'].map((name) => newcomer('cached.example.com', name));
  const register = async (phone: Phone | undefined) => {
    const answer = phone && (await client.register(phone));
    expect(at(answer?.body, 'ewsUrl')).toBe(ewsUrlAt('mail.cached'));
  };
  const asked = ['POST cached.example.com', 'POST cached.example.com *'];
  expect(await askedDuring(() => register(first))).toEqual(asked);
  expect(await askedDuring(() => register(second))).toEqual([]);
  await running.clock.advance(DAY_MS + 1);
  expect(await askedDuring(() => register(third))).toEqual(asked);
});

describe('a mailbox that is served under another name', () => {
  test.each([
    ['sends it away', 'moved', undefined],
    ['has no EWS left', 'gone', '404'],
  ])(
    'is found and subscribed again with the first mail that the old one, which %s, cannot give',
    async (_what, name, error) => {
      const { client, deliverMail, waitForNotifications, world: running } = world();
      const { exchange } = running;
      const domain = `${name}.example.com`;
      const phone = newcomer(domain);
      const { value } = await client.register(phone);
      expect(await knownUrl(domain)).toBe(ewsUrlAt(`mail.${name}`));

      exchange.moveMailbox(phone.email, 'two', { subscriptionsLiveOn: true });
      if (error !== undefined) running.faults.add({ service: 'ews', action: 'GetItem', error, times: 1 });
      const asked = await askedDuring(() => deliverMail(phone.email, { subject: 'from the new name' }));
      expect(asked).toContain(`POST ${domain} *`);
      expect((await waitForNotifications(phone, 1)).map(bodyOf)).toEqual(['from the new name']);
      const [old, renewed, ...others] = exchange.subscriptions(phone.email);
      expect([renewed?.state, others]).toEqual(['active', []]);
      expect(renewed?.url).not.toBe(old?.url);
      expect(await knownUrl(domain)).toBe(ewsUrlAt(`two.${name}`));

      const later = await askedDuring(() => deliverMail(phone.email, { subject: 'from there again' }));
      expect(later).toEqual([]);
      expect((await waitForNotifications(phone, 2)).map(bodyOf)).toContain('from there again');
      const renewal = await client.register(phone);
      expect([renewal.status, renewal.value?.ewsUrl, renewal.value?.registrationId]).toEqual([
        200,
        ewsUrlAt(`two.${name}`),
        value?.registrationId,
      ]);
    },
  );

  test('that nobody tells is announced neutrally, and what was known of its domain is dropped', async () => {
    const { client, deliverMail, waitForNotifications, world: running } = world();
    const phone = newcomer('untold.example.com');
    await client.register(phone);
    running.exchange.moveMailbox(phone.email, 'two', { subscriptionsLiveOn: true });
    silence('untold.example.com');
    await deliverMail(phone.email, { subject: 'hidden' });
    expect((await waitForNotifications(phone, 1)).map(bodyOf)).toEqual([expect.stringMatching(NEUTRAL)]);
    expect(await knownUrl('untold.example.com')).toBeUndefined();
    expect(running.exchange.subscriptions(phone.email)).toMatchObject([{ state: 'active' }]);
  });

  test('is found by the phone that registers again, although another one is known', async () => {
    const { client, deliverMail, waitForNotifications, world: running } = world();
    const phone = newcomer('again.example.com');
    await client.register(phone);
    running.exchange.moveMailbox(phone.email, 'two');
    expect((await client.register(phone)).value?.ewsUrl).toBe(ewsUrlAt('two.again'));
    await deliverMail(phone.email, { subject: 'found again' });
    expect((await waitForNotifications(phone, 1)).map(bodyOf)).toEqual(['found again']);
  });
});

test('a domain whose only sign is an SRV record is found by it', async () => {
  const { client, world: running } = world();
  const phone = newcomer('srv.example.com');
  const { dns } = running.names;
  for (const name of ['srv.example.com', 'autodiscover.srv.example.com']) dns.setA(name, []);
  const answer = client.register(phone);
  expect(await askedDuring(() => answer)).toEqual([
    'POST mail.srv.example.com',
    'POST mail.srv.example.com *',
  ]);
  expect(at((await answer).body, 'ewsUrl')).toBe(ewsUrlAt('mail.srv'));
  expect(dns.questions).toContain('SRV _autodiscover._tcp.srv.example.com');
});

test('a server with a certificate of nobody we trust gets no credentials, and the next place is asked', async () => {
  const { client, world: running } = world();
  const phone = newcomer('forged.example.com');
  const stranger = createAuthority('Stranger');
  for (const host of ['forged.example.com', 'autodiscover.forged.example.com'])
    running.names.present(host, stranger.issue({ commonName: host, hosts: [host] }));
  const answer = client.register(phone);
  expect(await askedDuring(() => answer)).toEqual([
    'GET autodiscover.forged.example.com',
    'POST mail.forged.example.com',
    'POST mail.forged.example.com *',
  ]);
  expect((await answer).status).toBe(201);
});

test('where nobody tells the URL, every place is named with what it answered', async () => {
  const { client, world: running } = world();
  const phone = newcomer('silent.example.com');
  running.exchange.autodiscover.forHost('silent.example.com', {
    pox: { kind: 'page' },
    soap: { kind: 'status', status: 500 },
  });
  running.exchange.autodiscover.forHost('autodiscover.silent.example.com', {
    pox: { kind: 'error', pox: 500 },
    get: { kind: 'status', status: 503 },
  });
  running.names.dns.setSrv('_autodiscover._tcp.silent.example.com', [
    { priority: 0, weight: 0, port: 8443, target: 'mail.silent.example.com' },
    { priority: 1, weight: 0, port: 443, target: 'elsewhere.silent.example.com' },
  ]);
  const answer = await client.register(phone);
  expect([answer.status, codeOf(answer)]).toEqual([422, 'AUTODISCOVER_FAILED']);
  const tried = [
    ['https://silent.example.com/autodiscover/autodiscover.xml', /answered 200 .*something else/],
    ['https://silent.example.com/autodiscover/autodiscover.svc', /answered 500/],
    ['https://autodiscover.silent.example.com/autodiscover/autodiscover.xml', /knows no EWS URL .*\(500\)/],
    ['http://autodiscover.silent.example.com/autodiscover/autodiscover.xml', /no redirect \(answered 503\)/],
    ['https://mail.silent.example.com:8443/autodiscover/autodiscover.xml', /Port 8443 .*not allowed/],
    [
      'https://elsewhere.silent.example.com/autodiscover/autodiscover.xml',
      /cannot be resolved \(ENOTFOUND\)/,
    ],
  ] as const;
  expect(at(answer.body, 'tried')).toEqual(
    tried.map(([place, verdict]) => ({ place, verdict: expect.stringMatching(verdict) })),
  );
  for (const [place] of tried) expect(answer.problem?.detail).toContain(place);
});

describe('a host that is not allowed', () => {
  const THERE = 'https://autodiscover.evil.test/autodiscover/autodiscover.xml';
  const BAITS: readonly (readonly [string, string, Parameters<typeof script>[1]])[] = [
    ['by HTTP', 'bait-http', { pox: { kind: 'http-redirect', url: THERE } }],
    ['in a POX answer', 'bait-pox', { pox: { kind: 'redirect-url', url: THERE } }],
    ['in a SOAP answer', 'bait-soap', { pox: SILENT, soap: { kind: 'redirect-url', url: THERE } }],
    [
      'without a sign-in',
      'bait-get',
      { pox: SILENT, soap: SILENT, get: { kind: 'http-redirect', url: THERE } },
    ],
    [
      'as its EWS URL',
      'bait-ews',
      { pox: { kind: 'settings', ewsUrl: 'https://mail.evil.test/EWS/Exchange.asmx' } },
    ],
    ['by an address', 'bait-address', { pox: { kind: 'redirect-address', address: 'ann@evil.test' } }],
  ];

  function script(domain: string, replies: Parameters<ReturnType<typeof scripts>['forHost']>[1]): void {
    for (const host of [domain, `autodiscover.${domain}`]) scripts().forHost(host, replies);
    world().world.names.dns.setSrv(`_autodiscover._tcp.${domain}`, []);
  }

  test.each(BAITS)(
    'to which a server points %s is refused and asked nothing',
    async (_how, name, replies) => {
      const { client, world: running } = world();
      // It exists, and would take whatever is sent there.
      if (running.exchange.mailboxes.find('ann@evil.test') === undefined) newcomer('evil.test');
      const phone = newcomer(`${name}.example.com`);
      script(`${name}.example.com`, replies);
      const heard: string[] = [];
      const stop = running.calls.onCall((_call, evidence) => void heard.push(evidence?.().request ?? ''));
      const answer = await client.register(phone);
      stop();
      expect([answer.status, codeOf(answer)]).toEqual([422, 'AUTODISCOVER_FAILED']);
      expect(answer.problem?.detail).toMatch(/evil\.test is not allowed/);
      expect(heard).not.toEqual([]);
      expect(heard.filter((request) => /^host: .*evil/m.test(request))).toEqual([]);
    },
  );
});

describe('a redirect to another address', () => {
  const scriptChain = (domains: readonly string[]) => {
    for (const [index, domain] of domains.slice(0, -1).entries()) {
      const address = `ann@${domains[index + 1]}`;
      scripts().forDomain(domain, { pox: { kind: 'redirect-address', address } });
    }
  };

  test('is followed twice, with the same credentials, to the server of the last one', async () => {
    const { client, deliverMail, waitForNotifications } = world();
    const domains = ['one', 'two', 'three'].map((name) => `${name}.chain.example.com`);
    const [phone] = domains.map((domain) => newcomer(domain));
    if (phone === undefined) throw new Error('no phone');
    scriptChain(domains);
    const answer = client.register(phone);
    const asked = await askedDuring(() => answer);
    expect(asked.filter((request) => request.endsWith('*'))).toEqual(
      domains.map((domain) => `POST ${domain} *`),
    );
    expect(at((await answer).body, 'ewsUrl')).toBe(ewsUrlAt('mail.three.chain'));
    await deliverMail(phone.email, { subject: 'at the end of the chain' });
    expect((await waitForNotifications(phone, 1)).map(bodyOf)).toEqual(['at the end of the chain']);
  });

  test.each([
    ['more than twice', ['one', 'two', 'three', 'four']],
    ['in a circle', ['one', 'two', 'one']],
  ])('is not followed %s', async (what, names) => {
    const domains = names.map((name) => `${name}.${what.replaceAll(' ', '-')}.example.com`);
    const [phone] = [...new Set(domains)].map((domain) => newcomer(domain));
    if (phone === undefined) throw new Error('no phone');
    scriptChain(domains);
    expect(codeOf(await world().client.register(phone))).toBe('AUTODISCOVER_FAILED');
  });
});
