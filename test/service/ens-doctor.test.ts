import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { runEns, spawnEns, withPassword } from '../support/ens-cli.ts';
import { API_TOKEN, useWorld } from '../support/world.ts';

const world = useWorld();

interface Report {
  readonly code: number | null;
  /** Everything that was printed. */
  readonly text: string;
  readonly checks: ReadonlyMap<
    string,
    { verdict: string; reason: string; nextStep?: string; details?: string[] }
  >;
}

/** Examines the local world as ann, with what a case changes. `undefined` leaves an option away. */
async function examine(
  options: Readonly<Record<string, string | undefined>> = {},
  password = 'correct horse',
): Promise<Report> {
  const mailbox = world().newMailbox('patient');
  const given = {
    token: API_TOKEN,
    email: mailbox.email,
    'ews-url': mailbox.ewsUrl,
    'wait-seconds': '10',
    ...options,
  };
  const flags = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  const { code, out, err } = await withPassword(password, (descriptor) =>
    runEns('--local', world().world.origin, '--json', 'doctor', ...flags, '--password-fd', descriptor),
  );
  const { checks } = JSON.parse(out);
  return {
    code,
    text: `${out}${err}`,
    checks: new Map(checks.map((check: { check: string }) => [check.check, check])),
  };
}

function verdicts({ checks }: Report): Record<string, string> {
  return Object.fromEntries([...checks].map(([name, { verdict }]) => [name, verdict]));
}

function failures(report: Report): string[] {
  return [...report.checks].filter(([, { verdict }]) => verdict === 'failed').map(([name]) => name);
}

const ALL_WELL = {
  link: 'ok',
  alive: 'ok',
  token: 'ok',
  health: 'ok',
  account: 'ok',
  ews: 'ok',
  'ews-from-ens': 'ok',
  autodiscover: 'ok',
  login: 'ok',
  probe: 'ok',
};

describe('a doctor who finds nothing', () => {
  test('has seen Exchange call back and the phone notified, and leaves nothing behind', async () => {
    const { phone, registrationId } = await world().registerPhone();
    const rowsBefore = (await world().rows('mailboxes')).length;
    world().world.exchange.modes.firstStatus = 'at-once';
    const report = await examine({ device: registrationId });
    expect(verdicts(report)).toEqual({ ...ALL_WELL, push: 'ok' });
    expect(report.code).toBe(0);
    await world().waitForNotifications(phone, 1);
    expect(await world().rows('mailboxes')).toHaveLength(rowsBefore);
    // What Exchange still holds ends with its next heartbeat.
    await world().control('POST', '/local/clock', { advanceMs: 61_000 });
    await world().world.exchange.idle();
    expect(
      world()
        .world.exchange.subscriptions()
        .filter(({ statusFrequencyMinutes }) => statusFrequencyMinutes === 1),
    ).toEqual([expect.objectContaining({ ended: 'unsubscribed' })]);
  });

  test('prints a line for each check as a process of its own, and no secret', async () => {
    const mailbox = world().newMailbox('secretive');
    world().world.exchange.modes.firstStatus = 'at-once';
    const { code, out, err } = await spawnEns(
      [
        'doctor',
        '--local',
        world().world.origin,
        '--token',
        API_TOKEN,
        '--email',
        mailbox.email,
        '--ews-url',
        mailbox.ewsUrl,
        '--password-fd',
        '3',
      ],
      { password: mailbox.password },
    );
    expect(out).toMatch(/^ok {7}link address .*\nok {7}ENS answers/);
    expect(out).toMatch(
      /^ok {7}Exchange calls back {3}Exchange’s first callback reached ENS after \d+ s\.$/m,
    );
    expect(out).toMatch(
      /\n10 of 11 checks made; all of them are well\. 1 skipped: each says what it needs\.\n$/,
    );
    expect(code).toBe(0);
    for (const secret of [mailbox.email, mailbox.password, API_TOKEN]) {
      expect(`${out}${err}`).not.toContain(secret);
      expect(await world().everythingWritten()).not.toContain(secret);
    }
  });
});

describe('a doctor who finds the cause', () => {
  test('names a wrong token, and which tokens are valid', async () => {
    const report = await examine({ token: 'made-up', email: undefined });
    expect(report.checks.get('token')).toMatchObject({
      verdict: 'failed',
      reason: 'ENS does not know this API token: it is wrong, or revoked.',
      details: ['valid here: "local"'],
    });
    expect(failures(report)).toEqual(['token']);
    expect(report.code).toBe(1);
  });

  test('names a link address with a wrong path', async () => {
    const report = await examine({ link: `${world().world.origin}/api`, email: undefined });
    expect(failures(report)).toEqual(['link', 'alive']);
    expect(report.checks.get('link')?.reason).toBe('The link address has the path /api, not /api/ens.');
    expect(report.checks.get('link')?.nextStep).toContain(`${world().world.origin}/api/ens`);
    expect(report.checks.get('alive')?.reason).toMatch(/it is not ENS: the link address is wrong/);
  });

  test('names a link address where something else answers', async () => {
    const other = createServer((_request, response) => response.end('<html>It works!</html>')).listen(
      0,
      '127.0.0.1',
    );
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const report = await examine({ link: `http://127.0.0.1:${port}/api/ens`, email: undefined });
    other.close();
    expect(failures(report)).toEqual(['link', 'alive']);
    expect(report.checks.get('alive')?.reason).toMatch(/it is not ENS/);
    expect(report.checks.get('token')).toMatchObject({ verdict: 'skipped' });
  });

  test('names a link address where nobody answers', async () => {
    const report = await examine({ link: 'http://127.0.0.1:9/api/ens', email: undefined });
    expect(report.checks.get('alive')?.reason).toMatch(/^Nothing answers at the link address/);
  });

  test('names what deep health misses', async () => {
    world().world.faults.add({ service: 'kms', action: 'DescribeKey', error: 'DisabledException', times: 4 });
    const report = await examine({ email: undefined });
    world().world.faults.clear();
    expect(failures(report)).toEqual(['health']);
    expect(report.checks.get('health')?.reason).toMatch(/wrappingKey/);
    expect(report.checks.get('health')?.nextStep).toMatch(/Enable the KMS key/);
  });

  test('names a firewall between ENS and Exchange', async () => {
    const report = await examine({ 'ews-url': 'http://127.0.0.1:9/EWS/Exchange.asmx' });
    expect(failures(report)).toEqual(['ews', 'ews-from-ens']);
    expect(report.checks.get('ews-from-ens')?.reason).toMatch(/^ENS does not reach this EWS URL\./);
    expect(report.checks.get('ews-from-ens')?.nextStep).toMatch(/port 443/);
    expect(report.checks.get('login')).toMatchObject({ verdict: 'skipped' });
  });

  test('says that a short wait for Exchange tells nothing, and puts the probe away', async () => {
    world().world.exchange.modes.firstStatus = 'none';
    const report = await examine({ 'wait-seconds': '1' });
    expect(failures(report)).toEqual([]);
    expect(report.checks.get('probe')).toMatchObject({ verdict: 'skipped' });
    expect(report.checks.get('probe')?.reason).toMatch(/which says nothing yet.*--wait-seconds 120 or more/);
    expect(await world().rows('mailboxes')).not.toContainEqual(
      expect.objectContaining({ ews_host: ':probe' }),
    );
  });

  test('names a wrong password after one attempt', async () => {
    const report = await examine({}, 'wrong');
    expect(failures(report)).toEqual(['login']);
    expect(report.checks.get('login')?.reason).toMatch(
      /^Exchange refused the sign-in \(401\)\..*user name or password/,
    );
    const refused = world()
      .world.exchange.mailboxes.all()
      .find(({ failedLogons }) => failedLogons > 0);
    expect(refused?.failedLogons).toBe(1);
    expect(report.text).not.toContain('wrong"');
  });

  test('names a sign-in scheme that Exchange does not offer, and sends no password', async () => {
    const { modes } = world().world.exchange;
    const before = modes.offers;
    modes.offers = ['NTLM', 'Negotiate'];
    const report = await examine();
    modes.offers = before;
    expect(failures(report)).toEqual(['ews']);
    expect(report.checks.get('ews')?.reason).toBe(
      'EWS answers, but offers ntlm, negotiate, and not basic, which the phones use.',
    );
    expect(report.checks.get('login')).toMatchObject({ verdict: 'skipped' });
  });

  test('names every place of autodiscover with its verdict', async () => {
    const report = await examine({ 'ews-url': undefined });
    expect(failures(report)).toEqual(['autodiscover']);
    expect(report.checks.get('autodiscover')?.details).toEqual([
      expect.stringMatching(
        /^https:\/\/example\.com\/autodiscover\/autodiscover\.xml: not asked: .*allowedExchangeHosts/,
      ),
      expect.stringMatching(/^https:\/\/autodiscover\.example\.com\//),
      expect.stringMatching(/^http:\/\/autodiscover\.example\.com\//),
      expect.stringMatching(/^_autodiscover\._tcp\.example\.com: no SRV record/),
    ]);
    expect(report.checks.get('ews')).toMatchObject({ verdict: 'skipped' });
  });

  test('names an Exchange host that the deployment does not allow', async () => {
    const report = await examine({ 'ews-url': 'https://mail.example.org/EWS/Exchange.asmx' });
    expect(failures(report)).toEqual(['ews', 'ews-from-ens']);
    expect(report.checks.get('ews-from-ens')?.nextStep).toMatch(/allowedExchangeHosts/);
  });

  test('names the push token that is no longer accepted', async () => {
    const { registrationId } = await world().registerPhone();
    world().world.faults.add({ service: 'sns', action: 'Publish', error: 'EndpointDisabled', times: 1 });
    const report = await examine({ device: registrationId, email: undefined });
    expect(failures(report)).toEqual(['push']);
    expect(report.checks.get('push')?.nextStep).toMatch(/Open the app/);
  });
});
